/* <hook-scrubber>: choose a window of a song on its waveform, by hand, by finger or by keys.

     <hook-scrubber name="window" peaks="…json" duration="204" start="42.1" end="66.4"
                    min="3" max="30" snap></hook-scrubber>

   `peaks` answers with {"peaks": audiowaveform's JSON, "bars": [seconds, …]}. The element belongs to
   its form and sends "42.100,66.400". It fires `input` while the window moves and `change` when it
   has moved. `snap` lets what is dragged fall on the edges of bars; Shift (while dragging) and the
   keys are exact: arrows 0.1 s, with Shift 1 s; PageUp and PageDown 1 s, with Shift 10 s; with Alt
   the whole window moves; Home and End go as far as it can. */
const STROKE_PX = 4; // from one line of the waveform to the next
const HEIGHT = 74;
const NEAR_PX = 26; // how far a bar pulls
const STEPS = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 };
const SVG = "http://www.w3.org/2000/svg";
let made = 0;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** 66.4 → "1:06.4" */
export function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = (tenths % 600) / 10;
  return `${Math.floor(tenths / 600)}:${rest < 10 ? "0" : ""}${rest.toFixed(1)}`;
}

/** 66.4 → "1 minute 6.4 seconds", for screen readers */
function spoken(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = `${(seconds - 60 * minutes).toFixed(1)} seconds`;
  return minutes ? `${minutes} minute${minutes > 1 ? "s" : ""} ${rest}` : rest;
}

function svg(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export class HookScrubber extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["peaks", "duration", "start", "end"];
  #internals = this.attachInternals();
  #held = null; // what the pointer has hold of
  #start = 0;
  #end = 0;
  #outline = null;
  #bars = [];
  #parts = null;
  #watcher = null;

  get start() {
    return this.#start;
  }

  get end() {
    return this.#end;
  }

  get value() {
    return `${this.#start.toFixed(3)},${this.#end.toFixed(3)}`;
  }

  get duration() {
    return Math.max(0.001, Number(this.getAttribute("duration")) || 0);
  }

  get min() {
    return Math.min(Number(this.getAttribute("min")) || 3, this.duration);
  }

  get max() {
    return Math.min(Number(this.getAttribute("max")) || 30, this.duration);
  }

  /** Whether somebody is moving the window at this moment. */
  get isHeld() {
    return this.#held !== null;
  }

  connectedCallback() {
    if (!this.#parts) this.#build();
    this.#take();
    this.#load();
    this.#watcher = new ResizeObserver(() => this.#draw());
    this.#watcher.observe(this);
  }

  disconnectedCallback() {
    this.#watcher?.disconnect();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#parts || before === after) return;
    if (name === "peaks") this.#load();
    else if (!this.#held) this.#take();
  }

  formResetCallback() {
    this.#take();
  }

  /** Move the window; without a third argument it is not told to anybody. */
  set(start, end, tell = false) {
    const length = clamp(end - start, this.min, this.max);
    this.#start = clamp(start, 0, this.duration - length);
    this.#end = this.#start + length;
    this.#show();
    if (tell) this.#tell("change");
  }

  /** Show where the sound is, in seconds of the song; null for nowhere. */
  playhead(seconds) {
    const { head } = this.#parts;
    head.hidden = seconds === null;
    if (seconds !== null) head.style.setProperty("--at", this.#percent(seconds));
  }

  // ---- inside -----------------------------------------------------------------------------------
  #build() {
    made += 1;
    const clip = `hook-window-${made}`;
    const wave = svg("svg", { class: "wave", "aria-hidden": "true", preserveAspectRatio: "none" });
    const defs = svg("defs");
    const area = svg("clipPath", { id: clip });
    const rect = svg("rect", { y: -4, height: HEIGHT + 8 });
    area.append(rect);
    defs.append(area);
    const all = svg("path");
    const group = svg("g", { class: "sel", "clip-path": `url(#${clip})` });
    const chosen = svg("path");
    group.append(chosen);
    const marks = svg("path", { class: "bars" });
    wave.append(defs, marks, all, group);
    const win = document.createElement("div");
    win.className = "win";
    const grips = ["start", "end"].map((which) => {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.tabIndex = 0;
      grip.setAttribute("role", "slider");
      grip.setAttribute("aria-label", `Hook ${which}`);
      grip.dataset.edge = which;
      return grip;
    });
    win.append(...grips);
    const head = document.createElement("div");
    head.className = "head1";
    head.hidden = true;
    this.replaceChildren(wave, win, head);
    this.#parts = { wave, rect, all, chosen, marks, win, grips, head };
    this.addEventListener("pointerdown", this.#press);
    this.addEventListener("pointermove", this.#drag);
    this.addEventListener("pointerup", this.#release);
    this.addEventListener("pointercancel", this.#release);
    this.addEventListener("keydown", this.#key);
  }

  #take() {
    this.set(Number(this.getAttribute("start")) || 0, Number(this.getAttribute("end")) || 0);
  }

  async #load() {
    const address = this.getAttribute("peaks");
    if (!address) return;
    try {
      const answer = await fetch(address);
      if (!answer.ok || address !== this.getAttribute("peaks")) return;
      const { peaks, bars } = await answer.json();
      this.#outline = peaks;
      this.#bars = bars ?? [];
      this.#draw();
    } catch {
      // without the outline the window can still be moved
    }
  }

  #percent = (seconds) => `${((100 * clamp(seconds, 0, this.duration)) / this.duration).toFixed(3)}%`;

  #show() {
    if (!this.#parts) return;
    const { win, grips, rect } = this.#parts;
    win.style.setProperty("--in", this.#percent(this.#start));
    win.style.setProperty("--out", this.#percent(this.#end));
    const width = this.clientWidth || 1;
    win.classList.toggle("narrow", ((this.#end - this.#start) / this.duration) * width < 44);
    rect.setAttribute("x", (this.#start / this.duration) * width);
    rect.setAttribute("width", ((this.#end - this.#start) / this.duration) * width);
    const limits = [
      [this.#start, Math.max(0, this.#end - this.max), this.#end - this.min],
      [this.#end, this.#start + this.min, Math.min(this.duration, this.#start + this.max)],
    ];
    grips.forEach((grip, at) => {
      const [now, least, most] = limits[at];
      grip.setAttribute("aria-valuenow", now.toFixed(1));
      grip.setAttribute("aria-valuemin", least.toFixed(1));
      grip.setAttribute("aria-valuemax", most.toFixed(1));
      grip.setAttribute("aria-valuetext", spoken(now));
    });
    this.#internals.setFormValue(this.value);
  }

  #draw() {
    const { wave, all, chosen, marks } = this.#parts;
    const width = this.clientWidth;
    if (!width) return;
    wave.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const count = Math.max(1, Math.floor(width / STROKE_PX));
    const { data = [], length = 0 } = this.#outline ?? {};
    let path = "";
    for (let bar = 0; bar < count; bar += 1) {
      const first = Math.floor((bar * length) / count);
      const last = Math.max(first + 1, Math.floor(((bar + 1) * length) / count));
      let level = 0;
      for (let at = first; at < last && at < length; at += 1) {
        level = Math.max(level, data[2 * at + 1], -data[2 * at]);
      }
      const half = Math.max(0.8, (level / 128) * (HEIGHT / 2 - 1));
      path += `M${((bar + 0.5) * width) / count} ${(HEIGHT / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
    }
    all.setAttribute("d", path);
    chosen.setAttribute("d", path);
    const near = (this.#bars.length * 5) / width;
    const shown = near > 1 ? this.#bars.filter((_, at) => at % Math.ceil(near) === 0) : this.#bars;
    marks.setAttribute("d", shown.map((bar) => `M${(bar / this.duration) * width} ${HEIGHT + 1}v3`).join(""));
    this.#show();
  }

  #secondsAt(event) {
    const box = this.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * this.duration;
  }

  /** The edge of a bar near `seconds`, where there is one and it is wanted. */
  #snapped(seconds, event) {
    if (!this.hasAttribute("snap") || event.shiftKey || !this.#bars.length) return seconds;
    const reach = (NEAR_PX / this.clientWidth) * this.duration;
    const bars = this.#bars;
    const best = bars.reduce((near, bar) => (Math.abs(bar - seconds) < Math.abs(near - seconds) ? bar : near));
    return Math.abs(best - seconds) <= reach ? best : seconds;
  }

  #press = (event) => {
    if (event.button || !event.isPrimary) return;
    const grip = event.target.closest?.("[data-edge]");
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    const at = this.#secondsAt(event);
    const edge = grip?.dataset.edge ?? (at < this.#start || at > this.#end ? "jump" : "both");
    this.#held = { edge, at, start: this.#start, end: this.#end, moved: false };
    // A finger may be about to scroll the page: the window jumps when it moves along, or lifts.
    if (edge === "jump" && event.pointerType !== "touch") this.#jump(event);
    (grip ?? this.#parts.grips[0]).focus({ preventScroll: true, focusVisible: false });
    this.classList.add("held");
  };

  /** Bring the window to where it was pressed, and go on with moving it. */
  #jump(event) {
    const held = this.#held;
    const length = this.#end - this.#start;
    const start = this.#snapped(held.at - length / 2, event);
    this.set(start, start + length);
    this.#held = { ...held, edge: "both", start: this.#start, end: this.#end, before: held, moved: true };
    this.#tell("input");
  }

  #drag = (event) => {
    if (this.#held?.edge === "jump") this.#jump(event);
    const held = this.#held;
    if (!held) return;
    const by = this.#secondsAt(event) - held.at;
    if (held.edge === "start") {
      const start = clamp(this.#snapped(held.start + by, event), Math.max(0, held.end - this.max), held.end - this.min);
      this.set(start, held.end);
    } else if (held.edge === "end") {
      const most = Math.min(this.duration, held.start + this.max);
      this.set(held.start, clamp(this.#snapped(held.end + by, event), held.start + this.min, most));
    } else {
      const start = this.#snapped(held.start + by, event);
      this.set(start, start + held.end - held.start);
    }
    held.moved = true;
    this.#tell("input");
  };

  #release = (event) => {
    if (!this.#held) return;
    const isCancelled = event.type === "pointercancel"; // the browser scrolls: as if nothing was
    if (this.#held.edge === "jump" && !isCancelled) this.#jump(event);
    const { moved, before, start, end } = this.#held;
    this.#held = null;
    this.classList.remove("held");
    if (isCancelled) {
      this.set(before?.start ?? start, before?.end ?? end);
      this.#tell("input");
    } else if (moved) this.#tell("change");
  };

  #key = (event) => {
    const edge = event.target.dataset?.edge;
    if (!edge || event.ctrlKey || event.metaKey) return;
    let step = STEPS[event.key];
    if (event.key === "Home") step = -Infinity;
    if (event.key === "End") step = Infinity;
    if (step === undefined) return;
    event.preventDefault();
    const by = event.shiftKey ? 10 * step : step;
    const length = this.#end - this.#start;
    if (event.altKey) {
      const start = clamp(this.#start + by, 0, this.duration - length);
      this.set(start, start + length);
    } else if (edge === "start") {
      this.set(clamp(this.#start + by, Math.max(0, this.#end - this.max), this.#end - this.min), this.#end);
    } else {
      const most = Math.min(this.duration, this.#start + this.max);
      this.set(this.#start, clamp(this.#end + by, this.#start + this.min, most));
    }
    this.#tell("input");
    this.#tell("change");
  };

  #tell(type) {
    this.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

customElements.define("hook-scrubber", HookScrubber);
