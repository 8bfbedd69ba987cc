/* Asking the server for a page's parts again: events that come in bunches ask once, and one question
   waits for the answer to the one before. */
import { errorOf, headers, signedOut } from "./acts.js";

const RETRY_MS = 3000;

/** A function that asks soon: `address()` says where, `take(html)` puts in what came, unless the
    address has become another one meanwhile, or `acts()`, the number of things done here, another
    number: then it tells of the past. `gone` is the page to go to where nothing is there now. */
export function refresher({ address, take, gone, signIn, acts = () => 0, together_ms = 200, rest_ms = 700 }) {
  let timer = 0;
  let asking = false;
  let again = false;

  function refresh(soon_ms = together_ms) {
    if (asking) {
      again = true;
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(ask, soon_ms);
  }

  async function ask() {
    asking = true;
    again = false;
    const asked = address();
    const done = acts();
    const isOld = () => address() !== asked || acts() !== done;
    try {
      const answer = await fetch(asked, { headers: headers() });
      if (answer.ok) {
        const html = await answer.text();
        if (isOld()) again = true;
        else take(html);
      } else if (answer.status === 401) {
        signedOut((await errorOf(answer)).message, signIn);
      } else if (answer.status === 404) {
        location.assign(gone); // deleted in another tab
      }
    } catch {
      setTimeout(refresh, RETRY_MS);
    }
    setTimeout(
      () => {
        asking = false;
        if (again) refresh(0);
      },
      isOld() ? 0 : rest_ms,
    );
  }

  return refresh;
}
