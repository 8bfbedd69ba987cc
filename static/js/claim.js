/* Choosing a handle: whether it can be had is told while it is typed, and what it will look like. */
const form = document.querySelector("[data-claim]");
const field = form.querySelector("#id_handle");
const name = form.querySelector("#id_name");
const told = form.querySelector("[data-free]");
const PAUSE_MS = 260;
let timer = 0;
let asking = null;

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const answer = await fetch(`${form.dataset.claim}?handle=${encodeURIComponent(field.value)}`, {
      headers: { "X-Requested-With": "script" },
      signal: mine.signal,
    });
    if (!answer.ok) return;
    const { ok, said } = await answer.json();
    if (mine.signal.aborted) return;
    told.textContent = said;
    told.className = `cap free ${ok ? "yes" : "no"}`;
  } catch {
    // it is asked again when the form is sent
  }
}

function show() {
  form.querySelector("[data-shows-handle]").textContent = field.value.replace(/^@/, "").toLowerCase() || "handle";
  form.querySelector("[data-shows-name]").textContent = name.value.trim() || "Your name";
}

field.addEventListener("input", () => {
  show();
  told.textContent = "";
  clearTimeout(timer);
  if (field.value.trim()) timer = setTimeout(ask, PAUSE_MS);
});
name.addEventListener("input", show);
if (field.value) ask();
