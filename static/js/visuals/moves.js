/* Putting the wall in order: by drag (a long press where one touches), and by keyboard with Alt and the
   arrows. Where it lands is said aloud; the order is saved when it has come to rest. */
const FAR_PX = 6;
const LONG_PRESS_MS = 360;
const REST_MS = 450;

let page = null;
let tools = null;
let saving = 0;
let held = null;

const list = () => page.querySelector("[data-wall]");
const items = () => [...list().children];
const shown = () => items().filter((item) => !item.hidden);
const titleOf = (item) => item.querySelector("[data-tile]").dataset.title;

/** Whether an order is on its way: the wall is then left as it is. */
const busy = () => Boolean(saving || held);

function said(item) {
  const all = items();
  tools.say(`${titleOf(item)}, place ${all.indexOf(item) + 1} of ${all.length}.`);
}

function save(soon_ms = REST_MS) {
  clearTimeout(saving);
  saving = setTimeout(async () => {
    const ids = items().map((item) => item.dataset.id).join(",");
    await tools.send(document.getElementById("order"), null, { ids }, page.dataset.order);
    saving = 0;
  }, soon_ms);
}

/** Move the visual `by` places; the focus stays on it. */
function step(id, by) {
  const item = items().find((one) => one.dataset.id === id);
  const all = shown();
  const target = all[all.indexOf(item) + by];
  if (!item || !target) return;
  const { activeElement: focused } = document;
  slide(() => list().insertBefore(item, by > 0 ? target.nextSibling : target));
  focused?.focus();
  item.scrollIntoView({ block: "nearest", inline: "nearest" });
  said(item);
  save();
}

/** Do `change` and let every tile glide from where it was. */
function slide(change, but = null) {
  const before = new Map(items().map((item) => [item, item.getBoundingClientRect()]));
  change();
  for (const [item, was] of before) {
    if (item === but) continue;
    const is = item.getBoundingClientRect();
    const [x, y] = [was.left - is.left, was.top - is.top];
    if (!x && !y) continue;
    item.animate([{ translate: `${x}px ${y}px` }, { translate: "0 0" }], { duration: motionless() ? 0 : 220, easing: "cubic-bezier(.2,.8,.2,1)" });
  }
}
const motionless = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// ---- by keyboard -----------------------------------------------------------------------------------
function columns() {
  const all = shown();
  const top = all[0]?.offsetTop;
  const row = all.findIndex((item) => item.offsetTop !== top);
  return row < 0 ? all.length : row;
}

function onKey(event) {
  const tile = event.target.closest("[data-wall] [data-tile]");
  if (!tile || event.ctrlKey || event.metaKey) return;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }[event.key];
  if (!by) return;
  const item = tile.closest("li");
  if (event.altKey) {
    event.preventDefault();
    step(item.dataset.id, by);
    return;
  }
  const all = shown();
  const next = all[all.indexOf(item) + by];
  if (!next) return;
  event.preventDefault();
  next.querySelector("[data-tile]").focus();
}

// ---- by hand ---------------------------------------------------------------------------------------
function onDown(event) {
  const item = event.target.closest("[data-wall] > li");
  if (!item || event.button || event.target.closest("button") || held) return;
  const touched = event.pointerType !== "mouse";
  held = { item, touched, x: event.clientX, y: event.clientY, pointer: event.pointerId, lifted: false, before: items() };
  if (touched) held.timer = setTimeout(lift, LONG_PRESS_MS);
}

function lift() {
  const { item } = held;
  held.lifted = true;
  const box = item.getBoundingClientRect();
  held.grip = { x: held.x - box.left, y: held.y - box.top };
  item.classList.add("lifted");
  list().closest(".wall").classList.add("sorting");
  navigator.vibrate?.(8);
}

function onMove(event) {
  if (!held || event.pointerId !== held.pointer) return;
  const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) > FAR_PX;
  if (!held.lifted) {
    if (far && held.touched) drop(); // a scroll
    else if (far) lift();
    if (!held?.lifted) return;
  }
  const { item, grip } = held;
  item.style.translate = "none";
  const over = shown().find((one) => one !== item && holds(placeOf(one), event));
  if (over) {
    const all = items();
    const after = all.indexOf(over) > all.indexOf(item);
    slide(() => list().insertBefore(item, after ? over.nextSibling : over), item);
  }
  const box = item.getBoundingClientRect();
  item.style.translate = `${event.clientX - grip.x - box.left}px ${event.clientY - grip.y - box.top}px`;
}

/** Where a tile belongs, also while it still glides there: else it would be met on its way and go back. */
function placeOf(item) {
  const { left, top, width, height } = item.getBoundingClientRect();
  const [x, y = 0] = getComputedStyle(item).translate.split(" ").map((part) => parseFloat(part) || 0);
  return { left: left - x, top: top - y, width, height };
}
const holds = (box, { clientX: x, clientY: y }) =>
  x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;

function drop({ undo = false } = {}) {
  if (!held) return;
  clearTimeout(held.timer);
  const { item, lifted, before } = held;
  if (!lifted) {
    held = null;
    return;
  }
  const was = item.getBoundingClientRect();
  item.classList.remove("lifted");
  item.style.translate = "";
  list().closest(".wall").classList.remove("sorting");
  if (undo) list().append(...before);
  const is = item.getBoundingClientRect();
  item.animate([{ translate: `${was.left - is.left}px ${was.top - is.top}px` }, { translate: "0 0" }], { duration: motionless() ? 0 : 200, easing: "ease-out" });
  held = null;
  // The click that ends a drag chooses nothing.
  window.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 50);
  if (before.every((one, at) => items()[at] === one)) return;
  said(item);
  save(0);
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function start(root, given) {
  page = root;
  tools = given;
  page.addEventListener("keydown", onKey);
  page.addEventListener("pointerdown", onDown);
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", (event) => held?.pointer === event.pointerId && drop());
  window.addEventListener("pointercancel", () => drop({ undo: true }));
  window.addEventListener("keydown", (event) => event.key === "Escape" && held?.lifted && drop({ undo: true }));
  page.addEventListener("touchmove", (event) => held?.lifted && event.preventDefault(), { passive: false });
  page.addEventListener("contextmenu", (event) => held?.touched && event.preventDefault());
}

export const moves = { start, step, busy };
