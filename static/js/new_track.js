/* Adding a track: the song's title is suggested from the file's name; large songs go in pieces. */
import { fields } from "./acts.js";
import { clearErrors } from "./form_errors.js";
import { Sending, songPlace } from "./song_form.js";

const form = document.querySelector("[data-new-track]");
const input = form.querySelector("#id_audio");
const title = form.querySelector("#id_title");
const small = Number(form.dataset.small);
const sending = new Sending(form);

const titleOf = (name) => name.replace(/\.[^.]+$/, "").replaceAll("_", " ").trim();
let suggested = "";
songPlace(form, input, (song) => {
  if (title.value && title.value !== suggested) return;
  suggested = titleOf(song.name);
  title.value = suggested;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending.isUnderway) return;
  clearErrors(form);
  const song = input.files[0];
  const body = fields(form);
  if (!song || song.size <= small) return sending.send(body);
  let isStopped = false;
  sending.begin({ abort: () => (isStopped = true) });
  const { upload } = await import("./upload.js");
  const pieces = upload({ file: song, purpose: "track", onProgress: ({ share }) => sending.show(share) });
  if (isStopped) pieces.abort();
  sending.begin(pieces);
  try {
    body.set("upload", await pieces.id);
  } catch (error) {
    return sending.end(error.name === "AbortError" ? "" : error.message, {}, error.status === 401);
  }
  body.delete("audio");
  sending.send(body, { isThere: true });
});
