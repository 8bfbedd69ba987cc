/* The list of tracks: those being listened to become ready before one's eyes. */
import { headers } from "./acts.js";
import { watch } from "./events.js";
import { remember, renew } from "./parts.js";

const WATCHED_MOST = 10; // channels of one stream
const place = document.querySelector("[data-cards]");
remember();

let timer = 0;
let stop = () => {};
function refresh(soon_ms = 600) {
  timer ||= setTimeout(async () => {
    timer = 0;
    try {
      const answer = await fetch(place.dataset.cards, { headers: headers() });
      if (answer.ok && !answer.redirected) renew(await answer.text());
    } catch {
      // the next event asks again
    }
    if (!place.querySelector("[data-channel]")) stop();
  }, soon_ms);
}

const channels = [...place.querySelectorAll("[data-channel]")].map((track) => track.dataset.channel);
if (channels.length) {
  stop = watch(
    channels.slice(0, WATCHED_MOST),
    { track_update: ({ status }) => status !== "processing" && refresh() },
    // What happened before the connection stood is in the rows.
    { onState: (state) => state === "live" && refresh(100) },
  );
}
