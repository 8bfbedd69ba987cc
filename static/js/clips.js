/* A finished shot plays in its own picture, again and again; pressing it once more stops it. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-plays]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const playing = link.querySelector("video");
  if (playing) {
    playing.remove();
    link.querySelector("img").hidden = false;
    return;
  }
  stopOthers();
  const image = link.querySelector("img");
  const video = document.createElement("video");
  Object.assign(video, { src: link.href, muted: true, loop: true, playsInline: true, poster: image.src });
  video.addEventListener("error", () => {
    video.remove();
    image.hidden = false;
  });
  image.after(video);
  image.hidden = true;
  video.play().catch(() => {}); // the poster stays
});

export function stopOthers() {
  for (const video of document.querySelectorAll("a[data-plays] video")) {
    video.parentElement.querySelector("img").hidden = false;
    video.remove();
  }
}
