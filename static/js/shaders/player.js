// Plays one scene at a time on a stage: the song's clock picks the film frame, and the frame's own
// cost picks the size it is drawn at, so that a slow machine shows a softer picture, not a late one.

import { REST, uniforms } from "./look.js";

const SHORT_SIDES = [144, 180, 216, 270, 324, 360, 432, 540, 720, 1080];
const BUDGET_MS = 1000 / 30;
const WARM_FRAMES = 3; // the first draws of a program or size cost more than later ones
const READS_WELL_PX = 270;
const PATIENCE = 40; // cheap frames in a row before a larger size is tried
const MOST_PIXELS = 1920 * 1080;
const GRAIN_SEEDS = 0x7fffffff;

export class Player {
  /** `lab` is what the page says all scenes share; `onFrame` is told of every frame drawn. */
  constructor({ stage, song, clock, lab, onFrame = () => {}, startPx = 360, mostPx = 1080 }) {
    Object.assign(this, { stage, song, clock, lab, onFrame });
    this.settings = { fps: song.fps, grade: lab.grade };
    this.rung = SHORT_SIDES.indexOf(startPx);
    this.top = SHORT_SIDES.indexOf(mostPx);
    this.finished = true; // with the film finish
    this.image = ""; // key of the visitor's own picture
    this.running = false;
    this.wanted = false;
    this.onScreen = true;
    this.asked = 0;
    this.loop = (now) => this.#tick(now);
    this.watch = new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      this.#settle();
    });
    this.watch.observe(stage.canvas);
    document.addEventListener("visibilitychange", () => this.#visible());
  }

  /** Compile a scene and show it from its next frame on. False where another was asked for since. */
  async show(live, look) {
    const asked = ++this.asked;
    const address = look.figure === 0 ? live.empty : live.full;
    const [program, sleeve] = await Promise.all([
      this.stage.scene(this.lab.vertex, address),
      live.treatment ? this.stage.scene(this.lab.vertex, this.lab.sleeve) : null,
    ]);
    if (asked !== this.asked) return false;
    Object.assign(this, { live, look, program, sleeve, address, warm: WARM_FRAMES, dirty: true });
    return true;
  }

  /** Change the look of the scene that is shown. */
  async change(look) {
    if (!this.program) return;
    const address = look.figure === 0 ? this.live.empty : this.live.full;
    if (address !== this.address) await this.show(this.live, look);
    else Object.assign(this, { look, dirty: true });
  }

  start() {
    this.wanted = true;
    this.#settle();
  }

  stop() {
    this.wanted = false;
    this.#settle();
  }

  #settle() {
    const run = this.wanted && this.onScreen && !document.hidden;
    if (run && !this.running) {
      this.pendingSince = 0;
      requestAnimationFrame(this.loop);
    }
    this.running = run;
  }

  #visible() {
    if (document.hidden) {
      this.resume = this.clock.playing;
      this.clock.pause();
    } else if (this.resume) this.clock.play();
    this.#settle();
  }

  #tick(now) {
    if (!this.running) return;
    requestAnimationFrame(this.loop);
    const { stage, song } = this;
    if (!this.program || stage.lost || !stage.idle) return;
    if (this.pendingSince) this.#adapt(now - this.pendingSince);
    this.pendingSince = 0;
    const frame = song.frameAt(this.clock.time);
    if (frame === this.frame && !this.dirty) return;
    this.draw(frame);
    this.pendingSince = now;
  }

  /** Draw one film frame now. */
  draw(frame) {
    const { look, live, song, stage } = this;
    const values = uniforms(look, frame, song.frames, song.at(frame), this.settings);
    stage.draw(this.program, values, {
      ...this.sizes(),
      film: this.finished ? this.#film(frame) : null,
      mirror: look.mirror,
      image: this.#picture(),
      treatment: live.treatment,
    });
    this.frame = frame;
    this.dirty = false;
    this.onFrame(frame, values);
  }

  #film(frame) {
    const { sharpness, native_sharpness: native, halation, grain } = this.lab.film;
    const { inner, outer } = this.sizes();
    const take = this.look.seed * 9781 + Math.floor((Math.round(this.look.clock * this.song.fps) + frame) / 2);
    return { sharpness: outer[0] > inner[0] ? sharpness : native, halation, grain, take: take % GRAIN_SEEDS };
  }

  #picture() {
    if (this.stage.hasImage(this.image) || !this.live.treatment) return this.image;
    const key = `sleeve ${this.look.seed} ${this.look.palette.join(" ")}`;
    if (!this.stage.hasImage(key)) {
      this.stage.setSleeve(key, this.sleeve, uniforms(this.look, 0, 1, REST, this.settings));
    }
    return key;
  }

  /** What is drawn (`inner`) and what is shown (`outer`), both [width, height] in pixels. */
  sizes() {
    const { clientWidth: wide, clientHeight: high } = this.stage.canvas;
    const density = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / Math.max(wide * high, 1)));
    const full = [Math.max(Math.round(wide * density), 2), Math.max(Math.round(high * density), 2)];
    const short = Math.min(SHORT_SIDES[this.rung], Math.min(...full));
    const scale = short / Math.min(...full);
    const inner = full.map((side) => Math.max(2 * Math.round((side * scale) / 2), 2));
    const enlarge = Math.min(1 / scale, 2);
    return { inner, outer: scale >= 1 ? inner : inner.map((side) => Math.round(side * enlarge)) };
  }

  #adapt(cost) {
    if (this.warm > 0) {
      this.warm -= 1;
      this.cost = BUDGET_MS * 0.75;
      return;
    }
    this.cost = 0.8 * this.cost + 0.2 * cost;
    this.cheap = this.cost < BUDGET_MS * 0.6 ? (this.cheap ?? 0) + 1 : 0;
    const full = Math.min(this.stage.canvas.clientWidth, this.stage.canvas.clientHeight) * (window.devicePixelRatio || 1);
    // Below a size that still reads well, fewer frames a second are the lesser evil.
    const bearable = SHORT_SIDES[this.rung] > READS_WELL_PX ? BUDGET_MS * 1.3 : BUDGET_MS * 3;
    if (this.cost > bearable && this.rung > 0) {
      if (this.grown) this.top = this.rung - 1; // tried, and too much here
      this.#step(-1);
    } else if (this.cheap > PATIENCE && this.rung < this.top && SHORT_SIDES[this.rung] < full) {
      this.#step(1);
    }
  }

  #step(by) {
    this.rung += by;
    this.grown = by > 0;
    this.warm = WARM_FRAMES;
    this.cheap = 0;
    this.dirty = true;
  }
}
