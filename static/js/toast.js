/* Short messages after an action, read out by screen readers. Bad news stays until dismissed. */
const region = () => document.querySelector("[data-toasts]");
const iconOf = { good: "check", bad: "alert" };
const STAYS_MS = 7000;

export function toast(text, kind = "") {
  const shape = region()?.querySelector("[data-toast-shape]");
  if (!shape) return;
  const made = shape.content.firstElementChild.cloneNode(true);
  made.querySelector("p").textContent = text;
  if (kind) {
    made.classList.add(kind);
    const use = made.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${iconOf[kind]}`));
  }
  region().append(made);
  mind(made);
}

function mind(made) {
  made.querySelector("[data-dismiss]")?.addEventListener("click", () => made.remove());
  if (!made.classList.contains("bad")) setTimeout(() => made.remove(), STAYS_MS);
}

/** Give the messages that came with the page a way to be dismissed. */
export function welcomeToasts() {
  const button = region()?.querySelector("[data-toast-shape]")?.content.querySelector("button");
  if (!button) return;
  for (const made of region().querySelectorAll(":scope > [data-toast]")) {
    made.append(button.cloneNode(true));
    mind(made);
  }
}
