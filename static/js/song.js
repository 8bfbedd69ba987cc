/* Playing the whole song, for whoever may hear it: its address is good for a minute only, so a fresh
   one is fetched when it is old, and playing goes on where it was when it ran out meanwhile. */
import { errorOf, headers, signedOut } from "./acts.js";
import { toast } from "./toast.js";

const KEY_LIVES_MS = 45_000; // the server gives it a minute
const RENEWALS = 3; // in a row

export class Song {
  #audio;
  #key;
  #signIn;
  #url;
  #until;
  #renewals = 0;

  /** `key` is the address that gives fresh addresses; `url` the one that came with the page. */
  constructor(audio, { key, url = "", signIn = "" }) {
    this.#audio = audio;
    this.#key = key;
    this.#signIn = signIn;
    this.#url = url;
    this.#until = performance.now() + KEY_LIVES_MS;
    this.wanted = false;
    audio.addEventListener("error", () => this.#renew());
    audio.addEventListener("playing", () => {
      this.#renewals = 0;
    });
  }

  get time() {
    return this.#audio.currentTime;
  }

  /** Play from there; false where it cannot be, which the person is told. */
  async play(from) {
    this.wanted = true;
    const audio = this.#audio;
    try {
      if (!(audio.currentSrc && audio.readyState >= 1 && !audio.error)) {
        if (!this.#url || performance.now() > this.#until) await this.#fresh();
        if (!this.wanted) return false;
        audio.src = this.#url;
      }
      audio.currentTime = from;
      await audio.play();
      return true;
    } catch (error) {
      if (error.name === "AbortError" || !this.wanted) return false;
      this.stop();
      if (error.status === 401) signedOut(error.message, this.#signIn);
      else toast(error.code ? error.message : "The song cannot be played right now. Try again.", "bad");
      return false;
    }
  }

  stop() {
    this.wanted = false;
    this.#audio.pause();
  }

  async #fresh() {
    const answer = await fetch(this.#key, { method: "POST", headers: headers() });
    if (!answer.ok) throw { ...(await errorOf(answer)), status: answer.status };
    this.#url = (await answer.json()).url;
    this.#until = performance.now() + KEY_LIVES_MS;
  }

  async #renew() {
    if (!this.wanted || this.#renewals >= RENEWALS) return;
    this.#renewals += 1;
    const from = this.#audio.currentTime;
    this.#url = "";
    this.#audio.removeAttribute("src");
    await this.play(from);
  }
}
