// title: Light trails
// words: road, highway, traffic, light trail, street, car, motorway, freeway, night, speed, rush, long exposure, journey
// sizes: EWS WS
// energy: 0.3 1.0
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: fast
// about: Long-exposure trails of cars; a surge of light runs down the road on each beat, level adds lanes.
#include "common.glsl"
// Trails of one carriageway: X across, depth along it, lane cells of width 1.
float trails(float X, float depth, float layer, float wide) {
  float id = floor(X), u = X - id - .5;
  uint h = pcg(uint(int(id) + 64) + pcg(uint(int(layer)) + uint(uSeed) * 977u));
  float a = uf(h), b = uf(h * 747796405u);
  float x = abs(u - (a - .5) * .6 - .05 * sn(depth * .5 + b * 9.));
  float on = step(1. - (.35 + .35 * uDensity + .3 * uLevel), b);
  return on * (smoothstep(.05 + wide, .0, x) + .22 * ex(-x * 9.)) * (.3 + .9 * n1(depth * .8 + 40. * a));
}
void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), side = sign(take(.6180) - .5);
  vec2 f = par(q, .12);
  vec2 v = vec2(side * mix(.12, .04, T), mix(.12, .17, T)); // the vanishing point
  vec2 p = f - v;
  // evening sky over a skyline
  vec3 c = mix(skyc(p.y * .9) * .55, S2 * .34 + S1 * .25, .5 * (1. - noon()));
  c += (S3 * .55 + S2 * .2) * ex(-abs(p.y) * 10.) * (.8 + .4 * uBass);
  c += (.7 + .3 * S4) * starfield(f, px) * night() * smoothstep(.1, .3, p.y);
  for (int L = 0; L < 2; L++) {
    float k = float(L), X = p.x * mix(24., 13., k) + k * 7.3, id = floor(X);
    vec3 r = h3(ivec2(int(id), 61 + L));
    float top = .012 + mix(.15, .10, k) * r.x * r.x * (.6 + .6 * ex(-abs(p.x) * 2.)) * (1. + .5 * T);
    float m = smoothstep(px, -px, p.y - top) * step(0., p.y);
    vec2 g = vec2(X * 5., p.y * mix(150., 110., k));
    float lamp = step(1. - .15 - .25 * uDensity, h2(ivec2(floor(g)) + 17 * L)) * step(.3, fract(g.x)) * step(.35, fract(g.y));
    vec3 wall = mix(S1 * .26 + S2 * .10 + S3 * .06, S0 * .4 + S1 * .08, k) + azure() * .25 * noon();
    c = mix(c, wall + (S3 * .8 + S4 * .4) * lamp * (.45 + .3 * r.z) * (1. - .8 * noon()), m);
  }
  // the road: depth grows to the horizon; it bends out of sight
  float y = max(-p.y, .0015), z = .16 / y, far = log2(1. + z);
  float X = (p.x + side * .030 * z * ex(-y * 5.)) * z / .16;
  float grain = n2(vec2(X * 9., z * 6.));
  vec3 ground = mix(S0 * .30 + S1 * .10 + S2 * .05, S0 * .5 + S2 * .22, noon()) * (.75 + .5 * grain);
  ground += (S3 * .22 + S2 * .08) * ex(-y * 9.);
  ground = mix(ground, S0 * .22 + S1 * .05, smoothstep(3.1, 3.6, abs(X)));
  ground += (S4 * .5 + S3 * .2) * smoothstep(.05, .02, abs(abs(X) - 2.95)) * .30 * ex(-z * .05);
  // two carriageways of light; a surge comes down one and runs up the other with each beat
  float wide = .012 + .010 * far;
  float near = gauss((fract(far * .30 + uBeat) - .5) / .20), away = gauss((fract(far * .30 - uBeat) - .5) / .20);
  float come = trails(X * 1.9, z * .35 + t * 1.1, 1., wide) + .8 * trails(X * 3.3 + .5, z * .3 + t * 1.6, 2., wide * 1.6);
  float go = trails(X * 1.9 + .4, z * .35 - t * .9, 3., wide) + .8 * trails(X * 3.3 + .2, z * .3 - t * 1.3, 4., wide * 1.6);
  come *= smoothstep(.10, .25, X * side) * smoothstep(3.0, 2.7, X * side);
  go *= smoothstep(.10, .25, -X * side) * smoothstep(3.0, 2.7, -X * side);
  float haze = smoothstep(.0, .03, y);
  vec3 white = mix(S4 * 1.2, S3 * .9, .25), red = mix(S3 * .9, S2 * 1.6, .55);
  ground += white * come * haze * (.40 + 1.3 * near * (.25 + .95 * uPulse)) * (.75 + .4 * uLevel);
  ground += red * go * haze * (.45 + 1.2 * away * (.25 + .95 * uPulse)) * (.75 + .4 * uLevel);
  c = mix(c, ground, smoothstep(-px, px, -p.y));
  c += (S4 * .4 + S3 * .5) * ex(-length(p * vec2(1., 2.6)) * 8.) * (.45 + .35 * uPulse + .25 * uBass);
  // lamps along the verge, out of focus when near
  for (int i = 0; i < 6; i++) {
    float k = (float(i) + fract(t * .05)) / 6., iz = 1. / mix(7., .75, k);
    for (int j = 0; j < 2; j++) {
      float s = j == 0 ? 1. : -1.;
      vec2 L = vec2(s * .56 * iz - side * .03 * ex(-.8 * iz) / iz * .16, .34 * iz);
      vec2 d = p - L;
      float r = length(d), R = .004 + .016 * iz;
      float seen = smoothstep(0., .15, k) * smoothstep(1., .85, k);
      float pole = smoothstep(px, -px, max(abs(d.x - s * .03 * iz) - .0022 * iz, max(d.y, -p.y - .16 * iz)));
      c = mix(c, S0 * .25 + S1 * .05, pole * seen * .8);
      c += (S4 * .7 + S3 * .7) * seen * (smoothstep(R, R * .7, r) * .8 + .0006 * iz / (r * r + .002)) * (.6 + .6 * uPulse) * (1. - .7 * noon());
    }
  }
  // someone on the bridge over it all, at the railing
  vec2 w = par(q, .9);
  float e = ext().y / max(uCam.z, .2), rail = -e + mix(.20, .26, T), tall_ = mix(.62, .56, T);
  float bars = min(max(abs(w.y - rail) - .007, -1.), max(abs(fract(w.x * 9.) - .5) / 9. - .0035, w.y - rail));
  bars = min(bars, abs(w.y + e - .03) - .008);
  float m = smoothstep(px, -px, bars) * sat(uFigure);
  c = mix(c, S0 * .14 + S1 * .02 + S3 * .25 * smoothstep(rail + .003, rail + .007, w.y) * (.5 + .5 * uPulse), m);
  vec2 feet = vec2(-side * mix(.36, .08, T), -e - .14);
  c = person(c, standing((w - feet) / tall_, dressed()) * tall_, px, S0 * .12 + S1 * .02, (S3 * .6 + S4 * .25) * (.45 + .75 * uPulse));
  outColor = vec4(lit(c * 1.25 * (.92 + .16 * uLevel)), 1.);
}
