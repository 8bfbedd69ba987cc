// An image as the scenes read it: linear light, every level the average of the one above.

import { linear } from "./look.js";

const LIGHT = Float32Array.from({ length: 256 }, (_, code) => linear(code));
const LONGEST_PX = 1024;

/** Levels [{width, height, light}] of 8-bit sRGB RGBA whose first row is at the bottom. */
export function levels(bytes, width, height) {
  const light = new Float32Array(width * height * 4);
  for (let i = 0; i < light.length; i += 4) {
    light[i] = LIGHT[bytes[i]];
    light[i + 1] = LIGHT[bytes[i + 1]];
    light[i + 2] = LIGHT[bytes[i + 2]];
    light[i + 3] = 1;
  }
  const all = [{ width, height, light }];
  while (Math.max(all.at(-1).width, all.at(-1).height) > 1) all.push(halved(all.at(-1)));
  return all;
}

/** A file the visitor chose, at most 1024 px on its longer side. It stays in the browser. */
export async function fromFile(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(Math.round(bitmap.width * scale), 1);
  const height = Math.max(Math.round(bitmap.height * scale), 1);
  const paper = new OffscreenCanvas(width, height).getContext("2d");
  paper.imageSmoothingQuality = "high";
  paper.translate(0, height);
  paper.scale(1, -1); // first row at the bottom
  paper.fillRect(0, 0, width, height); // transparent parts on black, as the films do
  paper.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return levels(paper.getImageData(0, 0, width, height).data, width, height);
}

function halved({ width, height, light }) {
  const across = shrunk(light, width, height, 4, width * 4, Math.max(width >> 1, 1));
  const half = Math.max(width >> 1, 1);
  const both = shrunk(across, height, half, half * 4, 4, Math.max(height >> 1, 1), true);
  return { width: half, height: Math.max(height >> 1, 1), light: both };
}

// Area averages along one axis: `from` samples `step` apart in each of `lines` become `to`.
function shrunk(light, from, lines, step, stride, to, vertical = false) {
  if (from === to) return light;
  const out = new Float32Array(to * lines * 4);
  const outStep = vertical ? step : 4;
  const outStride = vertical ? 4 : to * 4;
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    const first = i * ratio;
    const last = Math.min(first + ratio, from);
    for (let k = Math.floor(first); k < last; k++) {
      const share = (Math.min(k + 1, last) - Math.max(k, first)) / ratio;
      for (let line = 0; line < lines; line++) {
        const source = line * stride + k * step;
        const target = line * outStride + i * outStep;
        for (let c = 0; c < 4; c++) out[target + c] += share * light[source + c];
      }
    }
  }
  return out;
}
