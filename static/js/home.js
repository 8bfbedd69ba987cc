/* The start page's films: one plays at a time, and changing the sentence keeps the song's place.
   Without this module the first film has the browser's own controls. */
const screen = document.querySelector("[data-screen]");
const films = [...screen.querySelectorAll("video")];
const play = screen.querySelector("[data-play]");
const sound = screen.querySelector("[data-sound]");
const played = document.querySelector("[data-played]");
const width = Number(played.ownerSVGElement.viewBox.baseVal.width);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
let current = films[0];

screen.querySelector(".controls").hidden = false;
for (const film of films) {
  film.removeAttribute("controls");
  for (const kind of ["play", "pause", "volumechange"]) film.addEventListener(kind, sayState);
  film.addEventListener("timeupdate", sayTime);
}
play.addEventListener("click", () => (current.paused ? start(current) : current.pause()));
sound.addEventListener("click", () => {
  for (const film of films) film.muted = !film.muted;
  if (current.paused && !current.muted) start(current);
});
for (const button of document.querySelectorAll("[data-shows]")) {
  button.addEventListener("click", () => show(button.dataset.shows));
}
for (const shot of document.querySelectorAll("[data-at]")) {
  shot.querySelector(".pic").addEventListener("click", () => {
    current.currentTime = Number(shot.dataset.at) + 0.02;
    start(current);
  });
}
if (!still) start(current);
sayState();

async function start(film) {
  try {
    await film.play();
  } catch {
    sayState(); // the browser wants a press first: the poster stays
  }
}

async function show(name) {
  const next = films.find((film) => film.dataset.of === name);
  if (next === current) return;
  const before = current;
  current = next;
  next.currentTime = before.currentTime;
  if (before.paused && still) swap(before);
  else {
    // The picture changes when the new one can be seen, so that nothing flashes black.
    next.addEventListener("playing", () => swap(before), { once: true });
    await start(next);
    if (next.paused) swap(before);
  }
  document.body.dataset.film = name;
  for (const button of document.querySelectorAll("[data-shows]")) {
    button.setAttribute("aria-pressed", String(button.dataset.shows === name));
  }
  for (const part of document.querySelectorAll("[data-of]:not(video)")) {
    part.toggleAttribute("hidden", part.dataset.of !== name);
  }
}

function swap(before) {
  if (before === current) return;
  current.hidden = false;
  before.hidden = true;
  before.pause();
  sayState();
  sayTime();
}

function sayState() {
  const stands = current.paused;
  draw(play, stands ? "play" : "pause", stands ? "Play" : "Pause");
  draw(sound, current.muted ? "mute" : "sound", "Sound");
  sound.setAttribute("aria-pressed", String(!current.muted));
}

function draw(button, icon, label) {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  button.setAttribute("aria-label", label);
}

function sayTime() {
  const share = current.duration ? current.currentTime / current.duration : 0;
  played.setAttribute("width", String(share * width));
  const shots = [...document.querySelectorAll(`.shots[data-of="${current.dataset.of}"] > li`)];
  const now = shots.findLast((shot) => Number(shot.dataset.at) <= current.currentTime + 0.02);
  for (const shot of shots) {
    if (shot === now) shot.setAttribute("aria-current", "true");
    else shot.removeAttribute("aria-current");
  }
}
