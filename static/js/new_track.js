/* Adding a track: a place to drop the song, its title from the file's name, and an upload that shows
   how far it is, can be stopped, and loses nothing when it fails. Large songs go in pieces. */
import { fields, headers } from "./acts.js";
import { clearErrors, tellErrors } from "./form_errors.js";

const form = document.querySelector("[data-new-track]");
const input = form.querySelector("#id_audio");
const title = form.querySelector("#id_title");
const drop = form.querySelector("[data-drop]");
const chosen = form.querySelector("[data-chosen]");
const sending = form.querySelector("[data-sending]");
const go = form.querySelector("[data-go]");
const small = Number(form.dataset.small);
let request = null; // what can be stopped: { abort() }

// ---- the song -----------------------------------------------------------------------------------
const invitation = chosen.textContent;
const megabytes = (size) => `${(size / 2 ** 20).toFixed(1)} MB`;
const titleOf = (name) => name.replace(/\.[^.]+$/, "").replaceAll("_", " ").trim();
let suggested = "";

function showSong() {
  const song = input.files[0];
  drop.classList.toggle("has-file", Boolean(song));
  chosen.textContent = song ? `${song.name} · ${megabytes(song.size)}` : invitation;
  if (!song) return;
  clearErrors(form, "audio");
  if (!title.value || title.value === suggested) {
    suggested = titleOf(song.name);
    title.value = suggested;
  }
}
input.addEventListener("change", showSong);
showSong(); // browsers bring a choice back after a reload

for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  const one = new DataTransfer(); // of several files the first
  one.items.add(event.dataTransfer.files[0]);
  input.files = one.files;
  showSong();
});

// ---- sending ------------------------------------------------------------------------------------
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (request) return;
  clearErrors(form);
  const song = input.files[0];
  const body = fields(form);
  showSent(0);
  sending.hidden = false;
  go.hidden = true;
  if (song && song.size > small) {
    const { upload } = await import("./upload.js");
    request = upload({ file: song, purpose: "track", onProgress: ({ share }) => showSent(share) });
    try {
      body.set("upload", await request.id);
    } catch (error) {
      ended(error.name === "AbortError" ? "" : error.message, {}, error.status === 401);
      return;
    }
    body.delete("audio");
  }
  send(body);
});
form.querySelector("[data-abort]").addEventListener("click", () => request?.abort());

function send(body) {
  const sent = new XMLHttpRequest();
  request = sent;
  sent.open("POST", form.action);
  for (const [name, value] of Object.entries(headers())) sent.setRequestHeader(name, value);
  sent.upload.onprogress = ({ loaded, total }) => showSent(total ? loaded / total : 0);
  sent.onload = () => answered(sent);
  sent.onerror = () =>
    ended("The song could not be sent. Look at your connection, then press the button again.");
  sent.onabort = () => ended("");
  sent.send(body);
}

function showSent(share) {
  const percent = Math.round(share * 100);
  sending.querySelector("[data-sending-progress]").value = percent;
  sending.querySelector("[data-sending-percent]").textContent = `${percent} %`;
  sending.querySelector("[data-sending-what]").textContent =
    share < 1 ? "Sending the song" : "Looking at the song";
}

let leaving = false;
function answered({ status, responseText }) {
  let answer = {};
  try {
    answer = JSON.parse(responseText);
  } catch {
    // a page of a proxy, or a refusal made before the site was asked
  }
  if (answer.page) {
    leaving = true;
    location.assign(answer.page);
    return;
  }
  const error = answer.error ?? { message: `The server answered with ${status}. Try again in a moment.` };
  ended(error.message, error.fields, status === 401);
}

function ended(sentence, wrong = {}, isSignedOut = false) {
  request = null;
  sending.hidden = true;
  go.hidden = false;
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  if (sentence) tellErrors(form, sentence, wrong, isSignedOut);
  else go.focus();
}

window.addEventListener("beforeunload", (event) => {
  if (request && !leaving) event.preventDefault();
});
