/* Titles and names as rows of type in the site's own face: what fits is set, the rest is cut with an ellipsis. */
const SMALLER = 0.84; // a text of several rows is set this much smaller
const FACES = { bold: [720, "semi-expanded"], heavy: [860, "semi-expanded"], text: [560, "normal"] };
const MOST_LETTERS = 240;

/** Have the context set type of a weight at `em` pixels. */
export function font(context, weight, em) {
  const [bold, stretch] = FACES[weight] ?? FACES.text;
  context.font = `${bold} ${em}px Archivo, system-ui, sans-serif`;
  if ("fontStretch" in context) context.fontStretch = stretch;
}

/** Load the faces before the first frame is drawn. */
export const ready = () => Promise.all(["720 20px Archivo", "560 20px Archivo"].map((face) => document.fonts.load(face)));

const plain = (text) =>
  [...text.normalize("NFC").replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").replace(/\p{Cf}/gu, "")].slice(0, MOST_LETTERS).join("").trim();

/** {rows: [text], weight, em}: `text` in at most `item.rows` rows of `room` pixels. */
export function set(context, text, item, em, room) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const made = { rows: [], weight: item.weight, em };
  if (!words.length || room <= 0) return made;
  font(context, item.weight, em);
  if (context.measureText(words.join(" ")).width <= room) return { ...made, rows: [words.join(" ")] };
  if (item.rows > 1) {
    made.em = em * SMALLER;
    font(context, item.weight, made.em);
  }
  made.rows = broken(context, words, room, item.rows);
  return made;
}

/** Rows filled in turn; a word wider than a row is cut, and so is the end of the text. */
export function broken(context, words, room, rows) {
  const out = [];
  const rest = [...words];
  const fits = (row) => context.measureText(row).width <= room;
  while (rest.length && out.length < rows) {
    let row = "";
    while (rest.length && fits(row ? `${row} ${rest[0]}` : rest[0])) row = row ? `${row} ${rest.shift()}` : rest.shift();
    const isLast = out.length === rows - 1;
    if (rest.length && (isLast || !row)) {
      let letters = [...(row ? `${row} ${rest[0]}` : rest[0])];
      while (letters.length && !fits(`${letters.join("").trimEnd()}…`)) letters = letters.slice(0, -1);
      row = `${letters.join("").trimEnd()}…`;
      if (!isLast) rest.shift();
    }
    out.push(row);
  }
  return out;
}

/** Pixels of the widest row. */
export function widthOf(context, { rows, weight, em }) {
  font(context, weight, em);
  return Math.max(0, ...rows.map((row) => context.measureText(row).width));
}

/** Where a row's letters stand, from the top of its line box. */
export const baseline = (numbers, top, leading, em) => top + (leading - em) / 2 + numbers.baseline * em;

export function draw(context, row, { weight, em }, x, y) {
  font(context, weight, em);
  context.fillText(row, x, y);
}
