/* A form that takes in a song: a place to drop it, and a sending that shows how far it is, can be
   stopped, and loses nothing when it fails. */
import { headers } from "./acts.js";
import { clearErrors, tellErrors } from "./form_errors.js";

const megabytes = (size) => `${(size / 2 ** 20).toFixed(1)} MB`;

/** The place to drop a song on. `onSong(file)` is told of the one that was chosen. */
export function songPlace(form, input, onSong = () => {}) {
  const drop = form.querySelector("[data-drop]");
  const chosen = form.querySelector("[data-chosen]");
  const invitation = chosen.textContent;

  function show() {
    const song = input.files[0];
    drop.classList.toggle("has-file", Boolean(song));
    chosen.textContent = song ? `${song.name} · ${megabytes(song.size)}` : invitation;
    if (!song) return;
    clearErrors(form, input.name);
    onSong(song);
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

/** What is on its way: `begin()` shows it, `send(body)` sends the form, `end()` gives the form back. */
export class Sending {
  #form;
  #part;
  #go;
  #request = null; // what can be stopped: { abort() }
  #isLeaving = false;

  constructor(form) {
    this.#form = form;
    this.#part = form.querySelector("[data-sending]");
    this.#go = form.querySelector("[data-go]");
    form.querySelector("[data-abort]").addEventListener("click", () => this.#request?.abort());
    window.addEventListener("beforeunload", (event) => {
      if (this.isUnderway && !this.#isLeaving) event.preventDefault();
    });
  }

  get isUnderway() {
    return this.#request !== null;
  }

  /** Show that something is on its way, which `request.abort()` stops. */
  begin(request, share = 0) {
    this.#request = request;
    this.show(share);
    this.#part.hidden = false;
    this.#go.hidden = true;
  }

  show(share) {
    const percent = Math.round(share * 100);
    this.#part.querySelector("[data-sending-progress]").value = percent;
    this.#part.querySelector("[data-sending-percent]").textContent = `${percent} %`;
    this.#part.querySelector("[data-sending-what]").textContent =
      share < 1 ? "Sending the song" : "Looking at the song";
  }

  /** Send the form and go to the page it leads to. `isThere`: the song itself was sent before. */
  send(body, { isThere = false } = {}) {
    const sent = new XMLHttpRequest();
    this.begin(sent, isThere ? 1 : 0);
    sent.open("POST", this.#form.action);
    for (const [name, value] of Object.entries(headers())) sent.setRequestHeader(name, value);
    if (!isThere) sent.upload.onprogress = ({ loaded, total }) => this.show(total ? loaded / total : 0);
    sent.onload = () => this.#answered(sent);
    sent.onerror = () =>
      this.end("This could not be sent. Look at your connection, then press the button again.");
    sent.onabort = () => this.end();
    sent.send(body);
  }

  #answered({ status, responseText }) {
    let answer = {};
    try {
      answer = JSON.parse(responseText);
    } catch {
      // a page of a proxy, or a refusal made before the site was asked
    }
    if (answer.page) {
      this.#isLeaving = true;
      location.assign(answer.page);
      return;
    }
    const error = answer.error ?? { message: `The server answered with ${status}. Try again in a moment.` };
    this.end(error.message, error.fields, status === 401);
  }

  /** It did not come to its end: give the form back as it was, with what was wrong. */
  end(sentence = "", wrong = {}, isSignedOut = false) {
    this.#request = null;
    this.#part.hidden = true;
    this.#go.hidden = false;
    delete this.#form.dataset.sent;
    for (const button of this.#form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    if (sentence) tellErrors(this.#form, sentence, wrong, isSignedOut);
    else this.#go.focus();
  }
}
