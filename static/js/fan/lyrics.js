/* The words as they are sung: the line before, this one word by word, the next. */
const AHEAD_S = 0.35; // a line comes a moment before it is sung
const REST_S = 5; // without a word for so long, the last line fades

export class Lyrics {
  /** `lines`: [begins, ends, [[begins, text], …]] in seconds, in their order. */
  constructor(element, lines) {
    this.element = element;
    this.lines = lines;
    this.shown = -1;
    this.words = [];
  }

  at(time) {
    if (!this.lines.length) return;
    let index = 0;
    while (index + 1 < this.lines.length && this.lines[index + 1][0] <= time + AHEAD_S) index += 1;
    if (index !== this.shown) this.show(index);
    const [begins, ends] = this.lines[index];
    const next = this.lines[index + 1]?.[0] ?? Infinity;
    this.element.classList.toggle("resting", time > ends + REST_S && time < next - 1);
    if (time < begins - REST_S && index === 0) this.element.classList.remove("resting");
    for (const word of this.words) {
      const share = (time - word.begins) / Math.max(0.05, word.ends - word.begins);
      const state = share >= 1 ? "sung" : share > 0 ? "singing" : "";
      if (word.element.className !== state) word.element.className = state;
      if (state === "singing") word.element.style.setProperty("--p", `${Math.round(share * 100)}%`);
    }
  }

  show(index) {
    const [, ends, words] = this.lines[index];
    const now = line("now", "");
    this.words = words.map(([begins, text], at) => {
      const element = document.createElement("span");
      element.textContent = text;
      now.append(element);
      return { element, begins, ends: words[at + 1]?.[0] ?? ends };
    });
    const fresh = [now];
    if (index > 0) fresh.unshift(line("past", said(this.lines[index - 1])));
    if (index + 1 < this.lines.length) fresh.push(line("next", said(this.lines[index + 1])));
    // New elements, not moved ones: what moves would count as a shift of the layout.
    this.element.replaceChildren(...fresh);
    if (this.shown >= 0) this.element.classList.add("fresh");
    this.shown = index;
  }
}

const said = ([, , words]) => words.map(([, text]) => text).join("").trim();

function line(kind, text) {
  const made = document.createElement("p");
  made.className = kind;
  made.textContent = text;
  return made;
}
