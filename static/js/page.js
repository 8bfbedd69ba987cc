/* Every page: what the server said is shown to whoever cannot see it, forms are sent once,
   dialogs open, text is copied. All of it improves markup that works without. */
import { welcomeToasts, toast } from "./toast.js";

welcomeToasts();

document.querySelector("[data-focus]")?.focus();

// A second press while the first is on its way would do the thing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
// Coming back by the browser's back button, the page may be as it was left.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    closer.closest("dialog")?.close();
    return;
  }
  const copier = event.target.closest("[data-copies]");
  if (copier) {
    const from = document.getElementById(copier.dataset.copies);
    const text = from?.value ?? from?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied.", "good");
    } catch {
      from?.select?.();
      toast("This browser did not let us copy. It is selected: press Ctrl or ⌘ and C.", "bad");
    }
  }
});
