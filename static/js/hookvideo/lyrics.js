/* The hook's lyrics on a canvas: the line that is sung large, its words lit in time, its neighbours small. */
import { baseline, broken, font } from "./type.js";

const EARLY_S = 0.15; // a line stands a little before it is sung
const HELD_S = 1.0; // and a little after, where no other follows
const NEAR_S = 5;

/** What draws the lines, or null where none can be set. */
export function lyricsOf(context, items, lines, numbers, short) {
  const { lyric_now: now, lyric_previous: before, lyric_next: after } = items;
  const room = (now.right - now.left) * short;
  const rules = numbers.lyrics;
  const phrases = lines.map((line, n) => {
    const next = lines[n + 1]?.start ?? Infinity;
    const timed = line.words.length > 0;
    const words = timed ? line.words : [{ text: line.text, start: line.start, end: line.end }];
    let em = now.size * short;
    let rows = rowsOf(context, words, em, room);
    if (rows.length > now.rows) {
      em *= rules.shrink;
      rows = rowsOf(context, words, em, room).slice(0, now.rows);
    }
    return { rows, em, timed, text: line.text, appear: line.start - EARLY_S, vanish: Math.min(next - EARLY_S, line.end + HELD_S) };
  });
  const most = Math.max(...phrases.map(({ rows, em }) => rows.length * now.leading * em));
  const left = now.left * short;
  const right = now.right * short;
  const bottom = now.bottom * short;
  const gap = (now.top - before.bottom) * short;
  const size = (before.bottom - before.top) * short;
  const places = { lyric_now: { left, right, top: bottom - most, bottom } };
  if (lines.length > 1) {
    places.lyric_previous = { left, right, top: bottom - most - gap - size, bottom: bottom - most - gap };
    places.lyric_next = { left, right, top: after.top * short, bottom: after.bottom * short };
  }

  function draw(target, t, { ink, opacity }) {
    const n = phrases.findIndex(({ appear, vanish }) => t >= appear && t < vanish);
    if (n < 0) return;
    const phrase = phrases[n];
    const arrived = ease((t - phrase.appear) / rules.enter_s);
    const strength = arrived * Math.min(1, (phrase.vanish - t) / rules.leave_s);
    const shift = (1 - arrived) * rules.rise * phrase.em;
    const leading = now.leading * phrase.em;
    const top = bottom - phrase.rows.length * leading + shift;
    target.save();
    target.fillStyle = ink;
    phrase.rows.forEach((row, at) => {
      const y = baseline(numbers, top + at * leading, leading, phrase.em);
      let x = left;
      font(target, now.weight, phrase.em);
      for (const word of row) {
        const share = phrase.timed ? Math.min(1, Math.max(0, (t - word.start) / Math.max(word.end - word.start, 0.05))) : 1;
        const width = target.measureText(word.text).width;
        target.globalAlpha = strength;
        target.fillStyle = lit(target, ink, x, width, share, opacity.lyric_unsung ?? rules.unsung);
        target.fillText(word.text, x, y);
        x += width + target.measureText(" ").width;
      }
    });
    target.fillStyle = ink;
    const aside = (text, item, edge, alpha) => {
      const em = item.size * short;
      font(target, item.weight, em);
      const [row] = broken(target, text.split(/\s+/), room, 1);
      target.globalAlpha = alpha * strength;
      target.fillText(row ?? "", left, baseline(numbers, edge, item.leading * em, em));
    };
    const previous = phrases[n - 1];
    if (previous && phrase.appear - previous.vanish < NEAR_S) {
      aside(previous.text, before, top - gap - size, opacity.lyric_previous ?? before.opacity);
    }
    const next = phrases[n + 1];
    if (next && next.appear - phrase.vanish < NEAR_S) aside(next.text, after, after.top * short + shift, opacity.lyric_next ?? after.opacity);
    target.restore();
  }

  return { draw, places };
}

const ease = (x) => 1 - (1 - Math.min(1, Math.max(0, x))) ** 3;

function rowsOf(context, words, em, room) {
  font(context, "bold", em);
  const rows = [];
  let row = [];
  for (const word of words.flatMap((one) => one.text.split(/\s+/).filter(Boolean).map((text) => ({ ...one, text })))) {
    const wide = context.measureText([...row, word].map(({ text }) => text).join(" ")).width;
    if (row.length && wide > room) {
      rows.push(row);
      row = [];
    }
    row.push(word);
  }
  if (row.length) rows.push(row);
  return rows;
}

function lit(context, ink, x, width, share, unsung) {
  if (share >= 1) return ink;
  const dim = `${ink}${Math.round(255 * unsung).toString(16).padStart(2, "0")}`;
  if (share <= 0) return dim;
  const light = context.createLinearGradient(x, 0, x + width, 0);
  light.addColorStop(Math.max(0, share - 0.1), ink);
  light.addColorStop(Math.min(1, share + 0.1), dim);
  return light;
}
