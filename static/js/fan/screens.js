/* The moving pictures: never more than three <video> on a page, whoever asks. A poster is shown until
   a video has its first frame, and again as soon as it is taken away. */
import { wantsLarge } from "./look.js";

const MOST = 3;
const DRIFT_S = 0.25;

class Screens {
  constructor() {
    this.pool = []; // {video, slide}
    this.broken = new WeakSet(); // slides whose file does not load
  }

  /** Have a video in each of `slides` (the first ones matter most) and in no other. */
  give(slides, { preload }) {
    const wanted = slides.filter((slide) => slide.dataset.base && !this.broken.has(slide)).slice(0, MOST);
    for (const screen of this.pool) {
      if (screen.slide && !wanted.includes(screen.slide)) this.clear(screen);
    }
    for (const slide of wanted) {
      if (this.of(slide)) continue;
      const screen = this.pool.find((one) => !one.slide) ?? this.make();
      if (screen) this.load(screen, slide, preload);
    }
  }

  of(slide) {
    return this.pool.find((screen) => screen.slide === slide)?.video;
  }

  /** Run the visual of `slide`, in step with the hook's time, and hold all others still. */
  run(slide, time) {
    for (const screen of this.pool) {
      if (screen.slide !== slide && !screen.video.paused) screen.video.pause();
    }
    const video = this.of(slide);
    if (!video) return;
    if (video.readyState > 0 && video.duration) {
      const want = time % video.duration;
      const apart = Math.abs(video.currentTime - want);
      if (Math.min(apart, video.duration - apart) > DRIFT_S) video.currentTime = want;
    }
    video.play().catch(() => {}); // refused (power saving, a policy): the poster stays
  }

  hold() {
    for (const { video } of this.pool) video.pause();
  }

  make() {
    if (this.pool.length >= MOST) return null;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true, disablePictureInPicture: true });
    video.setAttribute("aria-hidden", "true");
    video.tabIndex = -1;
    const screen = { video, slide: null };
    video.addEventListener("playing", () => video.classList.add("on"));
    video.addEventListener("error", () => this.fail(screen));
    this.pool.push(screen);
    return screen;
  }

  load(screen, slide, preload) {
    const { video } = screen;
    screen.slide = slide;
    video.classList.remove("on");
    video.preload = preload;
    video.src = `${slide.dataset.base}/${wantsLarge(slide.clientHeight) ? "loop" : "small"}.mp4`;
    slide.append(video);
  }

  clear(screen) {
    screen.slide = null;
    screen.video.pause();
    screen.video.classList.remove("on");
    screen.video.removeAttribute("src");
    screen.video.load();
    screen.video.remove();
  }

  fail(screen) {
    const { slide, video } = screen;
    if (!slide || !video.error) return;
    this.broken.add(slide);
    this.clear(screen);
    slide.dispatchEvent(new CustomEvent("broken", { bubbles: true }));
  }
}

export const screens = new Screens();
