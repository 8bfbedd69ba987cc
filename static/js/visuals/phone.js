/* The phone: the chosen visual, the hook's sound, its words and its outline, all on one clock. What is
   heard is the clock; the video follows it. Until somebody asks for sound, it moves in silence. */
import { Clock } from "../shaders/song.js";
import { cuesOf, Words } from "./words.js";

const DRIFT_S = 0.25; // a loop is decoration: it is put right only when it is this far off
const SWIPE_PX = 42;
const OUTLINE_UNITS = 230;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;

export class Phone {
  constructor(stage) {
    this.stage = stage;
    this.frame = stage.querySelector("[data-phone]");
    this.poster = stage.querySelector("[data-still]");
    this.haze = stage.querySelector("[data-haze]");
    this.played = stage.querySelector("[data-played]");
    const audio = stage.querySelector("[data-sound]");
    audio.removeAttribute("controls");
    this.say = stage.querySelector("[data-say]");
    this.outline = stage.querySelectorAll(".wave path");
    const sound = stage.querySelector("[data-part=sound]").dataset;
    this.sound = { ...sound };
    this.hasSound = audio.hasAttribute("src");
    this.clock = new Clock(audio, secondsOf(sound));
    this.words = new Words(this.say, cuesOf(sound.text));
    this.video = null;
    this.seconds = 0;
    this.onSwipe = () => {};
    this.#buttons();
    this.#swipes();
    this.clock.addEventListener("change", () => this.#tell());
    document.addEventListener("visibilitychange", () => this.#hidden());
    // Two sounds at once are noise: whatever begins to play elsewhere silences the phone.
    document.addEventListener("play", ({ target }) => {
      if (target !== audio && target.matches?.("audio, video:not([muted])") && !target.muted) this.clock.muted = true;
    }, true);
    if (!still()) this.clock.play();
    this.#tell();
    this.loop = () => this.#tick();
    requestAnimationFrame(this.loop);
  }

  /** Show a visual: `loop`, `poster`, `seconds`, `state`, `title` of its tile. */
  show({ loop, poster, seconds, state, title }) {
    this.frame.classList.toggle("busy", state === "rendering");
    this.frame.classList.toggle("vacant", !poster && !loop);
    if (poster && this.poster.getAttribute("src") !== poster) {
      this.poster.src = poster;
      this.poster.hidden = false;
      this.haze.src = poster;
      this.haze.hidden = false;
    } else if (!poster) this.poster.hidden = this.haze.hidden = true;
    this.poster.alt = title ? `${title}, with the hook` : "";
    this.seconds = Number(seconds) || 0;
    if (this.address === loop) return;
    this.address = loop;
    this.#remove();
    if (!loop) return;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true, preload: "auto", src: loop, tabIndex: -1 });
    video.setAttribute("aria-hidden", "true");
    video.addEventListener("loadedmetadata", () => this.#align(), { once: true });
    video.addEventListener("playing", () => video.classList.add("on"), { once: true });
    video.addEventListener("error", () => this.#remove()); // the poster stays
    this.video = video;
    this.poster.after(video);
    if (this.clock.playing && !document.hidden) video.play().catch(() => {});
  }

  /** Take the hook as it is now: another window has another sound, other words, another outline. */
  hear(sound) {
    const old = this.sound;
    this.sound = { ...sound };
    const { clock } = this;
    if (sound.address !== old.address) {
      const isLoud = !clock.muted;
      clock.muted = true;
      this.hasSound = Boolean(sound.address);
      if (this.hasSound) clock.audio.src = sound.address;
      else clock.audio.removeAttribute("src");
      clock.seconds = secondsOf(sound);
      clock.seek(0);
      this.mute.hidden = !this.hasSound;
      if (isLoud && this.hasSound) clock.muted = false;
    }
    if (sound.text !== old.text) this.words = new Words(this.say, cuesOf(sound.text));
    if (sound.wave !== old.wave) for (const path of this.outline) path.setAttribute("d", sound.wave);
  }

  #remove() {
    const { video } = this;
    this.video = null;
    if (!video) return;
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.remove();
  }

  #align() {
    if (!this.video || !this.seconds) return;
    const wanted = this.clock.time % this.seconds;
    const off = Math.abs(this.video.currentTime - wanted);
    if (Math.min(off, this.seconds - off) > DRIFT_S) this.video.currentTime = wanted;
  }

  #buttons() {
    const { stage, clock } = this;
    this.listen = stage.querySelector("[data-listen]");
    this.pause = stage.querySelector("[data-pause]");
    this.mute = stage.querySelector("[data-mute]");
    this.listen.hidden = false;
    stage.querySelector("[data-controls]").hidden = false;
    this.mute.hidden = !this.hasSound;
    this.listen.addEventListener("click", () => {
      if (this.swiped) return;
      if (this.isHeard) clock.pause();
      else this.#begin();
    });
    this.pause.addEventListener("click", () => (clock.playing ? clock.pause() : clock.play()));
    this.mute.addEventListener("click", () => this.toggleSound());
  }

  toggleSound() {
    if (this.clock.playing && !this.clock.muted) this.clock.muted = true;
    else this.#begin({ fromStart: false });
  }

  get isHeard() {
    return this.clock.playing && (!this.clock.muted || !this.hasSound);
  }

  /** Play with sound: inside the press, or browsers refuse. */
  #begin({ fromStart = this.clock.muted } = {}) {
    const { clock } = this;
    document.querySelector('[data-hook-play][aria-pressed="true"]')?.click(); // it stops itself, and says so
    for (const other of document.querySelectorAll("audio")) if (other !== clock.audio) other.pause();
    if (fromStart && this.hasSound) clock.seek(0);
    if (this.hasSound) clock.muted = false;
    clock.play();
    this.video?.play().catch(() => {});
    this.#align();
  }

  #tell() {
    const { clock, frame } = this;
    frame.classList.toggle("heard", this.isHeard);
    frame.classList.toggle("still", !clock.playing);
    draw(this.pause, clock.playing ? "pause" : "play", clock.playing ? "Pause" : "Play");
    draw(this.mute, clock.muted ? "mute" : "sound", "Sound");
    this.mute.setAttribute("aria-pressed", String(!clock.muted));
    this.listen.querySelector(".vh").textContent = this.isHeard ? "Pause" : "Play with the hook";
    if (!this.video) return;
    if (clock.playing) {
      this.#align();
      this.video.play().catch(() => {});
    } else this.video.pause();
  }

  #hidden() {
    if (document.hidden) {
      this.resume = this.clock.playing;
      this.clock.pause();
    } else if (this.resume) this.clock.play();
  }

  #tick() {
    requestAnimationFrame(this.loop);
    const { clock, words, played } = this;
    const now = clock.time;
    if (now === this.now) return;
    if (this.now !== undefined && now < this.now - 0.5) this.#align(); // the hook began anew
    this.now = now;
    words.at(now);
    played.setAttribute("width", String((OUTLINE_UNITS * now) / clock.seconds + 4));
  }

  /** A swipe over the phone goes to the next visual, as fans do; so do the arrow keys. */
  #swipes() {
    const { frame } = this;
    let from = null;
    frame.addEventListener("pointerdown", (event) => {
      from = event.pointerType === "mouse" ? null : { x: event.clientX, y: event.clientY };
      this.swiped = false;
    });
    frame.addEventListener("pointerup", (event) => {
      if (!from) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      from = null;
      if (Math.abs(dx) < SWIPE_PX || Math.abs(dx) < 1.4 * Math.abs(dy)) return;
      this.swiped = true;
      this.onSwipe(dx < 0 ? 1 : -1);
    });
    frame.addEventListener("pointercancel", () => (from = null));
    frame.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.onSwipe(by);
    });
  }
}

const secondsOf = ({ seconds }) => Number(seconds) || 12;

function draw(button, icon, label) {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  button.setAttribute("aria-label", label);
}
