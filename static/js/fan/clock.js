/* The one clock of a hook: its <audio>. Everything that moves asks here what time it is. */
const STEP_S = 0.06; // browsers move currentTime in steps up to about this long

export class Clock {
  constructor(audio) {
    this.audio = audio;
    this.base = 0;
    this.stamp = 0;
  }

  /** Seconds from the hook's start; runs on between the steps of the audio's own time. */
  now() {
    const at = this.audio.currentTime;
    if (at !== this.base) {
      this.base = at;
      this.stamp = performance.now();
    }
    if (this.audio.paused || this.audio.seeking) return at;
    const on = Math.min((performance.now() - this.stamp) / 1000, STEP_S);
    return Math.min(at + on, this.audio.duration || Infinity);
  }
}
