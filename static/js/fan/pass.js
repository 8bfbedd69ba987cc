/* The sheet that passes a version of a hook on: a link of one's own for each way (POST /api/shares), and
   the video with that link in it (POST /api/hooks/tiktok-video), shared as a file where the browser can,
   else saved with the link copied. A phone shares only within a tap, so the video is fetched first and
   then asks for one. */
import { toast } from "../toast.js";

const ASK_AGAIN_MS = 1500;
const SHARED_MOST_BYTES = 48 * 2 ** 20; // Chromium shares 50 MB at most
const NAMES = { tiktok: "TikTok", instagram: "Instagram", download: "your device" };

let sheet = null;
let version = null; // {track, visual, visit, title, artist, address}
const links = new Map(); // answers of /api/shares by version and way
const videos = new Map(); // promises of {file, url} by version and way
let shown = 0; // which opening of the sheet this is

export function open(dialog, hook, address) {
  sheet = dialog;
  shown += 1;
  const { track, visual = "", visit = "", title, artist } = hook.dataset;
  version = { track, visual, visit, title, artist, address, key: `${track} ${visual}` };
  const slide = hook.querySelector(`[data-reel] > [data-visual="${CSS.escape(visual)}"]`);
  const picture = slide?.querySelector("img");
  part("picture").src = picture?.currentSrc || picture?.src || "";
  part("picture").hidden = !picture;
  part("what").textContent = [title, slide?.dataset.title].filter(Boolean).join(", ");
  for (const one of ["--hue", "--chroma", "--accent"]) sheet.style.setProperty(one, hook.style.getPropertyValue(one));
  part("system").hidden = !navigator.share;
  rest();
  if (!sheet.dataset.isReady) listen();
  sheet.showModal();
}

function listen() {
  sheet.dataset.isReady = "yes";
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // beside it
    const way = event.target.closest("[data-way]")?.dataset.way;
    if (way) go(way);
    if (event.target.closest("[data-close]")) sheet.close();
    if (event.target.closest("[data-stop]")) rest();
  });
  part("now").addEventListener("click", () => hand());
}

async function go(way) {
  try {
    if (way === "link") await copy();
    else if (way === "x") await post();
    else if (way === "system") await pass();
    else await video(way);
  } catch (fault) {
    rest();
    say(fault.message, "bad");
  }
}

// ---- links -------------------------------------------------------------------------------------
async function linkFor(way) {
  const key = `${version.key} ${way}`;
  const known = links.get(key);
  if (known) return known;
  const { track, visual, visit } = version;
  const made = await ask("/api/shares", {
    trackId: track, visualId: visual, channel: way, visit, automated: navigator.webdriver === true,
  });
  links.set(key, made);
  return made;
}

async function copy() {
  const link = linkFor("link").then((made) => made.url);
  await intoClipboard(link);
  say("Link copied. It opens with this visual.", "good");
}

/** Put a text that is still being asked for into the clipboard: Safari wants to be told within the tap. */
async function intoClipboard(promised) {
  try {
    const text = promised.then((url) => new Blob([url], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  } catch {
    const url = await promised; // its own error, if it has one
    try {
      await navigator.clipboard.writeText(url);
    } catch {
      part("address").value = url;
      part("by-hand").hidden = false;
      part("address").select();
      throw new Error("This browser did not let us copy. Copy the link by hand.");
    }
  }
}

async function post() {
  const tab = window.open("about:blank", "_blank"); // within the tap, or it is blocked
  try {
    const { url } = await linkFor("x");
    const to = new URL("https://x.com/intent/post");
    to.search = new URLSearchParams({ text: `${version.title} by ${version.artist}`, url });
    if (tab) {
      tab.opener = null;
      tab.location.replace(to.href);
    } else location.assign(to.href);
    sheet.close();
  } catch (fault) {
    tab?.close();
    throw fault;
  }
}

async function pass() {
  const { url } = await linkFor("system");
  await share({ url, title: `${version.title} by ${version.artist}` });
}

// ---- the video ---------------------------------------------------------------------------------
let waiting = null; // {way, file, url}: ready to be handed over by a tap

async function video(way) {
  const opening = shown;
  const key = `${version.key} ${way}`;
  work("Making your video", 0);
  if (!videos.has(key)) {
    const made = make(way, (percent) => opening === shown && work("Making your video", percent));
    videos.set(key, made);
    made.catch(() => videos.delete(key));
  }
  const { file, url } = await videos.get(key);
  if (opening !== shown || !sheet.open || part("work").hidden) return; // it was closed or stopped
  waiting = { way, file, url };
  const can = way !== "download" && file.size < SHARED_MOST_BYTES && navigator.canShare?.({ files: [file] });
  if (can) {
    part("doing").textContent = "Your video is ready.";
    part("progress").hidden = true;
    part("now").hidden = false;
    part("now-says").textContent = `Share to ${NAMES[way]}`;
    part("now").focus();
  } else await save();
}

/** Ask for the video with this link in it, wait until it is made, fetch it. */
async function make(way, progress) {
  const { track, visual } = version;
  const link = await linkFor(way);
  let row = await ask("/api/hooks/tiktok-video", {
    trackId: track, visualAssetId: visual || null, shareUrl: link.url, ...link.hook,
  });
  while (row.status !== "ready") {
    if (row.status === "failed") throw new Error(row.problem || "The video could not be made. Try again.");
    progress(row.progress);
    await new Promise((wake) => setTimeout(wake, ASK_AGAIN_MS));
    row = await ask(row.statusUrl);
  }
  progress(100);
  const answer = await fetch(`${row.videoUrl}?save`);
  if (!answer.ok) throw new Error("The video did not arrive. Try again.");
  const file = new File([await answer.blob()], row.fileName, { type: "video/mp4" });
  return { file, url: link.url };
}

async function hand() {
  try {
    // Files alone: some phones refuse a text beside them.
    if (await share({ files: [waiting.file] })) rest();
  } catch {
    await save();
  }
}

async function save() {
  const { way, file, url } = waiting;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const copied = await intoClipboard(Promise.resolve(url)).then(() => true, () => false);
  rest();
  const then = way === "download" ? "" : ` Post it on ${NAMES[way]}.`;
  say(`Video saved.${then}${copied ? " Its link is copied." : ""}`, "good");
}

/** The browser's own sheet; false where it was closed without sharing. */
async function share(what) {
  try {
    await navigator.share(what);
    sheet.close();
    return true;
  } catch (fault) {
    if (fault.name === "AbortError") return false;
    throw fault;
  }
}

// ---- the sheet ---------------------------------------------------------------------------------
const part = (name) => sheet.querySelector(`[data-pass-${name}]`);

/** As it is when it opens: the ways to share. */
function rest() {
  waiting = null;
  part("work").hidden = true;
  part("ways").hidden = false;
  part("now").hidden = true;
  part("by-hand").hidden = true;
  part("said").textContent = "";
  part("said").className = "cap said";
}

function work(doing, percent) {
  part("ways").hidden = true;
  part("work").hidden = false;
  part("progress").hidden = false;
  part("doing").textContent = percent ? `${doing}, ${Math.round(percent)} %` : doing;
  if (percent) part("progress").value = percent;
  else part("progress").removeAttribute("value");
}

function say(text, kind) {
  if (!sheet.open) return toast(text, kind);
  part("said").textContent = text;
  part("said").classList.add(kind);
}

async function ask(address, body) {
  const options = body && {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new Error("There is no connection. Try again when there is one.");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error?.message ?? "That did not work. Try again in a moment.");
  return found;
}
