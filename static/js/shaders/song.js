// The sample song: its curves (what the film's renderer reads, one row a frame) and its clock.

/** Curves of the excerpt; `at(frame)` gives the musical uniforms of one film frame. */
export class Song {
  static async load({ curves, facts }) {
    const answers = await Promise.all([fetch(curves), fetch(facts)]);
    const failed = answers.find((answer) => !answer.ok);
    if (failed) throw new Error(`The sample song could not be loaded (${failed.status}).`);
    return new Song(new Float32Array(await answers[0].arrayBuffer()), await answers[1].json());
  }

  constructor(values, facts) {
    this.values = values;
    this.facts = facts;
    this.fps = facts.fps;
    this.frames = facts.frames;
    this.seconds = facts.frames / facts.fps;
  }

  at(frame) {
    const names = this.facts.uniforms;
    const row = Math.min(Math.max(frame, 0), this.frames - 1) * names.length;
    return Object.fromEntries(names.map((name, column) => [name, this.values[row + column]]));
  }

  frameAt(seconds) {
    return Math.min(Math.floor(seconds * this.fps), this.frames - 1);
  }
}

const STEP_S = 0.06; // audio.currentTime moves in steps; between them the clock runs on by at most this

/** What time it is in the song: what is heard decides; while nothing is, the wall clock. */
export class Clock extends EventTarget {
  #muted = true;

  constructor(audio, seconds) {
    super();
    this.audio = audio;
    this.seconds = seconds;
    this.playing = false;
    this.heard = false; // the audio element is the clock
    this.#from(0);
    audio.loop = true;
  }

  get time() {
    if (!this.playing) return this.at;
    const now = performance.now() / 1000;
    if (!this.heard) return (now - this.origin) % this.seconds;
    const heard = this.audio.currentTime;
    if (heard !== this.last.audio) this.last = { audio: heard, at: now };
    return Math.min(heard + Math.min(now - this.last.at, STEP_S), this.seconds);
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    if (muted === this.#muted) return;
    this.#muted = muted;
    if (this.playing && muted) this.#silence();
    else if (this.playing) this.#sound();
    this.#tell();
  }

  play() {
    if (this.playing) return;
    this.#from(this.at);
    this.playing = true;
    if (!this.#muted) this.#sound();
    this.#tell();
  }

  pause() {
    if (!this.playing) return;
    this.#silence();
    this.playing = false;
    this.#tell();
  }

  seek(seconds) {
    this.#from(seconds);
    if (this.heard) this.audio.currentTime = seconds;
  }

  #from(seconds) {
    this.at = seconds;
    this.origin = performance.now() / 1000 - seconds;
    this.last = { audio: -1, at: 0 };
  }

  #silence() {
    const at = this.time;
    this.heard = false;
    this.audio.pause();
    this.#from(at);
  }

  async #sound() {
    try {
      this.audio.currentTime = this.time;
      await this.audio.play();
      this.heard = this.playing && !this.#muted;
      if (!this.heard) this.audio.pause(); // it was turned off while the browser was starting
    } catch {
      this.#muted = true; // no permission, no codec or no device: the picture moves all the same
      this.#tell();
    }
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
