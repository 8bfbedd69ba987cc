/* Where everything stands on a hook video: the server's own numbers (layout.json) read as the server
   reads them. Lengths are shares of the frame's short side. */

/** Every part by name, {left, top, right, bottom, …}; parts without content take no room. */
export function boxes(numbers, aspect, { titleRows = 1, attribution = true, lyrics = true, handle = true } = {}) {
  const shape = numbers.aspects[aspect];
  const rows = { title: titleRows, watermark: 1, attribution: Number(attribution) };
  const found = artist(shape.artist, handle);
  for (const column of shape.columns) {
    let { bottom } = column;
    for (const item of column.items) {
      const count = rows[item.name] ?? item.rows ?? 1;
      if (!count || (item.name.startsWith("lyric") && !lyrics)) continue;
      const height = item.height ?? count * (item.leading ?? 0) * (item.size ?? 0);
      found[item.name] = { ...item, rows: count, left: column.left, right: column.right, top: bottom - height, bottom };
      bottom -= height + item.gap;
    }
  }
  return found;
}

function artist(given, hasHandle) {
  const { avatar: side, pad } = given;
  const glass = { left: given.left, top: given.top, right: given.right, bottom: given.top + side + 2 * pad };
  const top = glass.top + pad;
  const found = { glass, avatar: { left: glass.left + pad, top, right: glass.left + pad + side, bottom: top + side } };
  const left = found.avatar.right + given.gap;
  const lines = [["artist", given.name], ...(hasHandle ? [["handle", given.handle]] : [])];
  let at = top + (side - lines.reduce((sum, [, line]) => sum + 1.2 * line.size, 0)) / 2;
  for (const [name, line] of lines) {
    found[name] = { ...line, rows: 1, leading: 1.2, left, right: glass.right - given.end, top: at, bottom: at + 1.2 * line.size };
    at = found[name].bottom;
  }
  return found;
}

const UPRIGHT_BELOW = 0.8;
const PORTRAIT_BELOW = 0.95;
const even = (length) => Math.max(0, 2 * Math.round(length / 2));

/** What of a source goes where on a frame, as `drawImage` wants it; `backdrop`: the rest is filled by itself, blurred. */
export function fit(rules, [width, height], [wide, high]) {
  const ratio = width / height;
  const wanted = wide / high;
  const cropped = (zoom) => {
    const scale = Math.max(wide / width, high / height) * zoom;
    const [sw, sh] = [Math.min(width, even(wide / scale)), Math.min(height, even(high / scale))];
    return { sx: even((width - sw) / 2), sy: even((height - sh) / 2), sw, sh, dx: 0, dy: 0, dw: wide, dh: high };
  };
  if (Math.abs(ratio / wanted - 1) <= rules.same) return cropped(1);
  const upright = wanted < UPRIGHT_BELOW;
  if (ratio > wanted && !(upright && ratio < PORTRAIT_BELOW)) return cropped(rules.zoom);
  if (!upright && ratio / wanted >= rules.keep) return cropped(rules.zoom);
  const scale = Math.min(wide / width, high / height);
  const [dw, dh] = [Math.min(wide, even(width * scale)), Math.min(high, even(height * scale))];
  const dx = wanted > 1.25 ? wide - dw : even((wide - dw) / 2);
  return { sx: 0, sy: 0, sw: width, sh: height, dx, dy: even((high - dh) / 2), dw, dh, backdrop: true };
}

/** Width and height of an aspect at `shortSide` pixels, both even. */
export function frameSize(numbers, aspect, shortSide) {
  const [width, height] = numbers.aspects[aspect].size;
  const scale = shortSide / Math.min(width, height);
  return [even(width * scale), even(height * scale)];
}
