/* A track's tab Music video: its films go on and are finished before one's eyes, and play in place. */
import { headers } from "./acts.js";
import { renew } from "./parts.js";

const TOGETHER_MS = 800; // events come in bunches
const place = document.querySelector("[data-films]");

let timer = 0;
function refresh() {
  timer ||= setTimeout(async () => {
    timer = 0;
    try {
      const answer = await fetch(place.dataset.films, { headers: headers() });
      if (answer.ok && !answer.redirected) renew(await answer.text());
    } catch {
      // the next event asks again
    }
  }, TOGETHER_MS);
}
document.addEventListener("film:update", refresh);
document.addEventListener("track:update", () => {
  if (document.querySelector("[data-waits]")) location.reload(); // heard: there is a form now
});

// A film plays where its picture was; one at a time.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-film]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const video = document.createElement("video");
  Object.assign(video, { src: link.href, controls: true, playsInline: true });
  video.poster = link.querySelector("img").src;
  video.setAttribute("aria-label", link.getAttribute("aria-label"));
  video.addEventListener("play", () => {
    for (const other of place.querySelectorAll("video")) if (other !== video) other.pause();
  });
  video.addEventListener("error", () => video.replaceWith(link));
  link.replaceWith(video);
  video.focus();
  video.play().catch(() => {}); // its controls are there
});
