/* The strip of the track's newest film, below the visuals. Its markup is whatever the server sends for
   it; until there is a film it invites to make one. Returns what asks for it anew. */
import { headers } from "../acts.js";
import { renew } from "../parts.js";

const TOGETHER_MS = 400; // events come in bunches

export function filmStrip(page) {
  const invitation = page.querySelector("[data-film-strip]");
  const address = invitation?.dataset.filmStrip;
  if (!address) return () => {};
  const inviting = invitation.outerHTML;
  let timer = 0;

  async function ask() {
    timer = 0;
    try {
      const answer = await fetch(address, { headers: headers() });
      if (answer.status === 204) renew(inviting);
      else if (answer.ok && !answer.redirected) renew(await answer.text());
    } catch {
      // the next event asks again
    }
  }

  const soon = () => {
    timer ||= setTimeout(ask, TOGETHER_MS);
  };
  ask();
  return soon;
}
