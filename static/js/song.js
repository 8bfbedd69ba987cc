/* Playing the whole song, for whoever may hear it: its address is good for a minute only, so a fresh
   one is fetched when it is old, and playing goes on where it was when it ran out meanwhile. */
import { errorOf, headers, signedOut } from "./acts.js";
import { toast } from "./toast.js";

const KEY_LIVES_MS = 45_000; // the server gives it a minute
const TRIES = 3; // each with a fresh address
const SOON_MS = 3000; // an address that fails so soon after a fresh one is not merely old
const OLD = "NotSupportedError"; // what browsers call a source that is refused

export class Song {
  #audio;
  #key;
  #signIn;
  #url;
  #until;
  #isStarting = false;
  #renewedAt = -Infinity;

  /** `key` is the address that gives fresh addresses; `url` the one that came with the page. */
  constructor(audio, { key, url = "", signIn = "" }) {
    this.#audio = audio;
    this.#key = key;
    this.#signIn = signIn;
    this.#url = url;
    this.#until = performance.now() + KEY_LIVES_MS;
    this.wanted = false;
    audio.addEventListener("error", () => this.#renew());
  }

  get time() {
    return this.#audio.currentTime;
  }

  /** Play from there; false where it cannot be, which the person is told. */
  async play(from) {
    this.wanted = true;
    this.#isStarting = true;
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          return await this.#begin(from);
        } catch (error) {
          if (error.name !== OLD || tries === TRIES || !this.wanted) throw error;
          this.#forget();
        }
      }
    } catch (error) {
      if (error.name === "AbortError" || !this.wanted) return false;
      this.stop();
      if (error.status === 401) signedOut(error.message, this.#signIn);
      else toast(error.status ? error.message : "The song cannot be played right now. Try again.", "bad");
      return false;
    } finally {
      this.#isStarting = false;
    }
  }

  async #begin(from) {
    const audio = this.#audio;
    if (!(audio.currentSrc && audio.readyState >= 1 && !audio.error)) {
      if (!this.#url || performance.now() > this.#until) await this.#fresh();
      if (!this.wanted) return false;
      audio.src = this.#url;
    }
    audio.currentTime = from;
    await audio.play();
    return true;
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

  #forget() {
    this.#url = "";
    this.#audio.removeAttribute("src");
  }

  /** The address ran out in the middle: go on from there. */
  async #renew() {
    if (!this.wanted || this.#isStarting) return;
    const now = performance.now();
    const from = this.#audio.currentTime;
    this.#forget();
    if (now - this.#renewedAt < SOON_MS) {
      this.stop();
      toast("The song cannot be played right now. Try again.", "bad");
      return;
    }
    this.#renewedAt = now;
    await this.play(from);
  }
}
