/* A hook video made in the browser: the loop is decoded frame by frame, drawn on and encoded; the
   sound's packets are copied. Loaded when it is pressed. The encoder writes full-range colour, which
   some players show a little darker: the server's film is the one that counts. */
import {
  BlobSource, BufferTarget, CanvasSink, CanvasSource, EncodedAudioPacketSource, EncodedPacketSink, Input, MP4,
  Mp4OutputFormat, Output,
} from "../vendor/mediabunny.min.js";
import { bitsFor, configOf } from "./able.js";
import { hear, heights } from "./bars.js";
import { Drawing } from "./drawing.js";
import { picture } from "./preview.js";
import { ready } from "./type.js";

const FPS = 30;
const LOOKED_AT = 6; // moments of the loop for the scrim

async function blobOf(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.blob();
}

/** {blob, metadata}. Throws where the browser cannot, and when `signal` says stop. */
export async function make(numbers, data, aspect, quality, { signal, progress }) {
  const { width, height } = configOf(numbers, aspect, quality);
  const [sound, cover, avatar] = await Promise.all([blobOf(data.soundUrl, signal), picture(data.coverUrl), picture(data.avatarUrl), ready()]);
  const heard = await hear(await sound.arrayBuffer());
  const audio = await new Input({ source: new BlobSource(sound), formats: [MP4] }).getPrimaryAudioTrack();
  const seconds = await audio.computeDuration();
  const frames = Math.max(1, Math.round(seconds * FPS));
  const tall = heights(heard, frames, numbers.bars);

  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  const drawing = new Drawing(numbers, { ...data, hookDurationSec: seconds }, aspect, [width, height], { cover, avatar });
  const loop = data.visual ? await loopOf(data.visual, signal) : null;
  const looks = loop ? await loop.some(LOOKED_AT) : [];
  drawing.survey(looks);

  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target: new BufferTarget() });
  const video = new CanvasSource(canvas, { codec: "avc", fullCodecString: "avc1.640028", bitrate: bitsFor(quality, seconds), latencyMode: "quality" });
  const words = new EncodedAudioPacketSource("aac");
  output.addVideoTrack(video, { frameRate: FPS });
  output.addAudioTrack(words);
  await output.start();
  try {
    await copySound(audio, words);
    const pictures = loop?.frames();
    for (let n = 0; n < frames; n += 1) {
      signal.throwIfAborted();
      const shown = pictures ? (await pictures.next()).value : null;
      drawing.frame(context, shown, (n + 0.5) / FPS, tall[n], (n + 1) / frames);
      await video.add(n / FPS, 1 / FPS);
      progress(n / frames);
    }
    await pictures?.return();
    await output.finalize();
  } catch (fault) {
    await output.cancel().catch(() => {});
    throw fault;
  }
  const blob = new Blob([output.target.buffer], { type: "video/mp4" });
  return {
    blob,
    metadata: { width, height, fps: FPS, durationSec: frames / FPS, sizeBytes: blob.size, attribution: data.attribution },
  };
}

async function copySound(track, source) {
  const packets = new EncodedPacketSink(track);
  const meta = { decoderConfig: await track.getDecoderConfig() };
  for await (const packet of packets.packets()) await source.add(packet, meta);
  source.close();
}

/** The loop's frames in order, round and round. */
async function loopOf({ loopUrl }, signal) {
  const track = await new Input({ source: new BlobSource(await blobOf(loopUrl, signal)), formats: [MP4] }).getPrimaryVideoTrack();
  const sink = new CanvasSink(track, { poolSize: 2 });
  const seconds = await track.computeDuration();
  return {
    async *frames() {
      for (;;) for await (const { canvas } of sink.canvases()) yield canvas;
    },
    async some(count) {
      const copies = [];
      for (let n = 0; n < count; n += 1) {
        const found = await sink.getCanvas((n * seconds) / count);
        if (found) copies.push(await createImageBitmap(found.canvas));
      }
      return copies;
    },
  };
}
