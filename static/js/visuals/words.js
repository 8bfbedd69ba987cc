/* The hook's words while they are sung: WebVTT with a time before each word. */
const TIME = /(?:(\d+):)?(\d\d):(\d\d)\.(\d\d\d)/;
const SPLIT = /<((?:\d+:)?\d\d:\d\d\.\d\d\d)>/;
const plain = (text) => text.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function seconds(stamp) {
  const [, hours = 0, minutes, whole, thousandths] = TIME.exec(stamp);
  return 3600 * hours + 60 * Number(minutes) + Number(whole) + thousandths / 1000;
}

/** Cues [{start, end, words: [{text, start, end}]}] of a file's text; what is no cue is left out. */
export function cuesOf(text) {
  const cues = [];
  for (const block of text.replace(/\r/g, "").split(/\n\n+/)) {
    const rows = block.trim().split("\n");
    const at = rows.findIndex((row) => row.includes("-->"));
    if (at < 0) continue;
    const [start, end] = rows[at].split("-->").map((stamp) => seconds(stamp));
    const pieces = rows.slice(at + 1).join(" ").split(SPLIT);
    const words = [{ text: pieces[0], start }];
    for (let i = 1; i < pieces.length; i += 2) words.push({ text: pieces[i + 1], start: seconds(pieces[i]) });
    const said = words.map((word) => ({ ...word, text: plain(word.text) })).filter((word) => word.text.trim());
    said.forEach((word, i) => {
      word.end = said[i + 1]?.start ?? end;
    });
    if (said.length) cues.push({ start, end, words: said });
  }
  return cues;
}

/** Shows the line of the moment in `place`; between lines the last one stays, then the next. */
export class Words {
  constructor(place, cues) {
    Object.assign(this, { place, cues, shown: null, spans: [] });
    this.rest = [...place.childNodes];
  }

  at(now) {
    if (!this.cues.length) return;
    const cue = this.cues.findLast((one) => one.start <= now + 0.05) ?? this.cues[0];
    if (cue !== this.shown) this.#put(cue);
    this.spans.forEach((span, i) => {
      const { start, end } = cue.words[i];
      const state = now >= end ? "sung" : now >= start ? "singing" : "";
      if (span.className !== state) span.className = state;
      if (state === "singing") span.style.setProperty("--p", `${(100 * (now - start)) / Math.max(end - start, 0.05)}%`);
    });
  }

  #put(cue) {
    this.shown = cue;
    this.spans = cue.words.map(({ text }) => {
      const span = document.createElement("span");
      span.textContent = text;
      return span;
    });
    this.place.replaceChildren(...this.spans);
  }
}
