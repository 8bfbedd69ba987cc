// DUOTONE: the image as a two-colour print of the palette, with a screen of dots and inks out of register.
// Music: pulse swells the dots, bass pushes the second ink aside, level adds ink, onset shifts the screen.
#include "common.glsl"
#include "plate.glsl"
float ink(vec2 q, float tone, float angle, float pitch, float px) { // a screen of round dots, 0 paper .. 1 ink
  float co = sn(angle + 1.5708), si = sn(angle);
  vec2 g = mat2(co, -si, si, co) * q / pitch, f = fract(g) - .5;
  float r = sqrt(sat(tone) * .46);
  float edge = px / pitch * 1.2;
  return max(smoothstep(r + edge, r - edge, length(f)), smoothstep(.80, 1., tone));
}
void main() {
  vec2 q = lens(), w = par(q, .7);
  float px = px1(), t = uTime, full = alike();
  vec2 half_ = mix(inside(.90), filling(), full) * (1. + .008 * uPulse);
  float lod = sharpLod(half_) + .6;
  vec2 off = (vec2(.0035, -.0025) + .010 * uBass * vec2(sn(t * .4), sn(t * .31 + 1.))) * (1. + .8 * uPulse);
  vec2 uv = .5 + .5 * w / half_, uw = .5 + .5 * (w + off) / half_;
  float first = sqrt(luma(imgBlur(sat(uv), lod))), second = sqrt(luma(imgBlur(sat(uw), lod)));
  float m = plate(w, half_, px), n = plate(w + off, half_, px);
  // paper: the palette's light, with fibres
  vec3 paper = mix(S4, vec3(1.), .25) * (.86 + .06 * n2(q * vec2(70., 190.)) + .05 * n2(q * 9.));
  vec3 deep = mix(S1, S0, .25) * .8, warm = mix(S3, S2, .12 + .2 * sn(t * .05));
  float pitch = .0104;
  vec2 slip = vec2(.25, .1) * uOnset * pitch;
  // lights take the warm ink, shadows the deep one
  float a = ink(q, mix(.16, 1.08, smoothstep(1.02, .28, second)) * (.80 + .22 * uPulse + .12 * uLevel), 1.31, pitch, px);
  float b = ink(q + slip, smoothstep(.62, .05, first) * (.92 + .22 * uPulse), .26, pitch, px);
  vec3 c = paper;
  c = mix(c, c * warm * 1.35, a * n);
  c = mix(c, deep, b * m);
  // around the print: flat ink, with a large dot screen that follows the beat
  vec2 d = abs(w) - half_;
  float away = max(max(d.x, d.y), 0.);
  float big = ink(w + .5, sat(.62 - 1.1 * away + .28 * uPulse * uLevel) * .8, .78, .050, px);
  vec3 ground = mix(mix(deep, S2, .22), mix(warm, S2, .5) * .9, big);
  float sheet = max(max(m, n), plate(w, half_ + .016, px));
  c = mix(c, ground * (1. - .7 * shadow(w, half_ + .016)), (1. - sheet) * (1. - full));
  outColor = vec4(print_(c * (.94 + .08 * uLevel)), 1.);
}
