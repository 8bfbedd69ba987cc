/* An artist's page: each card plays its hook where it is, one at a time. */
import "./app.js";

const sound = new Audio();
sound.preload = "none";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let card = null;

function stop() {
  sound.pause();
  if (!card) return;
  show(card, false);
  card.querySelector("video")?.remove();
  card.style.removeProperty("--played");
  card = null;
}

function start(next) {
  stop();
  card = next;
  sound.src = card.dataset.song;
  sound.loop = true;
  show(card, true);
  sound.play().then(move, stop);
  draw();
}

function move() {
  if (!card?.dataset.base || calm.matches || navigator.connection?.saveData) return;
  const video = document.createElement("video");
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: `${card.dataset.base}/small.mp4` });
  video.setAttribute("aria-hidden", "true");
  video.addEventListener("playing", () => video.classList.add("on"));
  video.addEventListener("error", () => video.remove());
  card.querySelector("img")?.after(video);
  video.play().catch(() => {});
}

function show(one, plays) {
  const button = one.querySelector("[data-hear]");
  const title = one.querySelector("b").textContent;
  button.setAttribute("aria-label", `${plays ? "Pause" : "Play"} ${title}`);
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, plays ? "#pause" : "#play"));
}

function draw() {
  if (!card) return;
  const share = sound.currentTime / (Number(card.dataset.seconds) || 1);
  card.style.setProperty("--played", `${Math.min(100, share * 100).toFixed(1)}%`);
  requestAnimationFrame(draw);
}

sound.addEventListener("error", stop);
document.querySelector("[data-wall]")?.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-hear]")?.closest("[data-card]");
  if (!chosen) return;
  if (chosen === card) stop();
  else start(chosen);
});
