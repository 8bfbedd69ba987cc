/* Whether this browser can make a hook video itself: asked before anything large is loaded. */
import { frameSize } from "./layout.js";

const SHORT_PX = { high: 1080, standard: 1080, low: 720 };
const BITS = { high: 8_000_000, standard: 5_000_000, low: 2_500_000 };
const CODEC = "avc1.640028"; // High 4.0: the first level that takes 1080x1920

/** The encoder's configuration for a shape and quality. */
export function configOf(numbers, aspect, quality) {
  const [width, height] = frameSize(numbers, aspect, SHORT_PX[quality]);
  return { codec: CODEC, width, height, bitrate: BITS[quality], framerate: 30, latencyMode: "quality" };
}

/** Under 15 MB with the sound, whatever the length. */
export const bitsFor = (quality, seconds) => Math.min(BITS[quality], Math.floor((14_000_000 * 8) / seconds) - 200_000);

export async function able(numbers, aspect, quality) {
  if (!("VideoEncoder" in window && "VideoDecoder" in window && "OfflineAudioContext" in window)) return false;
  try {
    const { supported } = await VideoEncoder.isConfigSupported(configOf(numbers, aspect, quality));
    return Boolean(supported);
  } catch {
    return false;
  }
}
