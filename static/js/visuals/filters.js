/* Narrowing a full wall: what does not fit is hidden at once, and the address keeps the wish. */
let page = null;
const TEMPOS = { slow: [0, 90], mid: [90, 120], fast: [120, 999] };

function apply() {
  const form = page.querySelector("[data-filters]");
  if (!form) return;
  const wish = Object.fromEntries(new FormData(form));
  const [low, high] = TEMPOS[wish.tempo] ?? [0, 999];
  let shown = 0;
  for (const item of page.querySelectorAll("[data-wall] > li")) {
    const { kind, words } = item.dataset;
    const fits = (!wish.kind || wish.kind === kind) && (!wish.tag || words.split(" ").includes(wish.tag))
      && Number(item.dataset.low) <= high && Number(item.dataset.high) >= low;
    item.hidden = !fits;
    shown += fits;
  }
  page.querySelector("[data-none]").hidden = shown > 0;
}

function start(root) {
  page = root;
  page.addEventListener("input", (event) => {
    if (!event.target.closest("[data-filters]")) return;
    apply();
    const address = new URL(location.href);
    for (const [name, value] of new FormData(event.target.form)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
  });
  apply();
}

export const filter = { start, apply };
