/* Colours and shades of a part of the page, from the names the server gave (audience/tints.py). */

/** Put the tint `20-21-80-135-58` on an element marked data-theme. */
export function dye(element, tint) {
  const [hue, chroma, lightness, accent, accentHue] = tint.split("-").map(Number);
  element.style.setProperty("--hue", hue);
  element.style.setProperty("--chroma", chroma / 1000);
  element.style.setProperty("--accent", `oklch(${lightness}% ${accent / 1000} ${accentHue})`);
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)");
const link = navigator.connection;
export const spares = () => Boolean(link?.saveData);
/** Whether the large files are worth their bytes: on a big enough screen with a quick line. */
export const wantsLarge = (height) =>
  !spares() &&
  height * devicePixelRatio > 1100 &&
  (!link?.effectiveType || link.effectiveType === "4g");
