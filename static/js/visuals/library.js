/* The Visuals tab: choosing a visual puts it into the phone at once; everything else the server says,
   and the page asks for its parts when an event tells that something changed. */
import { errorOf, fields, headers, signedOut } from "../acts.js";
import { watch } from "../events.js";
import { remember, renew } from "../parts.js";
import { refresher } from "../refreshing.js";
import { toast } from "../toast.js";
import { filmStrip } from "./film_strip.js";
import { filter } from "./filters.js";
import { moves } from "./moves.js";
import { motion } from "./motion.js";
import { Phone } from "./phone.js";
import { scenes } from "./scenes.js";
import { uploads } from "./uploads.js";

const page = document.querySelector("[data-visuals]");
const { parts, channel, since, signIn } = page.dataset;
const beside = page.querySelector("[data-beside]");

document.documentElement.classList.add("scripted");
remember();
const renewStrip = filmStrip(page);
const phone = new Phone(beside.querySelector("[data-stage]"));
const tiles = () => [...page.querySelectorAll("[data-tile]")];
const tileOf = (id) => document.getElementById(`tile-${id}`);
const idOf = (tile) => tile.id.slice("tile-".length);
let chosen = page.querySelector("[data-part=panel]").dataset.of;

const say = (text) => {
  page.querySelector("[data-said]").textContent = text;
};

// ---- the chosen one --------------------------------------------------------------------------------
/** Put the chosen visual into the phone, in its own colours, and mark its tile. */
function show() {
  const tile = tileOf(chosen) ?? tiles()[0];
  for (const other of page.querySelectorAll("[data-tile][aria-current]")) {
    if (other !== tile) other.removeAttribute("aria-current");
  }
  if (!tile) return;
  chosen = idOf(tile);
  tile.setAttribute("aria-current", "true");
  const { hue, chroma, accent, onAccent, scrim } = tile.dataset;
  const colours = { "--hue": hue, "--chroma": chroma, "--accent": accent, "--on-accent": onAccent, "--scrim": scrim };
  for (const [name, value] of Object.entries(colours)) {
    if (value) beside.style.setProperty(name, value);
    else beside.style.removeProperty(name);
  }
  phone.show(tile.dataset);
}

function choose(id) {
  if (id === chosen) return;
  chosen = id;
  const address = new URL(location.href);
  address.searchParams.set("v", id);
  history.replaceState(null, "", address);
  show();
  page.querySelector("[data-part=panel]").setAttribute("aria-busy", "true");
  refresh(0);
}

page.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-tile]");
  if (!tile || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  choose(idOf(tile));
});

/** The one before or after, in the order of the wall. */
function step(by) {
  const shown = tiles().filter((tile) => tile.offsetParent && !tile.closest("details"));
  const at = shown.findIndex((tile) => idOf(tile) === chosen);
  const next = shown[at + by];
  if (!next) return;
  choose(idOf(next));
  next.scrollIntoView({ block: "nearest", inline: "center", behavior: "smooth" });
}
phone.onSwipe = step;

let acts = 0; // things done here: parts that were asked for before one of them tell of the past
const refresh = refresher({
  acts: () => acts,
  address: () => `${parts}?v=${encodeURIComponent(chosen)}`,
  take: put,
  gone: "/studio/",
  signIn,
  rest_ms: 600,
});

/** What is typed and not saved stays; so does a wall that is just being sorted. */
function put(html) {
  const keep = [];
  const panel = page.querySelector("[data-part=panel]");
  if (panel.dataset.of === chosen && isBeingEdited(panel)) keep.push("panel");
  if (moves.busy()) keep.push("wall");
  const before = new Map(tiles().map((tile) => [tile.id, tile.dataset.state]));
  renew(keep.length ? without(html, keep) : html);
  phone.hear(page.querySelector("[data-part=sound]").dataset);
  page.querySelector("[data-part=panel]").removeAttribute("aria-busy");
  for (const tile of tiles()) {
    const was = before.get(tile.id);
    if (was === "rendering" && tile.dataset.state !== "rendering") landed(tile);
  }
  show();
  filter.apply();
}

function isBeingEdited(panel) {
  const { activeElement: field } = document;
  const typed = panel.contains(field) && field.matches("input:not([type=checkbox])") && field.value !== field.defaultValue;
  const ticked = [...panel.querySelectorAll("input[type=checkbox]")].some((box) => box.checked !== box.defaultChecked);
  return typed || ticked || [...panel.querySelectorAll("input[type=datetime-local]")].some((one) => one.value);
}

function without(html, names) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const name of names) fresh.querySelector(`[data-part="${name}"]`)?.remove();
  return [...fresh.body.children].map((part) => part.outerHTML).join("");
}

function landed(tile) {
  const { title, state } = tile.dataset;
  tile.closest("li").classList.add("fresh");
  say(state === "failed" ? `${title} could not be made.` : `${title} is ready.`);
}

// ---- doing something -----------------------------------------------------------------------------------
/** Send a form by the button that was pressed; what the server answered, null where it refused. */
async function send(form, submitter, more = {}, address = submitter?.getAttribute("formaction") || form.action) {
  const data = fields(form, submitter);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  submitter?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body: data, headers: headers() });
    if (answer.ok) {
      const told = await answer.json();
      acts += 1;
      if (told.said) tell(told);
      if (told.visual) choose(told.visual);
      refresh(0);
      return told;
    }
    const error = await errorOf(answer);
    if (answer.status === 401) signedOut(error.message, signIn);
    else toast(error.message, "bad");
    if (answer.status === 409) refresh(0); // changed in another tab: show how it is
  } catch {
    toast("The server cannot be reached. Look at your connection, then try again.", "bad");
  } finally {
    submitter?.removeAttribute("aria-busy");
  }
  return null;
}

function tell({ said, undo }) {
  toast(said, "good");
  const made = document.querySelector("[data-toasts] .toast:last-of-type p");
  if (!undo || !made) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link undo";
  button.textContent = "Undo";
  button.addEventListener("click", () => {
    button.closest(".toast").remove();
    send(document.getElementById("act"), null, {}, undo);
  });
  made.append(" ", button);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  const more = form.id === "schedule" ? { minutes_west: String(new Date().getTimezoneOffset()) } : {};
  const { submitter } = event;
  if (form.closest("dialog")) form.closest("dialog").close();
  if (form.id === "order" && submitter) moves.step(submitter.value, submitter.name === "later" ? 1 : -1);
  else {
    send(form, submitter, more).then((told) => {
      if (told && form.id === "schedule") form.reset();
    });
  }
});

// A title is saved when one leaves it, as it is by the enter key.
page.addEventListener("change", (event) => {
  if (event.target.id !== "title") return;
  if (event.target.value.trim()) event.target.form.requestSubmit(page.querySelector("[data-save]"));
  else event.target.value = event.target.defaultValue;
});
page.addEventListener("keydown", (event) => {
  if (event.target.id !== "title" || event.key !== "Escape") return;
  event.target.value = event.target.defaultValue;
  event.target.blur();
});

page.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const link = new URL(copy.dataset.copy, location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    const later = copy.hasAttribute("data-not-out") ? " It works for others once the hook is shared." : "";
    toast(`The link to this visual is copied.${later}`, "good");
  } catch {
    toast(`This browser did not let us copy. The link is ${link}`, "bad");
  }
});

// ---- what happens ----------------------------------------------------------------------------------------
watch(
  [channel],
  {
    visual_progress: ({ id, percent }) => {
      const tile = tileOf(id);
      if (tile?.dataset.state !== "rendering") return refresh();
      tile.querySelector("progress").value = percent;
      tile.querySelector(":scope > .cap").textContent = `${percent}% rendered`;
      const bar = page.querySelector("[data-panel-progress]");
      if (bar && id === chosen) bar.value = percent;
    },
    visual_update: () => refresh(),
    hook_update: () => refresh(),
    hook_music: ({ version }) => picker.heard(version).catch(() => {}),
    track_update: ({ status, percent }) => {
      const isNewlyHeard = status === "ready" && percent === 100 && !page.querySelector("hook-scrubber");
      // The hook can be chosen from now on. Nothing that is on its way is broken off for it.
      if (isNewlyHeard && !page.querySelector("[data-uploads] > *")) location.reload();
      else refresh();
    },
    film_update: () => renewStrip(),
  },
  {
    since,
    onState: (state, why) => {
      const told = page.querySelector("[data-connection]");
      told.hidden = state !== "lost";
      told.textContent = why || "No connection. This page goes on by itself when it is back.";
      if (state !== "live") return;
      refresh();
      renewStrip();
    },
  },
);

filter.start(page);
moves.start(page, { send, say });
motion(page);
const picker = scenes(page, { phone });
uploads(page, { add, say });
show();

/** What has come in becomes a visual; an image becomes a still, and the treatments of it open. */
async function add(what) {
  const data = new FormData();
  for (const [name, value] of Object.entries(what)) data.set(name, value);
  const answer = await fetch(page.dataset.add, { method: "POST", body: data, headers: headers() });
  if (!answer.ok) {
    const error = await errorOf(answer);
    throw Object.assign(new Error(error.message), { retryable: error.retryable });
  }
  const told = await answer.json();
  if (told.said) tell(told);
  if (told.visual && !phone.isHeard) choose(told.visual);
  if (told.scenes) await picker.open(told.scenes);
  refresh(0);
}
