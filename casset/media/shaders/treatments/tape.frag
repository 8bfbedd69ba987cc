// TAPE: the image from a worn cassette: lines that pull sideways, colour that lags, a tracking band.
// Music: onset tears lines, bass bends the picture, treble adds snow, pulse brightens, level steadies the colour.
#include "common.glsl"
#include "plate.glsl"
void main() {
  vec2 q = lens(), w = par(q, .7);
  float t = uTime, px = px1();
  vec2 half_ = mix(inside(1.), filling(), alike()) * 1.02;
  // picture lines: 240 over the short side, each pulled by its own amount
  float line = floor((w.y + 2.) * 240.);
  float pull = (n1(line * .043 + t * 2.3) - .5) * .012 + (n1(line * .37 - t * 6.1) - .5) * .0035;
  float torn = smoothstep(.60, .95, n1(line * .021 + floor(t * 9.) * 3.7));
  pull += torn * (uf(pcg(uint(int(line)) + uint(int(t * 15.)) * 977u)) - .5) * (.012 + .10 * uOnset);
  pull += .020 * uBass * sn(w.y * 4. + t * 1.7) + .006 * sn(w.y * 11. - t * 3.1);
  // the tracking band creeps upwards
  float band = fract(t * .071 + h1(3)) * 2.6 - 1.3;
  float track = gauss((q.y - band * ext().y) * 9.);
  pull += track * (uf(pcg(uint(int(line)) * 31u + uint(int(t * 24.)))) - .5) * .16;
  // head switching at the bottom
  float foot = smoothstep(.045, .0, q.y + ext().y);
  pull += foot * (.10 + .05 * n1(t * 9. + line * .2));
  vec2 uv = .5 + .5 * vec2(w.x + pull, (line + .5) / 240. - 2.) / half_;
  float lod = sharpLod(half_);
  // sharp in light, smeared and late in colour
  vec3 c = extended(uv, lod + .4);
  float late = (.010 + .008 * uEnergy + .014 * uPulse) / half_.x;
  vec3 smear = imgBlur(mirrored(uv - vec2(1.5 * late, .002)), lod + 3.);
  float m = luma(c), k = luma(smear), on = within(uv);
  vec3 inner = imgBlur(mirrored(uv), lod + 1.);
  vec3 tint = smear - vec3(k);
  c = mix(c, vec3(m) + tint * (m / (k + .12) * .25 + .60 + .25 * uLevel), on);
  c.r += .35 * on * (luma(imgBlur(mirrored(uv - vec2(late * .8, 0.)), lod + 1.)) - luma(inner)); // a red ghost after bright edges
  // tape colours lean to the palette
  c = mix(c, mix(S0 + .01, S4, smoothstep(.0, .9, sqrt(max(m, 0.)))) * (.4 + m), .14);
  // lines, snow, band, beat
  float scan = .5 + .5 * sn((w.y + 2.) * 240. * TAU);
  c *= 1. - .16 * scan;
  float grain = uf(pcg(uint(int((w.x + 3.) * 420.)) + pcg(uint(int(line)) + uint(int(t * 30.)) * 7919u)));
  c += (grain - .5) * (.018 + .035 * uTreb) * (.4 + sqrt(max(m, 0.)));
  float fleck = step(.9965 - .012 * track - .02 * foot, grain);
  c += fleck * (.10 + .8 * track + .25 * uTreb);
  c *= .92 + .30 * uPulse + .06 * uLevel + .25 * track;
  outColor = vec4(print_(max(c, 0.)), 1.);
}
