/* One hook: sound, words, outline and visuals on one clock. The page has one, the feed many; they
   share the sound element, so that one sounds at a time and a phone's permission to play is kept. */
import { toast } from "../toast.js";
import { Clock } from "./clock.js";
import { calm, dye, spares } from "./look.js";
import { Lyrics } from "./lyrics.js";
import { screens } from "./screens.js";
import { tell } from "./signals.js";

const COVER_SCRIM = "3"; // audience/hooks.py
const sound = new Audio();
sound.preload = "none";
sound.hidden = true;
document.body.append(sound);
let holder = null; // the hook whose sound it is

export class Hook {
  constructor(root, { keepsAddress = false } = {}) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.root = root;
    this.keepsAddress = keepsAddress;
    this.reel = find("reel");
    this.slides = [...this.reel.children];
    this.tabs = [...(find("strip")?.children ?? [])];
    this.parts = Object.fromEntries(
      ["play", "icon", "seek", "clock", "which", "said", "still", "sound", "credit", "by", "haze", "stage"].map((name) => [name, find(name)]),
    );
    this.song = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    this.audio = sound;
    this.clock = new Clock(sound);
    const words = find("lyrics");
    this.lyrics = words && new Lyrics(words, this.song.lines);
    this.index = 0;
    this.at = 0; // where this hook was when another one took the sound
    this.isStill = calm.matches;
    this.isRested = false; // paused by hand: the picture rests as well
    this.isNear = false; // in view, or the feed's next
    this.root.dataset.visual = this.slide.dataset.visual;
    this.listen();
    this.showStill();
    this.draw(0);
  }

  get slide() {
    return this.slides[this.index];
  }

  get isPlaying() {
    return holder === this && !sound.paused;
  }

  get time() {
    return holder === this ? this.clock.now() : this.at;
  }

  // ---- sound -----------------------------------------------------------------------------------
  /** Begin or go on. Called inside the tap: phones allow sound only there. */
  play() {
    this.hold();
    this.isRested = false;
    return sound.play().then(
      () => this.tend(),
      (fault) => {
        this.showPlaying();
        throw fault;
      },
    );
  }

  pause() {
    if (holder === this) sound.pause();
    this.isRested = true;
    this.tend();
  }

  toggle() {
    return this.isPlaying ? this.pause() : this.play().catch(() => {});
  }

  /** Take the sound from whoever has it. */
  hold() {
    if (holder === this) return;
    holder?.release();
    holder = this;
    sound.loop = true;
    sound.src = this.song.sound;
    if (this.at) sound.currentTime = this.at;
    this.heard = this.at;
    this.announce();
    this.beat();
  }

  /** Name the hook on a phone's lock screen, where it can be paused as well. */
  announce() {
    if (!("mediaSession" in navigator)) return;
    const { title, artist } = this.root.dataset;
    const picture = this.slide.querySelector("img")?.src;
    const artwork = picture ? [{ src: picture, type: "image/jpeg" }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist, artwork });
    navigator.mediaSession.setActionHandler("play", () => this.play().catch(() => {}));
    navigator.mediaSession.setActionHandler("pause", () => this.pause());
  }

  release() {
    if (holder !== this) return;
    this.at = sound.currentTime;
    holder = null;
    sound.pause();
    this.showPlaying();
    tell(this.root, "paused", this.slide.dataset.visual);
  }

  seek(time) {
    const to = Math.min(Math.max(0, time), this.song.seconds);
    if (holder === this) sound.currentTime = to;
    else this.at = to;
    this.heard = to;
    this.draw(to);
    this.tend();
  }

  /** Called for each frame while this hook has the sound. */
  beat() {
    if (holder !== this) return;
    const time = this.clock.now();
    if (this.isPlaying) {
      if (time + 1 < this.heard && this.heard > this.song.seconds - 1) {
        tell(this.root, "completed", this.slide.dataset.visual);
      }
      this.heard = time;
    }
    this.draw(time);
    requestAnimationFrame(() => this.beat());
  }

  draw(time) {
    const share = Math.min(1, time / (this.song.seconds || 1));
    const whole = Math.floor(time);
    if (this.parts.seek) {
      this.parts.seek.parentElement.style.setProperty("--played", `${(share * 100).toFixed(2)}%`);
      if (whole !== this.second) {
        this.second = whole;
        this.parts.clock.textContent = `0:${String(whole).padStart(2, "0")}`;
        this.parts.seek.value = time;
        this.parts.seek.setAttribute("aria-valuetext", `${whole} of ${Math.round(this.song.seconds)} seconds`);
      }
    }
    this.lyrics?.at(time);
  }

  // ---- pictures --------------------------------------------------------------------------------
  /** Give the slide in view and its neighbours a video each, and run what is to run. */
  tend() {
    this.showPlaying();
    if (!this.isNear) return;
    const around = [this.slide];
    const begun = holder === this && sound.currentTime > 0;
    if (begun && !spares() && !calm.matches) around.push(this.slides[this.index + 1], this.slides[this.index - 1]);
    const moves = !this.isStill && !this.isRested && !(spares() && !this.isPlaying);
    const given = this.isStill && !begun ? [] : around.filter(Boolean);
    screens.give([...given, ...(this.alsoNear?.() ?? [])], { preload: spares() ? "none" : "auto" });
    if (moves) screens.run(this.slide, this.time);
    else screens.hold();
  }

  /** Scroll to a visual; the scroll position then says which one is in view. */
  go(index) {
    const to = Math.max(0, Math.min(this.slides.length - 1, index));
    const left = this.slides[to].offsetLeft;
    this.reel.scrollTo({ left, behavior: calm.matches ? "instant" : "smooth" });
  }

  look() {
    const index = Math.round(this.reel.scrollLeft / (this.reel.clientWidth || 1));
    if (index === this.index || !this.slides[index]) return;
    this.index = index;
    const { visual, title, tint, scrim, by } = this.slide.dataset;
    this.root.dataset.visual = visual;
    this.wear(tint, scrim);
    const named = this.slides.length > 1 ? `${title}, ${index + 1} of ${this.slides.length}` : title;
    this.parts.which.textContent = named;
    this.parts.said.textContent = by ? `${named}, visuals by ${by}` : named;
    this.parts.credit.hidden = !by;
    if (by) {
      this.parts.by.textContent = by;
      this.parts.credit.href = `/${by}`;
    }
    this.tabs.forEach((tab, at) => {
      if (at === index) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    });
    const tab = this.tabs[index];
    if (tab) {
      const strip = tab.parentElement;
      strip.scrollTo({ left: tab.offsetLeft - strip.clientWidth / 2, behavior: calm.matches ? "instant" : "smooth" });
    }
    const small = this.slide.querySelector("img");
    if (this.parts.haze && small) this.parts.haze.src = small.currentSrc || small.src;
    if (this.keepsAddress) {
      const address = new URL(location.href);
      address.searchParams.set("v", visual);
      history.replaceState(history.state, "", address);
    }
    tell(this.root, "visual", visual);
    this.tend();
  }

  /** The colours and shades of what is in view. */
  wear(tint, scrim) {
    const page = document.documentElement;
    dye(this.root, tint);
    if (this.keepsAddress) dye(page, tint);
    this.root.dataset.scrim = scrim;
  }

  /** The visual cannot be shown: the cover stands in for it, and the sound goes on. */
  cover(slide) {
    if (slide.classList.contains("sleeve")) return;
    slide.classList.add("sleeve");
    const cover = this.parts.stage.dataset.cover;
    const pictures = cover
      ? ["back", "front"].map((kind) => {
          const picture = new Image();
          Object.assign(picture, { className: kind, src: cover, alt: "" });
          return picture;
        })
      : [];
    slide.replaceChildren(...pictures);
    slide.dataset.scrim = COVER_SCRIM;
    if (slide === this.slide) this.wear(slide.dataset.tint, COVER_SCRIM);
    toast("That visual did not load. Here is the cover instead.");
  }

  // ---- hands -----------------------------------------------------------------------------------
  listen() {
    const { play, seek, still, sound: speaker } = this.parts;
    this.reel.addEventListener("scroll", () => this.look(), { passive: true });
    play.addEventListener("click", () => this.toggle());
    this.reel.addEventListener("click", () => this.toggle());
    seek.addEventListener("input", () => this.seek(Number(seek.value)));
    seek.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
      if (!step) return;
      event.preventDefault(); // a second, not a tenth
      this.seek(this.time + step);
      seek.value = this.time;
    });
    still?.addEventListener("click", () => {
      this.isStill = !this.isStill;
      this.showStill();
      this.tend();
      if (!this.isStill) screens.run(this.slide, this.time);
    });
    speaker?.addEventListener("click", () => {
      sound.muted = !sound.muted;
      for (const other of document.querySelectorAll("[data-sound]")) showSound(other);
    });
    this.tabs.forEach((tab, index) =>
      tab.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.go(index);
      }),
    );
    this.root.addEventListener("broken", (event) => this.cover(event.target));
    for (const slide of this.slides) {
      const picture = slide.querySelector("img");
      const fail = () => this.cover(slide);
      if (picture?.complete && picture.src && !picture.naturalWidth && picture.loading !== "lazy") fail();
      else picture?.addEventListener("error", fail, { once: true });
    }
    for (const name of ["playing", "pause", "waiting"]) {
      sound.addEventListener(name, () => holder === this && this.showPlaying());
    }
    for (const name of ["pause", "waiting"]) {
      sound.addEventListener(name, () => holder === this && tell(this.root, "paused", this.slide.dataset.visual));
    }
    sound.addEventListener("playing", () => {
      if (holder !== this) return;
      this.tend();
      tell(this.root, "playing", this.slide.dataset.visual);
    });
    sound.addEventListener("error", () => {
      if (holder !== this || !sound.error) return;
      this.showPlaying();
      toast("The sound did not load. Try again in a moment.", "bad");
    });
    calm.addEventListener("change", () => {
      this.isStill = calm.matches;
      this.showStill();
      this.tend();
    });
  }

  /** Keys of the page: arrows change the visual, space plays and pauses. True where one was used. */
  key(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return false;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return false;
    if (event.key === "ArrowRight") this.go(this.index + 1);
    else if (event.key === "ArrowLeft") this.go(this.index - 1);
    else if (event.key === " " && !event.target.closest("button, a, summary")) this.toggle();
    else return false;
    event.preventDefault();
    return true;
  }

  showPlaying() {
    const { play, icon } = this.parts;
    const name = this.isPlaying ? "pause" : "play";
    play.setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${name}`));
  }

  showStill() {
    const { still } = this.parts;
    if (!still) return;
    still.setAttribute("aria-pressed", String(this.isStill));
  }
}

function showSound(button) {
  button.setAttribute("aria-pressed", String(!sound.muted));
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, sound.muted ? "#mute" : "#sound"));
}

/** Close an open sheet of words when something else is touched, or by Escape. */
export function mindSheets() {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details[data-sheet][open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details[data-sheet][open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
}
