// One scene, large: the song's clock, the sliders, and the address that keeps the look.

import { linear } from "./look.js";
import { BROKEN, LOST, NO_WEBGL, notice, songButtons, wantsStill } from "./page.js";
import { fromFile } from "./picture.js";
import { Player } from "./player.js";
import { Clock, Song } from "./song.js";
import { Stage } from "./stage.js";

const root = document.querySelector("[data-scene]");
const lab = JSON.parse(root.dataset.lab);
const live = JSON.parse(root.dataset.live);
const box = root.querySelector("[data-stage]");
const frame = root.querySelector("[data-frame]");
const form = root.querySelector("[data-controls]");
const OWN = "own artwork";

let player = null;
const controls = sliders();
start();

/** The form as a look, the address as its copy. */
function sliders() {
  const each = [...form.querySelectorAll("[data-default], [name=mirror]")];
  const colours = [...form.querySelectorAll("[name=colour]")];
  const presets = [...form.querySelectorAll("[name=preset]")];
  const opening = live.look;

  const palette = () => colours.map((input) => input.value);
  const joined = (list) => list.map((colour) => colour.slice(1)).join("-");
  const value = (input) => {
    if (input.type === "checkbox") return input.checked;
    return input.type === "range" || input.type === "number" ? Number(input.value) : input.value;
  };
  const read = () => {
    const look = { ...opening, palette: palette() };
    for (const input of each) look[input.name] = value(input);
    look.seed = Math.min(Math.max(Math.trunc(look.seed) || 0, 0), Number(form.seed.max));
    return look;
  };
  const address = () => {
    const query = new URLSearchParams();
    for (const input of each) {
      if (value(input) === opening[input.name]) continue;
      query.set(input.name, input.type === "checkbox" ? String(Number(input.checked)) : input.value);
    }
    if (joined(palette()) !== joined(opening.palette)) {
      query.set("palette", presets.find((preset) => preset.checked)?.value ?? joined(palette()));
    }
    const aspect = form.aspect.value;
    if (aspect !== "16:9") query.set("aspect", aspect);
    return `${location.pathname}${query.size ? `?${query}` : ""}`;
  };
  const show = () => {
    for (const input of form.querySelectorAll("input[type=range]")) {
      input.previousElementSibling.textContent = said(Number(input.value), input.dataset.unit);
      const share = (input.value - input.min) / (input.max - input.min);
      input.style.setProperty("--fill", `${100 * share}%`);
    }
    const now = joined(palette());
    for (const preset of presets) preset.checked = preset.dataset.colours === now;
    box.dataset.aspect = form.aspect.value;
    theme(palette());
    document.getElementById("address").value = new URL(address(), location.href).href;
  };
  const changed = () => {
    show();
    history.replaceState(null, "", address());
    player?.change(read());
  };
  form.addEventListener("input", (event) => {
    const { target } = event;
    if (target.name === "preset") {
      target.dataset.colours.split("-").forEach((colour, role) => { colours[role].value = `#${colour}`; });
    }
    if (target.name === "finish" && player) {
      player.finished = target.checked;
      player.dirty = true;
    } else if (target.type !== "file") changed();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const input of each) {
      if (input.type === "checkbox") input.checked = opening.mirror;
      else input.value = input.dataset.default;
    }
    opening.palette.forEach((colour, role) => { colours[role].value = colour; });
    form.aspect.value = "16:9";
    changed();
  });
  const again = document.querySelector("[data-again]");
  again.addEventListener("click", () => {
    form.seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % (Number(form.seed.max) + 1);
    changed();
  });
  for (const swatch of form.querySelectorAll("[data-swatch]")) {
    swatch.dataset.swatch.split("-").forEach((colour, role) => swatch.style.setProperty(`--c${role}`, `#${colour}`));
  }
  for (const button of document.querySelectorAll("[data-needs-script]")) button.hidden = false;
  form.hidden = false;
  show();
  return { read };
}

/** A slider's value in words a person reads. */
function said(value, unit) {
  if (unit === "share") return `${Math.round(100 * value)} %`;
  if (unit === "hour") {
    const minutes = Math.round(value * 1440);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }
  if (unit === "angle") return `${Math.round((value * 180) / Math.PI)}°`;
  if (unit === "times") return `${value.toFixed(2)}×`;
  if (unit === "s") return `${value.toFixed(1)} s`;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  if (unit === "stops") return `${sign}${Math.abs(value).toFixed(2)} stops`;
  return `${sign}${Math.round(100 * Math.abs(value))} %`;
}

/** The page's accent follows the palette's light, kept bright enough to read. */
function theme(palette) {
  const bright = (colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16)));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const accent = [palette[3], palette[4]].find((colour) => bright(colour) > 0.25) ?? "#ffb27a";
  root.style.setProperty("--accent", accent);
  box.style.setProperty("--halo", palette[2]);
}

async function start() {
  const canvas = document.createElement("canvas");
  canvas.className = "lab-live";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${document.querySelector("h1").textContent}, moving with the song`);
  frame.append(canvas);
  let stage;
  try {
    stage = new Stage(canvas, {
      onLost: () => { canvas.classList.remove("on"); notice(LOST); },
      onBack: async () => { notice(""); await begin(); },
    });
  } catch {
    canvas.remove();
    notice(NO_WEBGL);
    return;
  }
  let song;
  try {
    song = await Song.load(lab.song);
  } catch (error) {
    notice(BROKEN);
    return;
  }
  const clock = new Clock(document.querySelector("[data-audio]"), song.seconds);
  const meters = [...root.querySelectorAll("[data-meter]")];
  const told = transport(song, clock);
  player = new Player({
    stage, song, clock, lab,
    onFrame: (number, values) => {
      canvas.classList.add("on");
      for (const meter of meters) meter.style.setProperty("--v", values[meter.dataset.meter].toFixed(3));
      told(number);
    },
  });
  root.querySelector("[data-meters]").hidden = false;

  async function begin() {
    try {
      await player.show(live, controls.read());
      player.change(controls.read()); // a slider may have moved while the scene was compiled
      player.start();
    } catch {
      if (!stage.lost) notice(BROKEN);
    }
  }
  songButtons(root.querySelector("[data-song]"), clock, { onPlay: () => player.program || begin() });
  artwork(stage);
  if (wantsStill()) return; // the poster stands until play is pressed
  clock.play();
  await begin();
}

/** The waveform, the time and the full-screen button; returns what to tell of each frame. */
function transport(song, clock) {
  const wave = root.querySelector("[data-wave]");
  const seek = root.querySelector("[data-seek]");
  const time = root.querySelector("[data-time]");
  const { peaks, sections } = song.facts;
  const line = peaks.map((peak, i) => {
    const half = 1 + 8.2 * peak;
    return `M${i + 0.5} ${(10 - half).toFixed(1)}V${(10 + half).toFixed(1)}`;
  }).join("");
  for (const kind of ["all", "on"]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", line);
    path.setAttribute("class", kind);
    wave.append(path);
  }
  for (const [from, kind] of sections) {
    const label = document.createElement("span");
    label.textContent = kind;
    label.style.setProperty("--at", `${(100 * from) / song.seconds}%`);
    root.querySelector("[data-sections]").append(label);
  }
  seek.max = song.seconds;
  seek.addEventListener("input", () => clock.seek(Math.min(Number(seek.value), song.seconds - 0.05)));
  const full = root.querySelector("[data-full]");
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen()));
  return (number) => {
    const seconds = number / song.fps;
    wave.style.setProperty("--played", `${(100 * number) / song.frames}%`);
    seek.value = seconds;
    seek.setAttribute("aria-valuetext", `${Math.floor(seconds)} of ${Math.round(song.seconds)} seconds`);
    time.textContent = `0:${String(Math.floor(seconds)).padStart(2, "0")}`;
  };
}

function artwork(stage) {
  const input = form.querySelector("[data-image]");
  if (!input) return;
  const label = form.querySelector("[data-artwork]");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const all = await fromFile(file);
      player.image = `${OWN} ${file.name} ${file.lastModified}`;
      stage.setImage(player.image, all);
      player.dirty = true;
      label.textContent = file.name;
    } catch {
      label.textContent = "That file is not a picture this browser can read. Try a JPEG or PNG.";
    }
  });
}
