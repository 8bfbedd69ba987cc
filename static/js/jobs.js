/* The list of films: those being made go on before one's eyes. */
import { watch } from "./events.js";
import { headers } from "./acts.js";
import { remember, renew } from "./parts.js";

const WATCHED_MOST = 10; // channels of one stream
const place = document.querySelector("[data-being-made]");
const channels = [...place.querySelectorAll("[data-channel]")].map((job) => job.dataset.channel);
remember();

let timer = 0;
function refresh(soon_ms = 1200) {
  timer ||= setTimeout(async () => {
    timer = 0;
    try {
      const answer = await fetch(place.dataset.beingMade, { headers: headers() });
      if (answer.ok && !answer.redirected) renew(await answer.text());
    } catch {
      // the next event asks again
    }
  }, soon_ms);
}

if (channels.length) {
  const ended = () => location.reload(); // it moves to the finished ones
  const handlers = {
    progress: () => refresh(),
    stage_update: () => refresh(),
    clip_ready: () => refresh(),
    completed: ended,
    error: ended,
  };
  watch(channels.slice(0, WATCHED_MOST), handlers, {
    // What happened before the connection stood is in the rows.
    onState: (state) => state === "live" && refresh(100),
  });
}
