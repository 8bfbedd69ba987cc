// The gallery's wall: one live canvas that moves to the tile under the pointer, in focus, or in view.

import { BROKEN, LOST, NO_WEBGL, notice, songButtons, wantsStill } from "./page.js";
import { Player } from "./player.js";
import { Clock, Song } from "./song.js";
import { Stage } from "./stage.js";

const HOVER_MS = 130;
const REST_MS = 180; // after the last scroll
const grid = document.querySelector("[data-grid]");

filters();
live();

function filters() {
  const form = document.querySelector("[data-filters]");
  const tiles = [...grid.children];
  const count = document.querySelector("[data-count]");
  form.querySelector("[data-needless]").hidden = true;
  const chosen = form.querySelector("[type=radio]:checked:not([value=''])");
  if (!chosen && window.matchMedia("(max-width: 799.98px)").matches) form.querySelector("[data-narrowing]").open = false;
  const apply = () => {
    const wish = Object.fromEntries(new FormData(form));
    const word = wish.word.trim().toLowerCase().replace(/\s+/g, " ");
    let shown = 0;
    for (const tile of tiles) {
      const { kind, place, mood, subject, said } = tile.dataset;
      const fits = (!wish.kind || wish.kind === kind) && (!wish.place || wish.place === place)
        && (!wish.mood || wish.mood === mood) && (!wish.subject || subject.split(" ").includes(wish.subject))
        && said.includes(word);
      tile.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} shown`;
    document.querySelector("[data-none]").hidden = shown > 0;
    const query = new URLSearchParams(Object.entries(wish).filter(([, value]) => value.trim()));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    window.dispatchEvent(new Event("scroll")); // another tile may stand in the middle now
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
}

async function live() {
  const lab = JSON.parse(grid.dataset.lab);
  const canvas = document.createElement("canvas");
  canvas.className = "lab-live";
  canvas.setAttribute("aria-hidden", "true");
  let player = null;
  let at = null; // the tile that plays
  let asked = null;
  let stage;
  try {
    stage = new Stage(canvas, {
      onLost: () => { canvas.classList.remove("on"); notice(LOST); },
      onBack: () => { notice(""); const tile = at; at = asked = null; if (tile) go(tile); },
    });
  } catch {
    notice(NO_WEBGL);
    return;
  }
  let song;
  try {
    song = await Song.load(lab.song);
  } catch {
    notice(BROKEN);
    return;
  }
  const audio = document.querySelector("[data-audio]");
  const clock = new Clock(audio, song.seconds);
  player = new Player({ stage, song, clock, lab, startPx: 180, mostPx: 540, onFrame: () => canvas.classList.add("on") });
  let moving = !wantsStill();

  async function go(tile) {
    if (!moving || tile === asked) return;
    asked = tile;
    const scene = JSON.parse(tile.dataset.live);
    try {
      if (!(await player.show(scene, scene.look))) return;
    } catch {
      if (!stage.lost) notice(BROKEN);
      return;
    }
    at?.classList.remove("playing");
    canvas.classList.remove("on");
    tile.querySelector(".pic").append(canvas);
    tile.classList.add("playing");
    at = tile;
    player.start();
  }

  let timer = 0;
  const soon = (tile, wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => go(tile), wait);
  };
  grid.addEventListener("pointerover", (event) => {
    const tile = event.pointerType === "mouse" && event.target.closest("[data-live]");
    if (tile) soon(tile, HOVER_MS);
  });
  grid.addEventListener("focusin", (event) => {
    const tile = event.target.closest("[data-live]");
    if (tile) soon(tile, 0);
  });
  const central = () => {
    const middle = window.innerHeight / 2;
    const seen = [...grid.querySelectorAll("li:not([hidden]) [data-live]")]
      .map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
      .filter(({ box }) => box.top > -box.height / 3 && box.bottom < window.innerHeight + box.height / 3);
    const far = ({ box }) => Math.abs(box.top + box.height / 2 - middle);
    return seen.sort((a, b) => far(a) - far(b))[0]?.tile;
  };
  let resting = 0;
  window.addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      const kept = grid.querySelector("li:not([hidden]) [data-live]:focus, li:not([hidden]) [data-live]:hover");
      if (kept && kept === asked) return;
      const tile = central();
      if (tile) go(tile);
    }, REST_MS);
  }, { passive: true });

  const begin = () => {
    moving = true;
    const tile = at ?? central();
    if (tile) go(tile);
  };
  songButtons(document.querySelector("[data-song]"), clock, { onPlay: begin });
  if (moving) {
    clock.play();
    begin();
  }
}
