/* How dark the picture must be under type, measured on the picture: the server's rules, on fewer points. */
const ROWS = 96;
const STEPS = 32;
const TINT_OF_COLOUR = 1.6;

/** {rows: strengths from top to bottom, glass, opacity by name}. `seen` are small pictures of the frame. */
export function choose(numbers, { places, items, seen, scale, high, short, colours }) {
  const rules = numbers.scrim;
  const wanted = new Array(ROWS).fill(0);
  const margin = rules.margin * short;
  const found = { glass: numbers.glass.least, opacity: {} };
  const texts = Object.entries(places).map(([name, place]) => ({ name, place, ...needs(numbers, name, items, colours) }));
  if (places.lyric_now) {
    const { unsung, unsung_lifted: lifted } = numbers.lyrics;
    texts.push({ name: "lyric_unsung", place: places.lyric_now, ink: light(colours.ink), opacity: unsung, lifted, needed: numbers.ink.large });
  }
  const { rest_opacity: opacity } = numbers.bars;
  texts.push({ name: "bars_rest", place: places.bars, ink: light(colours.ink), opacity, lifted: 0.6, needed: numbers.ink.rest });
  for (const text of texts) {
    text.under = under(text.place, seen, scale);
    const share = least(text, rules.most);
    if (text.onGlass) {
      found.glass = Math.max(found.glass, share);
      continue;
    }
    const [top, bottom] = [text.place.top - margin, text.place.bottom + margin].map((y) => (y / high) * (ROWS - 1));
    for (let row = Math.max(0, Math.floor(top)); row <= Math.min(ROWS - 1, Math.ceil(bottom)); row += 1) {
      wanted[row] = Math.max(wanted[row], share, rules.least);
    }
  }
  found.tint = tint(seen, rules.tint);
  found.rows = eased(wanted, (rules.reach * short * ROWS) / high, rules.deep);
  for (const text of texts) {
    const row = Math.min(ROWS - 1, Math.max(0, Math.round((text.place.top / high) * (ROWS - 1))));
    const share = text.onGlass ? 1 - (1 - found.rows[row]) * (1 - found.glass) : found.rows[row];
    let opacity_ = text.opacity;
    while (opacity_ < 1 && contrast(text, share, opacity_) < text.needed) opacity_ = Math.min(1, opacity_ + 0.02);
    found.opacity[text.name] = opacity_;
  }
  return found;
}

function needs(numbers, name, items, colours) {
  const item = items[name];
  const isLarge = name === "lyric_now" || name === "bars";
  return {
    ink: light(name === "bars" ? colours.accent : colours.ink),
    opacity: item.opacity ?? 1,
    lifted: item.lifted ?? item.opacity ?? 1,
    needed: isLarge ? numbers.ink.large : numbers.ink.text,
    onGlass: name === "artist" || name === "handle",
  };
}

const linear = (level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4);
const luminance = (r, g, b) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

function light(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [r, g, b];
}

/** [the 95th percentile, the median] of what lies under a place, as grey levels 0..1. */
function under({ left, top, right, bottom }, seen, scale) {
  const levels = [];
  for (const { data, width, height } of seen) {
    for (let y = Math.max(0, Math.floor(top * scale)); y < Math.min(height, bottom * scale); y += 1) {
      for (let x = Math.max(0, Math.floor(left * scale)); x < Math.min(width, right * scale); x += 1) {
        const at = 4 * (y * width + x);
        levels.push((0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]) / 255);
      }
    }
  }
  levels.sort((a, b) => a - b);
  return levels.length ? [levels[Math.floor(0.95 * (levels.length - 1))], levels[levels.length >> 1]] : [0, 0];
}

/** What the scrim lays down, sRGB 0..255: the pictures' own deep colour, as strong as they are coloured. */
function tint(seen, most) {
  let [u, v, weight] = [0, 0, 1e-6];
  for (const { data } of seen) {
    for (let at = 0; at < data.length; at += 64) {
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
      const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      const [blue, red] = [(b - luma) / 1.8556, (r - luma) / 1.5748];
      const size = Math.hypot(blue, red);
      u += blue * size;
      v += red * size;
      weight += size;
    }
  }
  const strength = Math.hypot(u, v) / weight;
  if (strength < 0.5) return [0, 0, 0];
  const scale = Math.min(most * (255 / 224), TINT_OF_COLOUR * strength) / Math.hypot(u, v);
  const [blue, red] = [u * scale, v * scale];
  return [1.5748 * red, -0.1873 * blue - 0.4681 * red, 1.8556 * blue].map((level) => Math.max(0, Math.round(level)));
}

function contrast({ ink, under: [bright, middle] }, share, opacity) {
  const dimmed = middle * (1 - share);
  const set = ink.map((level) => dimmed + (level - dimmed) * opacity);
  return (luminance(...set) + 0.05) / (linear(bright * (1 - share)) + 0.05);
}

function least(text, most) {
  for (let step = 0; step < STEPS; step += 1) {
    const share = (most * step) / (STEPS - 1);
    if (contrast(text, share, text.lifted) >= 1.04 * text.needed) return share;
  }
  return most;
}

function eased(wanted, reach, deep) {
  let most = 0;
  const rising = wanted.map((share) => (most = Math.max(most, share)));
  const begun = rising.findIndex((share) => share > 0);
  const rows = rising.map((share, row) => {
    const x = Math.min(1, Math.max(0, (row - begun) / Math.max(rising.length - begun, 1)));
    return share > 0 ? 1 - (1 - share) * (1 - deep * x) : 0;
  });
  const out = [...rows];
  rows.forEach((share, step) => {
    if (share - (rows[step - 1] ?? 0) <= 0.02) return;
    out.forEach((now, row) => {
      const x = Math.min(1, Math.max(0, (row - (step - reach)) / Math.max(reach, 1)));
      out[row] = Math.max(now, share * x * x * (3 - 2 * x));
    });
  });
  return out;
}
