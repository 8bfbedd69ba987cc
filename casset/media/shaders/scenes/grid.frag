// title: Neon grid
// words: grid, synthwave, retro, eighties, 80s, neon, arcade, vaporwave, digital, future, virtual, computer, cyber, sunset, game, outrun
// sizes: EWS WS
// energy: 0.3 1.0
// tod: 0.0 1.0
// figure: none
// image: none
// motion: medium
// about: A wire landscape runs under a striped sun; its hills rise with bass and mid, a wave of light crosses it on each beat.
#include "common.glsl"

const int ROWS = 13;
const float STEP = .52;      // distance between rows
const float EYE = .30;

// Height of the land on one row of nodes: flat valley in the middle, hills outside, straight between nodes.
float land(float x, float hill, int row) {
  float n = x * 1.7, i = floor(n), f = n - i;
  uint k = uint(int(i)) * 747796405u + uint(row) * 2654435769u + uint(uSeed) * 2891336453u;
  vec2 a = vec2(rx(k), rx(k + 747796405u));
  a *= a * mix(vec2(.75 + .75 * uBass), vec2(.75 + .75 * uMid), step(.5, fract(a * 7.)));
  return mix(a.x, a.y, f) * hill;
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float hz = mix(-.04, -.10, T);
  vec2 f = par(q, .1), p = par(q, .35) - vec2(0., hz);
  float h = f.y - hz;

  // Sky, stars, sun with stripes.
  vec3 c = mix(S3 * .42 + S2 * .12, S1 * .55, smoothstep(.0, .30, h));
  c = mix(c, S1 * .20 + S0 * .2, smoothstep(.15, .75, h)) * (.6 + .7 * day());
  vec2 sg = f * 38.;
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si);
  c += S4 * smoothstep(.11, .02, length(sg - vec2(si) - .2 - .6 * sr.xy)) * step(.80, sr.z) * smoothstep(.10, .45, h) * (.35 + .6 * uTreb * step(.5, sr.x));
  float R = mix(.27, .255, T);
  vec2 sun = f - vec2(0., hz + mix(.215, .27, T));
  float d = length(sun), disc = smoothstep(px, -px, d - R);
  float down = sat(.5 - sun.y / (2. * R));                                        // 0 top .. 1 bottom
  float bar = fract(down * 9. - t * .10), cut = mix(-.1, .62, smoothstep(.34, 1., down));
  float w = 9. / (2. * R) * px;
  float stripe = smoothstep(cut - w, cut + w, bar) * smoothstep(1. + w, 1. - w, bar + .0) + step(down, .34) * 1.;
  vec3 face = mix(S4 * 1.5, S3 * 1.35, smoothstep(.05, .75, down));
  face = mix(face, S2 * .7 + S3 * .6, smoothstep(.7, 1.05, down));
  c += (S3 * .75 + S2 * .10) * exp(-max(d - R, 0.) * 5.) * (.55 + .35 * uPulse + .2 * uLevel);
  c = mix(c, face * (.92 + .15 * uPulse), disc * sat(stripe));
  c += S3 * .5 * exp(-abs(h) * 16.);
  // Thin cloud bands lit from below.
  float band = n2(vec2(f.x * 1.6 + t * .02, h * 26.)) * smoothstep(.05, .16, h) * smoothstep(.5, .2, h);
  c += (S3 * .5 + S2 * .25) * smoothstep(.62, .9, band) * .45;

  // The land, far rows first. Below row k+1 lies the strip between it and row k; the loop only finds
  // the nearest strip under this pixel, which is drawn once afterwards.
  float go = t * .55 / STEP, i0 = floor(go), part = go - i0;
  float tall_ = 1.15 * (.65 + .35 * uLevel + .3 * uDensity);
  float crest = -9., zA = 9., yA = -.02, zB = 10., yB = -.02, low = -9., hB = 0.;
  float zFar = 0., yFar = 0.;
  for (int k = ROWS; k >= 0; k--) {
    float z = (float(k) + 1. - part) * STEP, x = p.x * z, far = abs(x);
    float hill = smoothstep(.5, 2.8, far) * (.35 + .12 * far) * tall_;
    float hn = land(x, hill, k + 1 + int(i0)), y = (hn - EYE) / z;
    if (k < ROWS && p.y < yFar) { zA = z; yA = y; zB = zFar; yB = yFar; low = -9.; hB = hn; }
    low = max(low, y);                                   // the highest row in front of the strip
    crest = max(crest, y);
    zFar = z;
    yFar = y;
  }
  float m = smoothstep(px, -px, p.y - crest);
  float v = sat((p.y - yA) / max(yB - yA, 1e-4));
  float zi = 1. / mix(1. / zA, 1. / zB, v);
  float X = p.x * zi * 1.7, lw = .007 + zi * px * 1.2;                            // line width in the land's units
  float gx = abs(fract(X + .5) - .5) / 1.7;
  float gy = min(abs(p.y - low), abs(p.y - yB)) * zi * .8;
  float g1 = min(gx, gy);
  float line = smoothstep(lw, lw * .35, g1) * min(1., .011 / lw + .25);
  float glow = .0035 / (.010 + g1 * g1 * 9.);
  float up = sat(hB * 2.2), beat = gauss((zi - fract(uBeat) * 9.) * .8) * uPulse;
  vec3 hue = mix(S3 * 1.25, S2 * 1.9, sat(up * 1.2 + .12));
  vec3 strip = S0 * .22 + S1 * .07 * (.4 + up) + S3 * .035 * sat(v * up);
  strip += S3 * exp(-abs(p.x) * 3.5 / (R * 2.)) * (1. - up) * .12 * smoothstep(.5, 5., zi);   // the sun on the flat land
  strip += hue * (line * (.55 + .35 * uLevel) + glow * .25) * (1. + 1.1 * beat);
  c = mix(c, mix(S3 * .42 + S2 * .10, strip, exp(-zi * .16)), m);
  c += (S3 * .8 + S4 * .2) * exp(-abs(p.y + .012) * 75.) * exp(-p.x * p.x * 3.) * (.35 + .35 * uBass);
  outColor = vec4(lit(c * 1.25), 1.);
}
