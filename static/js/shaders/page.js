// What the gallery's two pages share: the song's buttons, and saying why nothing moves.

/** Wire play and mute buttons to a clock. */
export function songButtons(root, clock, { onPlay = () => {} } = {}) {
  const toggle = root.querySelector("[data-toggle]");
  const mute = root.querySelector("[data-mute]");
  const show = () => {
    toggle.classList.toggle("on", clock.playing);
    toggle.setAttribute("aria-label", clock.playing ? "Pause" : "Play the sample song");
    mute.setAttribute("aria-pressed", String(clock.muted));
  };
  toggle.addEventListener("click", () => {
    if (clock.playing) clock.pause();
    else {
      clock.play();
      onPlay();
    }
  });
  mute.addEventListener("click", () => {
    clock.muted = !clock.muted;
    if (!clock.muted && !clock.playing) {
      clock.play();
      onPlay();
    }
  });
  clock.addEventListener("change", show);
  show();
  root.hidden = false;
}

/** One sentence in the page; empty takes it away. */
export function notice(text) {
  const place = document.querySelector("[data-notice]");
  place.hidden = !text;
  place.querySelector("span").textContent = text;
}

export const NO_WEBGL = "This browser cannot draw WebGL2, so you see a still. Your films are not affected: they are drawn on the server.";
export const LOST = "The graphics card took a break. The picture goes on as soon as it is back.";
export const BROKEN = "This scene could not be drawn here, so you see a still. Reload the page to try again.";

/** Whether the visitor wants things to keep still until asked. */
export function wantsStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
