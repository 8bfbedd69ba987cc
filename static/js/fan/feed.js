/* The feed: the hook in view has the sound and the picture; the next page comes before it is needed. */
import { Hook, mindSheets } from "./hook.js";
import { calm, dye, spares } from "./look.js";
import { screens } from "./screens.js";
import "./app.js";
import "./counts.js";
import "./share.js";

const flow = document.querySelector("[data-flow]");
const hooks = [];
let current = null;
let wanted = false; // somebody has pressed play: from then on each hook plays as it comes

for (const root of flow.querySelectorAll("[data-hook]")) add(root);
mindSheets();
look();

function add(root) {
  const hook = new Hook(root);
  hook.alsoNear = () => {
    if (spares() || calm.matches || !wanted) return [];
    return [hooks[hooks.indexOf(hook) + 1]?.slide].filter(Boolean);
  };
  root.addEventListener("casset:playing", () => (wanted = true));
  hooks.push(hook);
}

function look() {
  const index = Math.round(flow.scrollTop / (hooks[0]?.root.offsetHeight || 1));
  const next = hooks[Math.min(index, hooks.length - 1)];
  if (!next || next === current) return;
  const played = current?.isPlaying;
  if (current) {
    current.isNear = false;
    current.release();
  }
  current = next;
  current.isNear = true;
  dye(document.documentElement, current.slide.dataset.tint);
  if (played) current.play().catch(() => {});
  else {
    screens.hold();
    current.tend();
  }
  if (hooks.length - hooks.indexOf(current) <= 3) more();
}

flow.addEventListener("scroll", look, { passive: true });
addEventListener("resize", () => current?.root.scrollIntoView());
document.addEventListener("keydown", (event) => {
  if (current?.key(event)) return;
  if (event.target.closest("input, textarea, select")) return;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step || event.metaKey || event.ctrlKey || event.altKey) return;
  const to = hooks[hooks.indexOf(current) + step];
  if (!to) return;
  event.preventDefault();
  to.root.scrollIntoView({ behavior: calm.matches ? "instant" : "smooth" });
});

let asking = false;
async function more() {
  const link = flow.querySelector("[data-more]");
  if (!link || asking) return;
  asking = true;
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) return; // the link stays, to be tried by hand
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const here = link.closest(".more");
    for (const root of page.querySelectorAll("[data-hook]")) {
      dye(root, root.dataset.tint);
      const taken = document.adoptNode(root);
      here.before(taken);
      add(taken);
    }
    const next = page.querySelector("[data-more]");
    if (next) link.href = next.getAttribute("href");
    else here.remove();
  } catch {
    // no connection: the link stays
  } finally {
    asking = false;
  }
}
