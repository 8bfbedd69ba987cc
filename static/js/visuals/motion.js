/* Tiles move when one looks at them: the one under the pointer or in focus, at most two at a time, so
   that with the phone's there are three videos. Whoever wants things still, or to save data, sees posters. */
const HOVER_MS = 110;
const MOST = 2;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;

export function motion(page) {
  const playing = new Map(); // tile → video, the latest last
  let timer = 0;

  function begin(tile) {
    if (!tile.isConnected || !tile.dataset.small || tile.dataset.state === "rendering" || playing.has(tile)) return;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true, src: tile.dataset.small, tabIndex: -1 });
    video.setAttribute("aria-hidden", "true");
    video.addEventListener("playing", () => video.classList.add("on"), { once: true });
    video.addEventListener("error", () => end(tile));
    tile.querySelector(".pic > img")?.after(video);
    playing.set(tile, video);
    video.play().catch(() => end(tile));
    for (const [old] of playing) {
      if (playing.size <= MOST && old.isConnected) break;
      end(old);
    }
  }

  function end(tile) {
    const video = playing.get(tile);
    if (!video) return;
    playing.delete(tile);
    video.pause();
    video.removeAttribute("src");
    video.load(); // frees the decoder at once
    video.remove();
  }

  const soon = (tile, wait) => {
    clearTimeout(timer);
    if (!still()) timer = setTimeout(() => begin(tile), wait);
  };
  page.addEventListener("pointerover", (event) => {
    const tile = event.pointerType === "mouse" && event.target.closest("[data-tile]");
    if (tile) soon(tile, HOVER_MS);
  });
  page.addEventListener("pointerout", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (!tile || tile.contains(event.relatedTarget) || tile === document.activeElement) return;
    clearTimeout(timer);
    end(tile);
  });
  page.addEventListener("focusin", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (tile) soon(tile, 0);
  });
  page.addEventListener("focusout", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (tile && !tile.matches(":hover")) end(tile);
  });
  document.addEventListener("visibilitychange", () => {
    for (const [tile] of playing) if (document.hidden) end(tile);
  });
}
