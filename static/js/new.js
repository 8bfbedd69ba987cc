/* The form for a new film: a place to drop the song (where it is not a track's), a counter, sentences
   to start from, and an upload that shows how far it is, can be stopped, and loses nothing when it
   fails. */
import { fields, headers } from "./acts.js";
import { count } from "./count.js";
import { clearErrors, tellErrors } from "./form_errors.js";

const form = document.querySelector("[data-new]");
const input = form.querySelector("#id_song");
const prompt = form.querySelector("#id_prompt");
const sending = form.querySelector("[data-sending]");
const go = form.querySelector("[data-go]");
let request = null;

// ---- the song -----------------------------------------------------------------------------------
if (input) takeSong();

function takeSong() {
  const drop = form.querySelector("[data-drop]");
  const chosen = form.querySelector("[data-chosen]");
  const invitation = chosen.textContent;
  const megabytes = (size) => `${(size / 2 ** 20).toFixed(1)} MB`;
  function show() {
    const song = input.files[0];
    drop.classList.toggle("has-file", Boolean(song));
    chosen.textContent = song ? `${song.name} · ${megabytes(song.size)}` : invitation;
    if (song) clearErrors(form, "song");
  }
  input.addEventListener("change", show);
  show(); // browsers bring a choice back after a reload

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
    show();
  });
}

// ---- the sentence -------------------------------------------------------------------------------
count(
  prompt,
  form.querySelector("[data-count]"),
  Number(prompt.dataset.least),
  Number(prompt.dataset.most),
);
form.querySelector("[data-examples]").hidden = false;
form.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  if (!example) return;
  prompt.value = example.textContent;
  prompt.dispatchEvent(new Event("input"));
  prompt.focus();
});
prompt.addEventListener("input", () => clearErrors(form, "prompt"));

// ---- sending ------------------------------------------------------------------------------------
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (request) return;
  clearErrors(form);
  request = new XMLHttpRequest();
  request.open("POST", form.action);
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => showSent(total ? loaded / total : 0);
  request.onload = () => answered(request);
  request.onerror = () =>
    ended("This could not be sent. Look at your connection, then press the button again.");
  request.onabort = () => ended("");
  showSent(0);
  sending.hidden = false;
  go.hidden = true;
  request.send(fields(form));
});
form.querySelector("[data-abort]").addEventListener("click", () => request?.abort());

function showSent(sent) {
  const share = input ? sent : 1; // a track's song is there already
  const percent = Math.round(share * 100);
  sending.querySelector("[data-sending-progress]").value = percent;
  sending.querySelector("[data-sending-percent]").textContent = `${percent} %`;
  sending.querySelector("[data-sending-what]").textContent =
    share < 1 ? "Sending the song" : "Looking at the song";
}

function answered({ status, responseText }) {
  let answer = {};
  try {
    answer = JSON.parse(responseText);
  } catch {
    // a page of a proxy, or a refusal made before the site was asked
  }
  if (status === 201) {
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
  if (sentence) tellErrors(form, sentence, wrong, isSignedOut);
  else go.focus();
}

let leaving = false;
window.addEventListener("beforeunload", (event) => {
  if (request && !leaving) event.preventDefault();
});
