/* Treatments and scenes: every recipe moves as soon as one looks at it, on this track's own picture and
   with its own hook; one press has it drawn by the server. One canvas is live, the others are stills,
   drawn of the same picture. */
import { headers } from "../acts.js";
import { fromFile } from "../shaders/picture.js";
import { Player } from "../shaders/player.js";
import { Song } from "../shaders/song.js";
import { Stage } from "../shaders/stage.js";
import { toast } from "../toast.js";
import { Stills } from "./stills.js";

const HOVER_MS = 140;
const NO_WEBGL = "This browser cannot draw it here, so you see a still. Your visual is drawn on the server all the same.";
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;

export function scenes(page, { phone }) {
  const dialog = document.querySelector("[data-scenes-dialog]");
  let live = null; // the stage and what plays on it, made once
  let opener = null;
  let own = null; // the hook's own music, once it is there
  let sample = null; // the song that moves the looks until then
  let read = { address: "", levels: null }; // the chosen picture, as the scenes read it
  const stills = new Stills(async () => {
    const lab = facts();
    const image = address();
    return { lab, song: await song(lab), image, levels: () => levels(image) };
  });

  page.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-scenes]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    link.setAttribute("aria-busy", "true");
    await open(link.href);
    link.removeAttribute("aria-busy");
  });

  /** Show the dialog as the server says it is now. */
  async function open(address) {
    try {
      const answer = await fetch(address, { headers: headers() });
      if (!answer.ok) throw new Error();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      dialog.replaceChildren(...fresh.body.childNodes);
    } catch {
      toast("The treatments could not be loaded. Look at your connection, then try again.", "bad");
      return;
    }
    if (!dialog.open) dialog.showModal();
    const chosen = dialog.querySelector("[data-recipe]");
    if (chosen) choose(chosen);
    draw();
    // Until the hook's own music is worked out, a sample song moves the looks.
    const { asks } = dialog.querySelector("[data-picking]").dataset;
    if (asks) fetch(asks, { method: "POST", headers: headers() }).catch(() => {});
  }

  /** The hook's own music is there (or another one's, when the window was moved). */
  async function heard(version) {
    const place = `${page.dataset.page}music/${version}/`;
    const song = await Song.load({ facts: `${place}song.json`, curves: `${place}curves.f32` });
    if (live) Object.assign(live.player, { song, dirty: true });
    own = song;
  }

  /** Every small picture anew, of the picture that is chosen now. */
  function draw() {
    stills.look(dialog.querySelectorAll("[data-recipe]"), dialog.querySelector(".choose"));
  }

  dialog.addEventListener("drawn", ({ target }) => {
    const isLive = dialog.querySelector("[data-try] .frame").classList.contains("live");
    if (target.getAttribute("aria-pressed") !== "true" || isLive) return;
    dialog.querySelector("[data-try-still]").src = target.querySelector("img").src;
  });
  dialog.addEventListener("close", () => {
    stills.stop();
    live?.player.stop();
    document.getElementById(opener?.id)?.focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  // ---- looking at one -----------------------------------------------------------------------------
  let timer = 0;
  let near = null;
  const soon = (recipe, wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => choose(recipe), wait);
  };
  // Only a pointer that moves chooses: what scrolls under one that rests does not.
  dialog.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || !(event.movementX || event.movementY)) return;
    const recipe = event.target.closest("[data-recipe]");
    if (recipe === near) return;
    near = recipe;
    if (recipe) soon(recipe, HOVER_MS);
    else clearTimeout(timer);
  });
  dialog.addEventListener("focusin", (event) => {
    const recipe = event.target.closest("[data-recipe]");
    if (recipe) choose(recipe);
  });
  dialog.addEventListener("click", (event) => {
    const recipe = event.target.closest("[data-recipe]");
    if (recipe) choose(recipe);
    if (event.target.closest("[data-try-sound]")) phone.toggleSound();
  });
  dialog.addEventListener("change", (event) => {
    if (event.target.name !== "image") return;
    const chosen = dialog.querySelector("[data-recipe][aria-pressed=true]");
    if (chosen) choose(chosen, { again: true });
    draw();
  });
  dialog.addEventListener("submit", () => dialog.close());
  document.addEventListener("submit", (event) => {
    if (event.target.id === "draw") dialog.close();
  });

  async function choose(recipe, { again = false } = {}) {
    if (recipe.getAttribute("aria-pressed") === "true" && !again) return;
    for (const other of dialog.querySelectorAll("[data-recipe][aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    recipe.setAttribute("aria-pressed", "true");
    const { title, line } = recipe.dataset;
    dialog.querySelector("[data-try-title]").textContent = title;
    dialog.querySelector("[data-try-line]").textContent = line;
    dialog.querySelector("[data-try-make]").value = recipe.dataset.recipe;
    const poster = dialog.querySelector("[data-try-still]");
    poster.src = recipe.querySelector("img").src;
    const frame = dialog.querySelector("[data-try] .frame");
    frame.classList.remove("live");
    try {
      live ??= await begin();
    } catch {
      note(NO_WEBGL);
      return;
    }
    frame.prepend(live.canvas);
    const scene = JSON.parse(recipe.dataset.live);
    try {
      live.player.image = await picture();
      if (!(await live.player.show(scene, scene.look))) return;
      if (still()) live.player.draw(Math.round(live.player.song.frames / 3));
      else live.player.start();
    } catch {
      if (recipe.getAttribute("aria-pressed") === "true") note(NO_WEBGL);
    }
  }

  const facts = () => JSON.parse(dialog.querySelector("[data-lab]").dataset.lab);
  const address = () => dialog.querySelector("[name=image]:checked")?.dataset.address ?? "";
  const song = async (lab) => {
    if (own) return own;
    sample ??= Song.load(lab.song);
    sample.catch(() => { sample = null; });
    return sample;
  };

  async function begin() {
    const lab = facts();
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    canvas.dataset.live = "";
    const stage = new Stage(canvas, { onLost: () => canvas.parentElement?.classList.remove("live") });
    const onFrame = () => canvas.parentElement?.classList.add("live");
    const player = new Player({
      stage, song: await song(lab), clock: phone.clock, lab, startPx: 180, mostPx: 540, onFrame,
    });
    return { canvas, stage, player };
  }

  /** A picture of the track's in linear light; the last one is kept, for there are two that read it. */
  function levels(from) {
    if (read.address !== from) {
      const fetched = fetch(from).then(async (answer) => {
        if (!answer.ok) throw new Error("The picture could not be loaded.");
        return fromFile(await answer.blob());
      });
      read = { address: from, levels: fetched };
      fetched.catch(() => { read = { address: "", levels: null }; });
    }
    return read.levels;
  }

  /** The chosen picture on the live stage, kept there under its address; empty where it cannot be had. */
  async function picture() {
    const from = address();
    if (from && !live.stage.hasImage(from)) {
      try {
        live.stage.setImage(from, await levels(from));
      } catch {
        return "";
      }
    }
    return from;
  }

  function note(text) {
    const place = dialog.querySelector("[data-try-note]");
    place.textContent = text;
    place.hidden = false;
  }

  return { open, heard };
}
