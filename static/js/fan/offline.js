/* The page without a connection: it goes on by itself once the site answers again. */
const EVERY_MS = 3000;
const again = () => location.reload();

async function look() {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) again();
  } catch {
    // not yet
  }
}

document.querySelector("[data-again]").addEventListener("click", again);
addEventListener("online", look);
setInterval(look, EVERY_MS);
