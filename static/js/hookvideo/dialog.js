/* Having a hook as a video: what the video will look like, where it goes, making it, having it. Any
   [data-export="<visual>"] of the page opens it; closing it stops nothing. The server makes the video
   that counts; a capable browser can make a quick one itself. */
import { errorOf, headers } from "../acts.js";
import { watch } from "../events.js";
import { toast } from "../toast.js";
import { Preview } from "./preview.js";

const ASK_MS = 1200; // how far it is, where no events are heard
const BACKUP_MS = 5000; // and where they are
const UNREACHABLE = "The server cannot be reached. Look at your connection, then try again.";
const dialog = document.querySelector("[data-export-dialog]");
const part = (name) => dialog.querySelector(`[data-${name}]`);
const { track } = dialog.dataset;
const isSignedIn = "signedIn" in dialog.dataset;
const isArtist = "isArtist" in dialog.dataset;

const made = new Map(); // wish → what the server says of it
let visual = "";
let data = null;
let opener = null;
let stopWatching = () => {};
let file = null; // {id, blob}: fetched ahead, because a share must follow its press at once
let quick = null; // {stop} while this browser makes one
let preview = null;

const shape = () => dialog.querySelector("[name=export-shape]:checked").value;
const quality = () => dialog.querySelector("[name=export-quality]:checked").value;
const isCanvas = () => shape() === "canvas";
const wish = () => [visual, shape(), isCanvas() ? "" : quality()].join("|");
const remembered = (of) => `casset-export:${track}:${of}`;

// ---- opening and closing -----------------------------------------------------------------------------
/** Open the dialog for a visual of the page's track; empty: the one it is seen with. */
export async function open(id = "", from = document.activeElement) {
  visual = id;
  opener = from;
  part("canvas-shape").hidden = !isArtist;
  preview ??= new Preview(part("preview"), dialog.querySelector("audio[data-sound]"), part("hear"));
  if (!dialog.open) dialog.showModal();
  part("sheet").setAttribute("aria-busy", "true");
  await load();
}

async function load() {
  try {
    const query = new URLSearchParams({ trackId: track, ...(visual && { visualAssetId: visual }) });
    const answer = await fetch(`/api/hooks/drawing?${query}`, { headers: headers() });
    if (!answer.ok) throw await errorOf(answer);
    data = await answer.json();
    const { accent } = data.theme;
    if (accent) part("colours").style.setProperty("--accent", accent);
    await preview.load(data);
    part("sheet").setAttribute("aria-busy", "false");
    await look();
  } catch (fault) {
    data = null;
    show({ status: "failed", problem: fault.message ? said(fault) : UNREACHABLE });
  }
}

const said = (fault) => (fault instanceof TypeError ? UNREACHABLE : fault.message);

dialog.addEventListener("close", () => {
  preview?.stop();
  stopWatching();
  document.getElementById(opener?.id)?.focus();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-closes]")) dialog.close();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-export]");
  if (button) open(button.dataset.export, button);
});

// ---- choosing ------------------------------------------------------------------------------------------
dialog.addEventListener("change", () => {
  if (data) look();
});

/** Show the shape that is chosen and how far its video is, if it was asked for before. */
async function look() {
  const kind = shape();
  part("sheet").classList.toggle("tall", kind === "9:16" || kind === "canvas");
  part("qualities").hidden = kind === "canvas";
  preview.show(kind === "canvas" ? "9:16" : kind, { bare: kind === "canvas" });
  part("proof-says").textContent = kind === "canvas" ? "The visual alone: Canvas shows the title itself." : "";
  stopWatching();
  const of = wish();
  const known = made.get(of);
  if (known) return follow(of, known);
  show({ status: "none" });
  let id = "";
  try {
    id = sessionStorage.getItem(remembered(of)) ?? "";
  } catch {
    // storage is off: it begins anew
  }
  if (!id) return undefined;
  const answer = await fetch(`/api/hooks/exports/${id}`, { headers: headers() }).catch(() => null);
  if (!answer?.ok || of !== wish()) return undefined;
  return follow(of, await answer.json());
}

// ---- making --------------------------------------------------------------------------------------------
part("go").addEventListener("click", async () => {
  if (!data) return load();
  const of = wish();
  const body = {
    trackId: track,
    hookStartSec: data.hookStartSec,
    hookDurationSec: data.hookDurationSec,
    visualAssetId: visual || null,
    shareUrl: dialog.dataset.shareUrl ?? "",
    quality: quality(),
    ...(isCanvas() ? { kind: "canvas" } : { aspect: shape() }),
  };
  part("go").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/api/hooks/tiktok-video", {
      method: "POST",
      headers: { ...headers(), "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      const told = await answer.json();
      if (of === wish()) follow(of, told);
      else made.set(of, told);
      return undefined;
    }
    const error = await errorOf(answer);
    if (error.code === "HOOK_CHANGED") await load();
    show({ status: "failed", problem: error.message });
  } catch {
    show({ status: "failed", problem: UNREACHABLE });
  } finally {
    part("go").removeAttribute("aria-busy");
  }
  return undefined;
});

/** Show what the server said of this wish, and hear how it goes on. */
function follow(of, told) {
  stopWatching();
  made.set(of, told);
  try {
    sessionStorage.setItem(remembered(of), told.id);
  } catch {
    // storage is off
  }
  if (of === wish()) show(told);
  if (told.status !== "queued" && told.status !== "rendering") return;
  let over = false;
  let timer = 0;
  const ask = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(told.statusUrl, { headers: headers() });
      if (over) return;
      if (answer.ok) return follow(of, await answer.json());
      if (answer.status === 404) return forget(of);
    } catch {
      // asked again in a moment
    }
    timer = setTimeout(ask, isSignedIn ? BACKUP_MS : ASK_MS);
  };
  timer = setTimeout(ask, isSignedIn ? BACKUP_MS : ASK_MS);
  const stop = isSignedIn
    ? watch([told.channel], {
        progress: ({ percent }) => {
          Object.assign(told, { status: "rendering", progress: Math.max(told.progress, percent) });
          if (of === wish() && !quick) show(told);
        },
        completed: ask,
        error: ask,
      })
    : () => {};
  stopWatching = () => {
    over = true;
    clearTimeout(timer);
    stop();
  };
}

function forget(of) {
  stopWatching();
  made.delete(of);
  try {
    sessionStorage.removeItem(remembered(of));
  } catch {
    // storage is off
  }
  if (of === wish()) show({ status: "none" });
}

part("cancel").addEventListener("click", async () => {
  if (quick) {
    quick.stop();
    return;
  }
  const of = wish();
  const told = made.get(of);
  if (told && isSignedIn) await fetch(told.statusUrl, { method: "DELETE", headers: headers() }).catch(() => {});
  forget(of);
});

// ---- showing how it is ---------------------------------------------------------------------------------
function show(told) {
  const { status } = told;
  const isMaking = status === "queued" || status === "rendering";
  const isReady = status === "ready";
  part("go").hidden = isMaking || isReady;
  part("go-says").textContent = status === "failed" ? "Try again" : isCanvas() ? "Make the Canvas" : "Export";
  part("busy").hidden = !isMaking;
  part("cancel").hidden = !isMaking || !(isSignedIn || told.isQuick);
  part("progress").value = told.progress ?? 0;
  part("how-far").textContent = status === "queued" && !told.isQuick ? "Waiting for its turn" : `${told.progress ?? 0}%`;
  part("says").textContent = sentence(told);
  part("problem").hidden = !told.problem;
  part("problem").querySelector("span").textContent = told.problem ?? "";
  part("download").hidden = part("after").hidden = !isReady;
  list("findings", told.findings ?? [], (one) => [one.ok, one.sentence]);
  list("notes", [told.fallback, ...(told.notes ?? [])].filter(Boolean), (one) => [false, one]);
  part("quick").hidden = true;
  if (isReady) have(told);
  else if (!isMaking && data?.soundUrl && !isCanvas()) offerQuick();
  const news = isReady ? "The video is ready." : told.problem ?? "";
  if (part("told").textContent !== news) part("told").textContent = news;
}

function sentence(told) {
  if (told.status === "queued" || told.status === "rendering") {
    return told.isQuick ? "This browser is making it. Keep this page open." : "You can close this. It goes on, and is here when you come back.";
  }
  if (told.status === "ready") {
    const { width, height, durationSec, sizeBytes } = told.metadata;
    return `${width} × ${height}, ${durationSec.toFixed(1)} s, ${(sizeBytes / 1e6).toFixed(1)} MB${told.isQuick ? ". Made in this browser: the colours may be a little off elsewhere" : ""}.`;
  }
  if (!data) return "";
  if (isCanvas()) return "A silent loop of 3 to 8 s, without words, that keeps Spotify’s rules. Each rule is checked.";
  const seconds = `${data.hookDurationSec.toFixed(1)} s with sound, under 15 MB.`;
  return data.attribution ? `${seconds} It says “${data.attribution}”.` : seconds;
}

function list(name, found, row) {
  const place = part(name);
  place.hidden = !found.length;
  place.replaceChildren(
    ...found.map((one) => {
      const [ok, text] = row(one);
      const item = document.createElement("li");
      item.classList.toggle("wrong", !ok);
      const span = document.createElement("span");
      span.textContent = text;
      item.append(part(ok ? "good" : "bad").content.cloneNode(true), span);
      return item;
    }),
  );
}

// ---- having it -----------------------------------------------------------------------------------------
function have(told) {
  const link = part("download");
  link.href = told.isQuick ? told.videoUrl : `${told.videoUrl}?save`;
  link.download = told.fileName;
  const captions = part("captions");
  captions.hidden = !told.vttUrl;
  if (told.vttUrl) captions.href = `${told.vttUrl}?save`;
  part("share-file").hidden = !canShare();
  if (canShare()) fetchFile(told);
}

function canShare() {
  const probe = () => new File([new Uint8Array(1)], "hook.mp4", { type: "video/mp4" });
  return Boolean(navigator.canShare?.({ files: [probe()] }));
}

/** Have the file at hand before Share can be pressed. */
async function fetchFile(told) {
  const button = part("share-file");
  const name = button.querySelector("span");
  const ready = () => {
    button.disabled = false;
    name.textContent = "Share video";
  };
  if (file?.id === told.id) return ready();
  button.disabled = true;
  name.textContent = "Getting it ready";
  try {
    const blob = told.blob ?? (await (await fetch(told.videoUrl)).blob());
    file = { id: told.id, name: told.fileName, blob };
    if (made.get(wish()) === told) ready();
  } catch {
    button.hidden = true; // Download does the same
  }
  return undefined;
}

part("share-file").addEventListener("click", async () => {
  try {
    // Files only: with a text or an address beside them some phones share nothing.
    await navigator.share({ files: [new File([file.blob], file.name, { type: "video/mp4" })] });
  } catch (fault) {
    if (fault.name !== "AbortError") toast("This device would not share it. Download it, then post it from there.", "bad");
  }
});

part("copy-link").addEventListener("click", async () => {
  const link = dialog.dataset.shareUrl || data.linkUrl;
  try {
    await navigator.clipboard.writeText(link);
    toast("The link to this version is copied.", "good");
  } catch {
    toast(`This browser did not let us copy. The link is ${link}`, "bad");
  }
});

// ---- made in this browser ------------------------------------------------------------------------------
async function offerQuick() {
  const of = wish();
  const { able } = await import("./able.js");
  if ((await able(preview.numbers, shape(), quality())) && of === wish() && !part("go").hidden) part("quick").hidden = false;
}

part("quick").addEventListener("click", async () => {
  const of = wish();
  const stopping = new AbortController();
  quick = { stop: () => stopping.abort() };
  const told = { id: `quick-${of}`, status: "rendering", progress: 0, isQuick: true };
  show(told);
  preview.stop();
  try {
    const { make } = await import("./quick.js");
    const result = await make(preview.numbers, data, shape(), quality(), {
      signal: stopping.signal,
      progress: (share) => {
        told.progress = Math.floor(100 * share);
        part("progress").value = told.progress;
        part("how-far").textContent = `${told.progress}%`;
      },
    });
    Object.assign(told, {
      ...result,
      status: "ready",
      progress: 100,
      videoUrl: URL.createObjectURL(result.blob),
      fileName: `${data.artist} - ${data.title} (hook, quick).mp4`,
    });
    made.set(of, told);
    if (of === wish()) show(told);
  } catch (fault) {
    const gaveUp = stopping.signal.aborted;
    if (of === wish()) show({ status: gaveUp ? "none" : "failed", problem: gaveUp ? "" : "This browser could not make it. Export does it on our side." });
    if (!gaveUp) console.warn(fault);
  } finally {
    quick = null;
    if (dialog.open) preview.show(isCanvas() ? "9:16" : shape(), { bare: isCanvas() });
  }
});
