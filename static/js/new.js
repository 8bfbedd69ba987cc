/* The form for a new film: its song (where it is not a track's), a counter, sentences to start from. */
import { fields } from "./acts.js";
import { count } from "./count.js";
import { clearErrors } from "./form_errors.js";
import { Sending, songPlace } from "./song_form.js";

const form = document.querySelector("[data-new]");
const input = form.querySelector("#id_song");
const prompt = form.querySelector("#id_prompt");
const sending = new Sending(form);

if (input) songPlace(form, input);

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
  if (sending.isUnderway) return;
  clearErrors(form);
  sending.send(fields(form), { isThere: !input });
});
