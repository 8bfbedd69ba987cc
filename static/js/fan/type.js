/* Our type on a slow line: it came too late for the first paint, and words that change under
   somebody's eyes move. With their first touch something changes anyway. */
function wear() {
  document.documentElement.dataset.type = "ours";
}

document.fonts?.load("700 32px Archivo").then(() => {
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, wear, { once: true });
}, () => {});
