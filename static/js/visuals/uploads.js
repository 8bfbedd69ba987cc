/* Adding clips and images: each file has a tile of its own with how far it is, a way to stop it, and,
   where it fails, the sentence that says why. Two are sent at a time; the rest wait in line. */
import { upload } from "../upload.js";

const AT_ONCE = 2;
const CLIP = /\.(mp4|mov|webm|m4v)$/i;
const IMAGE = /\.(jpe?g|png|webp)$/i;
const isImage = (file) => file.type.startsWith("image/") || IMAGE.test(file.name);

export function uploads(page, { add, say }) {
  const shape = document.querySelector("[data-upload-shape]");
  const waiting = [];
  let sending = 0;

  const place = () => page.querySelector("[data-uploads]");

  function take(files) {
    for (const file of files) begin(file);
  }

  function begin(file) {
    const item = shape.content.firstElementChild.cloneNode(true);
    const one = { file, item, abort: null };
    item.querySelector("[data-name]").textContent = file.name.replace(/\.[^.]+$/, "");
    item.querySelector("progress").setAttribute("aria-label", `Sending ${file.name}`);
    item.querySelector("[data-stop]").addEventListener("click", () => leave(one));
    item.querySelector("[data-again]").addEventListener("click", () => line(one));
    place().append(item);
    look(one);
    const wrong = refused(file);
    if (wrong) return fail(one, wrong, { again: false });
    line(one);
  }

  function refused(file) {
    if (/^image\/(svg|gif|heic)/.test(file.type) || !(isImage(file) || file.type.startsWith("video/") || CLIP.test(file.name))) {
      return `“${file.name}” is neither a clip nor an image that can be used. Send MP4, MOV, WebM, JPG, PNG or WebP.`;
    }
    const { clipMb, imageMb } = page.dataset;
    const most = Number(isImage(file) ? imageMb : clipMb);
    if (file.size > most * 2 ** 20) return `This file has ${Math.round(file.size / 2 ** 20)} MB; ${most} MB fit.`;
    return file.size ? "" : "This file is empty.";
  }

  /** A picture of the file itself while it is on its way. */
  function look(one) {
    const address = URL.createObjectURL(one.file);
    const element = document.createElement(isImage(one.file) ? "img" : "video");
    Object.assign(element, { src: address, alt: "", muted: true, preload: "metadata" });
    element.addEventListener("error", () => element.remove());
    one.forget = () => URL.revokeObjectURL(address); // not sooner: a clip is read on after it is shown
    one.item.querySelector(".pic").prepend(element);
  }

  function line(one) {
    show(one, "waiting", "In line");
    waiting.push(one);
    next();
  }

  async function next() {
    if (sending >= AT_ONCE || !waiting.length) return;
    const one = waiting.shift();
    sending += 1;
    try {
      await send(one);
    } finally {
      sending -= 1;
      next();
    }
  }

  async function send(one) {
    const { file, item } = one;
    const bar = item.querySelector("progress");
    show(one, "sending", "0 %");
    const sent = upload({
      file,
      purpose: isImage(file) ? "image" : "visual",
      onProgress: ({ share }) => {
        bar.value = Math.round(100 * share);
        show(one, "sending", share < 1 ? `${Math.round(100 * share)} %` : "Looking at it");
      },
    });
    one.abort = () => sent.abort();
    try {
      const id = await sent.id;
      one.abort = null;
      show(one, "sending", "Looking at it");
      await add({ upload: id, name: file.name, kind: isImage(file) ? "image" : "visual" });
      gone(one);
    } catch (error) {
      if (error.name === "AbortError") return;
      fail(one, error.message, { again: error.retryable !== false });
    }
  }

  function show({ item }, state, words) {
    item.dataset.is = state;
    item.classList.toggle("wrong", state === "failed");
    item.querySelector("[data-tag]").textContent = state === "failed" ? "Not sent" : state === "waiting" ? "In line" : "Sending";
    item.querySelector("[data-tag]").className = `tag ${state === "failed" ? "bad" : "work"}`;
    item.querySelector("[data-how-far]").textContent = words;
    item.querySelector("progress").hidden = state === "failed";
    item.querySelector("[data-why]").hidden = state !== "failed";
    item.querySelector("[data-again]").hidden = state !== "failed";
    item.querySelector("[data-stop]").textContent = state === "failed" ? "Dismiss" : "Stop";
  }

  function fail(one, sentence, { again }) {
    show(one, "failed", "not sent");
    one.item.querySelector("[data-why]").textContent = sentence;
    one.item.querySelector("[data-again]").hidden = !again;
    say(`${one.file.name}: ${sentence}`);
  }

  function leave(one) {
    const at = waiting.indexOf(one);
    if (at >= 0) waiting.splice(at, 1);
    one.abort?.();
    gone(one);
    page.querySelector("#add-file")?.focus();
  }

  function gone(one) {
    one.item.remove();
    one.forget();
  }

  page.addEventListener("change", (event) => {
    if (event.target.id !== "add-file") return;
    take([...event.target.files]);
    event.target.value = "";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-add-form]")) event.preventDefault();
  });

  // The whole page takes what is dropped on it; the tile shows where it goes.
  const over = (is) => page.querySelector("[data-add-form]")?.classList.toggle("over", is);
  let inside = 0;
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    inside += 1;
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    inside = Math.max(inside - 1, 0);
    if (!inside) over(false);
  });
  document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    inside = 0;
    over(false);
    take([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (sending || waiting.length) event.preventDefault();
  });
}
