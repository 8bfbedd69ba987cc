// From a look to the uniforms of one frame: the same sums as the offline renderer's camera.py,
// colours.py and renderer.py, held equal by a test. A look has the fields of casset.media.shaders.look.

export const REST = Object.freeze({
  uBeat: 0, uPulse: 0, uBar: 0, uEnergy: 0, uBass: 0, uMid: 0, uTreb: 0, uOnset: 0, uLevel: 0, uProg: 0,
});

/** Every uniform of one frame but the size and the image. `grade` is {vignette, black_lift}. */
export function uniforms(look, frame, shotFrames, music, { fps, grade }) {
  const framed = framing(look, frame, shotFrames, fps);
  return {
    uTime: look.clock + (look.speed * frame) / fps,
    uSeed: look.seed,
    uPal: linearPalette(look.palette),
    uTod: look.tod,
    uDensity: look.density,
    uFigure: look.figure,
    uFin: [look.exposure, 0, grade.vignette, grade.black_lift],
    uCam: framed.cam,
    uShake: framed.shake,
    uCentre: framed.centre,
    ...REST,
    ...music,
  };
}

/** Where the camera is at one frame of a shot. */
export function framing(look, frame, shotFrames, fps) {
  const seconds = frame / fps;
  const length = Math.max(shotFrames, 1) / fps;
  const along = Math.min(frame / Math.max(shotFrames - 1, 1), 1);
  const amount = look.move_amount;
  const eased = 0.5 * along + 0.5 * along * along * (3 - 2 * along);
  const swing = eased - 0.5;
  const travel = amount * Math.min(0.05 + 0.03 * length, 0.26);
  const dolly = amount * Math.min(0.05 + 0.028 * length, 0.26);
  let [panX, panY, zoom, roll, shake] = [0, 0, 1, 0, [0, 0]];
  switch (look.move) {
    case "push_in": zoom = 1 + dolly * eased; break;
    case "pull_out": zoom = 1 + dolly * (1 - eased); break;
    case "pan_left": panX = -travel * swing; break;
    case "pan_right": panX = travel * swing; break;
    case "tilt_up": panY = travel * 0.7 * swing; break;
    case "tilt_down": panY = -travel * 0.7 * swing; break;
    case "orbit":
      panX = travel * 1.2 * swing;
      zoom = 1 + 0.3 * dolly * (1 - (2 * swing) ** 2);
      roll = -0.05 * amount * swing;
      break;
    case "drift": {
      const [x, y] = wander(seconds * 0.35, look.seed);
      [panX, panY] = [0.05 * amount * x, 0.022 * amount * y];
      zoom = 1 + 0.4 * dolly * eased;
      break;
    }
    case "handheld": {
      const [x, y] = wander(seconds, look.seed);
      zoom = 1.03 + 0.25 * dolly * eased;
      shake = [0.0068 * amount * x, 0.0056 * amount * y];
      roll = 0.006 * amount * wander(seconds * 0.8, look.seed + 17)[0];
      break;
    }
  }
  return { cam: [panX, panY, zoom * look.zoom, look.roll + roll], shake, centre: [look.x, look.y] };
}

function wander(seconds, seed) {
  const s = (seed % 997) * 1.7;
  const { sin } = Math;
  const x = sin(1.9 * seconds + s) + 0.5 * sin(4.73 * seconds + 2 * s) + 0.25 * sin(8.9 * seconds + s);
  const y = sin(2.21 * seconds + 3 * s) + 0.5 * sin(4.17 * seconds + s) + 0.25 * sin(9.7 * seconds + 2 * s);
  return [x / 1.75, y / 1.75];
}

/** Five sRGB hex colours as 15 linear components. */
export function linearPalette(colours) {
  return colours.flatMap((colour) => [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16))));
}

/** One 8-bit sRGB code as light, 0..1 (IEC 61966-2-1). */
export function linear(code) {
  const coded = code / 255;
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}
