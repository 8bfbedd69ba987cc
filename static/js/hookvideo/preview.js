/* The video as it will look, moving: drawn from the layout's numbers over the loop, on the hook's clock. */
import { Clock } from "../shaders/song.js";
import { hear, heights } from "./bars.js";
import { Drawing } from "./drawing.js";
import { frameSize } from "./layout.js";
import { ready } from "./type.js";

const FPS = 30;
const SHORT_PX = 540; // drawn at twice what it is seen at
const DRIFT_S = 0.25;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;

export class Preview {
  constructor(canvas, audio, button) {
    Object.assign(this, { canvas, audio, button });
    this.context = canvas.getContext("2d");
    this.video = null;
    this.number = 0; // of the animation frame
    button.addEventListener("click", () => {
      this.clock.muted = !this.clock.muted;
      if (!this.clock.muted && !this.clock.playing) this.clock.play();
    });
  }

  /** Take what the server says is drawn; the first frame stands when it returns. */
  async load(data) {
    this.stop();
    this.data = data;
    const [numbers] = await Promise.all([this.numbers ?? fetch(data.layoutUrl).then((answer) => answer.json()), ready()]);
    this.numbers = numbers;
    [this.cover, this.avatar, this.poster] = await Promise.all([data.coverUrl, data.avatarUrl, data.visual?.posterUrl].map(picture));
    this.#film(data.visual);
    this.tall = null;
    this.clock = new Clock(this.audio, data.hookDurationSec);
    this.clock.addEventListener("change", () => this.#tell());
    this.button.hidden = !data.soundUrl;
    if (data.soundUrl) {
      this.audio.src = data.soundUrl;
      this.#bars(data);
    }
    this.#tell();
  }

  async #bars({ soundUrl, hookDurationSec }) {
    try {
      const sound = await hear(await (await fetch(soundUrl)).arrayBuffer());
      if (this.data.soundUrl === soundUrl) this.tall = heights(sound, Math.max(1, Math.round(hookDurationSec * FPS)), this.numbers.bars);
    } catch {
      // without its bars it is still a preview
    }
  }

  #film(visual) {
    this.video?.removeAttribute("src");
    this.video?.load();
    this.video = null;
    if (!visual) return;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true, preload: "auto", crossOrigin: "anonymous", src: visual.smallLoopUrl });
    video.addEventListener("error", () => {
      if (this.video === video) this.video = null; // the poster stands in
    });
    video.addEventListener("loadeddata", () => this.#survey([video, ...(this.poster ? [this.poster] : [])]), { once: true });
    this.video = video;
  }

  #survey(pictures) {
    try {
      this.drawing?.survey(pictures);
    } catch (fault) {
      console.warn(fault); // pixels of another origin may be shown but not read: no scrim in the preview
    }
  }

  /** Begin to show a shape; `bare` without anything over the picture. */
  show(aspect, { bare = false } = {}) {
    const size = frameSize(this.numbers, aspect, SHORT_PX);
    Object.assign(this.canvas, { width: size[0], height: size[1] });
    this.bare = bare;
    this.button.hidden = bare || !this.data.soundUrl;
    if (bare) this.clock.muted = true;
    this.drawing = new Drawing(this.numbers, this.data, aspect, size, { cover: this.cover, avatar: this.avatar });
    const pictures = [this.video?.readyState >= 2 ? this.video : null, this.poster].filter(Boolean);
    this.#survey(pictures);
    cancelAnimationFrame(this.number);
    if (!still()) this.clock.play();
    this.#tick();
  }

  stop() {
    cancelAnimationFrame(this.number);
    this.clock?.pause();
    this.video?.pause();
  }

  #tick() {
    const { clock, video, drawing, context } = this;
    const t = clock.time;
    this.#align(t);
    const shown = video?.readyState >= 2 ? video : this.poster;
    if (this.bare) drawing.bare(context, shown, t);
    else {
      const frames = this.tall?.length ?? 0;
      const n = Math.min(Math.max(0, frames - 1), Math.floor(t * FPS));
      drawing.frame(context, shown, t, this.tall?.[n], t / this.data.hookDurationSec);
    }
    this.number = requestAnimationFrame(() => this.#tick());
  }

  #align(t) {
    const { video } = this;
    if (!video || !video.duration) return;
    if (!this.clock.playing) {
      if (!video.paused) video.pause();
      return;
    }
    if (video.paused) video.play().catch(() => {});
    const wanted = t % video.duration;
    const off = Math.abs(video.currentTime - wanted);
    if (Math.min(off, video.duration - off) > DRIFT_S) video.currentTime = wanted;
  }

  #tell() {
    const isHeard = this.clock.playing && !this.clock.muted;
    this.button.setAttribute("aria-pressed", String(isHeard));
    const use = this.button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isHeard ? "#sound" : "#mute"));
  }
}

/** An image, loaded; null where there is none or it cannot be had. */
export async function picture(address) {
  if (!address) return null;
  const image = new Image();
  image.crossOrigin = "anonymous"; // files may lie in a bucket of another origin
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}
