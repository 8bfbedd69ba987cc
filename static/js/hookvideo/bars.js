/* The heights of the bars, heard from the hook's own sound as the server hears it: each bar follows a
   band of the spectrum and rests at the loudness of its own moment. */
const FPS = 30;

/** The hook's sound as one channel: {mono, rate}. */
export async function hear(data) {
  const rate = 44100;
  const context = new OfflineAudioContext(1, 1, rate);
  const sound = await context.decodeAudioData(data);
  const mono = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const one = sound.getChannelData(channel);
    for (let i = 0; i < mono.length; i += 1) mono[i] += one[i] / sound.numberOfChannels;
  }
  return { mono, rate };
}

/** Arrays of heights 0..1, one a frame. */
export function heights({ mono, rate }, frames, rules) {
  const bands = bandLevels(mono, rate, frames, rules);
  const loud = loudness(mono, rules.count);
  return bands.map((level) =>
    Float32Array.from(loud, (rest, bar) => {
      // Neighbours follow bands far apart: the row dances instead of leaning to its bass.
      const moved = level[(bar * 7 + Math.floor(bar / 3)) % rules.bands];
      const tall = rest * (0.3 + 0.7 * moved) + 0.25 * moved * (1 - rest);
      return Math.min(1, Math.max(rules.least, tall));
    }),
  );
}

function bandLevels(mono, rate, frames, rules) {
  const { window: size, bands } = rules;
  const shape = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
  const edges = Array.from({ length: bands + 1 }, (_, i) => {
    const hz = rules.low_hz * (rules.high_hz / rules.low_hz) ** (i / bands);
    return Math.max(1, Math.round((hz * size) / rate));
  });
  edges.forEach((edge, i) => {
    edges[i] = Math.max(edge, i + edges[0]);
  });
  const fft = new Fft(size);
  const levels = Array.from({ length: frames }, (_, frame) => {
    const begin = Math.floor((frame + 0.5) * (rate / FPS)) - size / 2;
    const power = fft.power((i) => (mono[begin + i] ?? 0) * shape[i]);
    return Array.from({ length: bands }, (_, band) => {
      let sum = 0;
      for (let bin = edges[band]; bin < edges[band + 1]; bin += 1) sum += power[bin];
      return 10 * Math.log10(sum / (edges[band + 1] - edges[band]) + 1e-4);
    });
  });
  const out = levels.map(() => new Float32Array(bands));
  for (let band = 0; band < bands; band += 1) {
    const sorted = levels.map((level) => level[band]).sort((a, b) => a - b);
    const low = sorted[Math.floor(0.12 * (frames - 1))];
    const span = Math.max(sorted[Math.floor(0.97 * (frames - 1))] - low, 9); // a steady tone is not blown up
    let now = null;
    levels.forEach((level, frame) => {
      const value = Math.min(1, Math.max(0, (level[band] - low) / span));
      now ??= value;
      now += (value > now ? rules.attack : rules.release) * (value - now);
      out[frame][band] = now;
    });
  }
  return out;
}

function loudness(mono, count) {
  const step = mono.length / count;
  const rms = Array.from({ length: count }, (_, i) => {
    let sum = 0;
    const [from, to] = [Math.floor(i * step), Math.floor((i + 1) * step)];
    for (let at = from; at < to; at += 1) sum += mono[at] * mono[at];
    return Math.sqrt(sum / Math.max(1, to - from));
  });
  const most = Math.max(...rms);
  if (most < 1e-4) return rms.map(() => 0);
  const least = Math.min(...rms) / most;
  return rms.map((one) => 0.26 + 0.74 * Math.min(1, Math.max(0, (one / most - least) / Math.max(1 - least, 0.25))));
}

class Fft {
  constructor(size) {
    this.size = size;
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
    this.cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
  }

  /** Squared magnitudes up to half the rate of what `sample(i)` gives. */
  power(sample) {
    const { size, re, im } = this;
    for (let i = 0, j = 0; i < size; i += 1) {
      re[j] = sample(i);
      im[j] = 0;
      let bit = size >> 1;
      while (bit && j & bit) {
        j ^= bit;
        bit >>= 1;
      }
      j |= bit;
    }
    for (let span = 1; span < size; span *= 2) {
      const step = size / (2 * span);
      for (let start = 0; start < size; start += 2 * span) {
        for (let k = 0; k < span; k += 1) {
          const [a, b, turn] = [start + k, start + k + span, k * step];
          const re2 = re[b] * this.cos[turn] - im[b] * this.sin[turn];
          const im2 = re[b] * this.sin[turn] + im[b] * this.cos[turn];
          re[b] = re[a] - re2;
          im[b] = im[a] - im2;
          re[a] += re2;
          im[a] += im2;
        }
      }
    }
    return Float64Array.from({ length: size / 2 + 1 }, (_, i) => re[i] * re[i] + im[i] * im[i]);
  }
}
