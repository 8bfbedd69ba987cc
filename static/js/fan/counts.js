/* Tells the server what happened with a visual: seen for two seconds while the hook sounds, swiped to,
   heard to the end. It carries the page's signed note (audience/visits.py); whether it counts is decided
   there. Fire and forget: nothing on the page waits for it. */
const SEEN_MS = 2000;
const SETTLED_MS = 400; // a visual that was only passed on the way was not swiped to
const IN_VIEW = 0.5; // of the hook

const views = new WeakMap();
const watch = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) views.get(entry.target).isInView = entry.intersectionRatio >= IN_VIEW;
  },
  { threshold: [0, IN_VIEW] },
);

class View {
  constructor(root) {
    this.root = root;
    this.isInView = false;
    this.isPlaying = false;
    this.seenMs = 0;
    this.seen = new Set();
    this.told = new Map(); // how often each kind of each visual
    watch.observe(root);
  }

  play() {
    this.isPlaying = true;
    this.ticked = performance.now();
    this.timer ??= setInterval(() => this.tick(), 250);
  }

  rest() {
    this.tick();
    this.isPlaying = false;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  tick() {
    const now = performance.now();
    const passed = now - (this.ticked ?? now);
    this.ticked = now;
    const visual = this.root.dataset.visual;
    if (!this.isPlaying || !this.isInView || document.hidden || this.seen.has(visual)) return;
    this.seenMs += passed;
    if (this.seenMs < SEEN_MS) return;
    this.seen.add(visual);
    this.tell("impression", visual);
  }

  turn(visual) {
    this.seenMs = 0;
    this.ticked = performance.now();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.tell("swipe", visual), SETTLED_MS);
  }

  tell(type, visual) {
    const { visit } = this.root.dataset;
    if (!visit || !visual) return; // an embed, or the cover
    const key = `${type} ${visual}`;
    const n = type === "impression" ? 0 : (this.told.get(key) ?? 0);
    this.told.set(key, n + 1);
    const body = JSON.stringify({ type, visit, n, automated: navigator.webdriver === true });
    navigator.sendBeacon?.(`/api/visuals/${visual}/event`, new Blob([body], { type: "application/json" }));
  }
}

function viewOf(event) {
  const root = event.target.closest("[data-hook]");
  if (root && !views.has(root)) views.set(root, new View(root));
  return views.get(root);
}

document.addEventListener("casset:playing", (event) => viewOf(event)?.play());
document.addEventListener("casset:paused", (event) => viewOf(event)?.rest());
document.addEventListener("casset:visual", (event) => viewOf(event)?.turn(event.detail.visual));
document.addEventListener("casset:completed", (event) => viewOf(event)?.tell("completion", event.detail.visual));
