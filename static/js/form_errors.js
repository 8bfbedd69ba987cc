/* What is wrong with a form that a script has sent: said beside the fields and above them, as the
   server's own page would. The form has `data-errors`, and `data-field` around each field. */

/** Say `sentence` above and `wrong` ({field: [sentences]}) beside the fields; the first of them gets the focus. */
export function tellErrors(form, sentence, wrong = {}, isSignedOut = false) {
  for (const [name, sentences] of Object.entries(wrong)) showErrors(form, name, sentences);
  const box = document.createElement("div");
  box.className = "errors";
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  const said = document.createElement("p");
  said.textContent = sentence;
  if (isSignedOut) {
    const link = document.createElement("a");
    Object.assign(link, { href: form.dataset.signIn, target: "_blank" });
    link.textContent = "Sign in in a new tab";
    said.append(" ", link, ", then press the button again.");
  }
  box.append(said);
  form.querySelector("[data-errors]").replaceChildren(box);
  const first = form.querySelector('[aria-invalid="true"]');
  (first ?? box).focus();
  first?.closest("details")?.setAttribute("open", "");
}

function showErrors(form, name, sentences) {
  const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!field) return;
  const list = document.createElement("ul");
  list.className = "errorlist";
  list.id = `error-${name}`;
  for (const sentence of sentences) {
    const item = document.createElement("li");
    item.textContent = sentence;
    list.append(item);
  }
  field.querySelector(".errorlist")?.remove();
  const control = field.querySelector("input, textarea, select");
  (control.closest(".drop") ?? control).after(list);
  control.setAttribute("aria-invalid", "true");
  const hint = control.getAttribute("aria-describedby") ?? "";
  control.setAttribute("aria-describedby", `${hint.replace(list.id, "")} ${list.id}`.trim());
}

/** Take back what was said of one field, or of the whole form. */
export function clearErrors(form, name) {
  for (const field of form.querySelectorAll(name ? `[data-field="${name}"]` : "[data-field]")) {
    field.querySelector(".errorlist")?.remove();
    for (const control of field.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }
  if (!name) form.querySelector("[data-errors]").replaceChildren();
}
