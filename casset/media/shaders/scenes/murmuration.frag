// title: Murmuration
// words: bird, birds, flock, murmuration, starling, fly, flight, wing, freedom, free, migration, autumn, dusk, marsh, reed, sky
// sizes: EWS WS
// energy: 0.0 0.9
// tod: 0.1 0.9
// figure: optional
// image: none
// motion: medium
// about: Thousands of birds turn as one over a marsh; bass draws the flock out, onset sends a wave through it, pulse warms the low sun.
#include "common.glsl"

// Where the flock is: three drifting clouds of birds that stretch and cross.
float flock(vec2 p) {
  float t = uTime * .16;
  float sum = 0.;
  for (int i = 0; i < 3; i++) {
    float k = float(i) * 2.1 + 6. * h1(8);
    vec2 at = vec2(.34 * sn(t * (1. + .17 * float(i)) + k) , .10 * sn(t * 1.7 + k * 1.7)) * vec2(1. + .35 * uLevel, 1.);
    float turn = .7 * sn(t * 1.3 + k), s = sn(turn), c = sn(turn + 1.5708);
    vec2 d = mat2(c, -s, s, c) * (p - at);
    d *= vec2(2.9 - .6 * uBass, 8.5 - 1.5 * sn(t * 2. + k));
    sum += exp(-dot(d, d) * 1.25);
  }
  return sum;
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float shore = mix(-.235, -.34, T), dk = day();
  vec2 f = par(q, .1);
  float below = smoothstep(px, -px, f.y - shore), depth = max(shore - f.y, 0.);
  float wz = 1. / (depth + .04), wx = f.x * wz * .16;
  float rip = (n2(vec2(wx * 3., wz * 1.8 + t * .3)) - .5) * .7 + (n2(vec2(wx * 9., wz * 5. - t * .5)) - .5) * .3;
  vec2 m = vec2(f.x, mix(f.y, 2. * shore - f.y + rip * depth * .35, below));
  float h = m.y - shore;

  // Sky.
  float side = h1(2) < .5 ? -1. : 1.;
  vec2 sun = vec2(side * mix(.30, .14, smoothstep(1.6, 1., asp())), shore + .085 + .24 * (dk - .38));
  float d = length(m - sun);
  vec3 c = mix(S3 * .95 + S4 * .05, S2 * .66, smoothstep(.0, .34, h));
  c = mix(c, S1 * .62, smoothstep(.20, .85, h));
  float cl = fbm2(vec2(m.x * 1.3 + t * .01, h * 6.5 + 2.));
  float lit_ = smoothstep(.45, .75, cl);
  c = mix(c, mix(S3 * .75 + S2 * .25, S1 * .42 + S2 * .25, smoothstep(.62, .85, cl)), lit_ * smoothstep(.06, .25, h) * (.25 + .5 * uDensity));
  c += (S3 * .65 + S4 * .25) * exp(-d * 4.4) * (.6 + .45 * uPulse * (.4 + .6 * uLevel));
  c = mix(c, S4 * 1.6, smoothstep(.056, .052, d));

  // The flock: three nets of birds carried along different ways, thinned by where the flock is.
  vec2 at = vec2(mix(-.02, 0., T) - .10 * side, shore + mix(.36, .52, T));
  vec2 p = m - at + uCam.xy * .1;
  p.x *= mix(1., 1.25, T);
  float D = flock(p);
  float wave = .75 + .45 * sn(p.x * 7. - p.y * 4. - t * 2.2) + .6 * uOnset;
  float thick = smoothstep(.10, .85, D) * (.62 + .38 * uDensity), cover = 0.;
  for (int L = 0; L < 3; L++) {
    float k = float(L), sc = 62. + 18. * k;
    vec2 warp = .016 * vec2(sn(p.y * 11. + t * .9 + k * 2.), sn(p.x * 9. - t * .8 + k));
    vec2 g = R2 * (p + warp + vec2(t * (.050 - .034 * k) * side, .012 * sn(t * .5 + k * 3.))) * sc + 11.3 * k;
    ivec2 id = ivec2(floor(g));
    vec3 r = h3(id + L * 71);
    vec2 o = (g - vec2(id) - .5 - (r.xy - .5) * .5);
    o = vec2(.8 * o.x - .6 * o.y, .6 * o.x + .8 * o.y);                 // upright again
    float here = step(r.z, thick * (1. - .10 * k));
    float flap = sn(t * (9. + 4. * r.x) + r.y * 20.) * .55 + .15;
    float x = abs(o.x) / .36, y = o.y / .36 - flap * (x - .5 * x * x);
    float w = .26 * (1.05 - x);
    cover = max(cover, sat((w - abs(y)) * .34 / (sc * px * 1.0) + .55) * step(x, 1.) * here * (.62 + .38 * sat(wave) - .12 * k));
  }
  cover = max(cover, smoothstep(.35, 1.3, D) * (.16 + .14 * sat(wave)));                                // those too far to tell apart
  c = mix(c, S1 * .16 + S0 * .30 + S3 * .05, cover * smoothstep(.0, .06, h));

  // Far shore with a church, then water.
  float land = .012 + .022 * ridge3(m.x * 2.2 + 4.) + .012 * n1(m.x * 40.) * smoothstep(.3, .6, n1(m.x * 3.));
  float ch = abs(m.x + side * mix(.52, .30, T));
  land = max(land, step(ch, .010) * .062);
  land = max(land, .105 - ch * 6.5);
  land = max(land, step(abs(m.x + side * mix(.495, .275, T)), .022) * (.040 - .4 * abs(m.x + side * mix(.495, .275, T))));
  c = mix(c, S1 * .30 + S2 * .16 + S3 * .12 * exp(-d * 3.), smoothstep(px * 1.5, -px * 1.5, h - land));
  c = mix(c, S3 * .55 + S2 * .3, exp(-h * 34.) * .55 * (1. - below));
  float glint = smoothstep(.66, .95, n2(vec2(wx * 16., wz * 8. - t)) + rip * .2) * exp(-abs(f.x - sun.x) * 5.);
  vec3 water = c * .80 + S1 * .05 + (S4 * .9 + S3 * .3) * glint * (.35 + .6 * uPulse);
  water = mix(water, S1 * .20 + S0 * .2, sat(depth * 1.1));
  c = mix(c, water, below);

  // Reeds in front, bending in the wind, and someone who watches.
  vec2 n = par(q, .7);
  float tallness = mix(.30, .27, T);
  vec2 feet = vec2(-side * mix(.44, .24, smoothstep(1.6, 1., asp())), -ext().y - .02);
  float man = figure((n - feet) / tallness, uBar * TAU * 2.) * tallness;
  vec3 dark = S0 * .16 + S1 * .05;
  c = mix(c, dark + (S3 * .5 + S4 * .2) * smoothstep(-.006, .0, man) * .6, smoothstep(px, -px, man) * uFigure);
  for (int L = 0; L < 2; L++) {
    float k = float(L), sc = 44. - 16. * k;
    float base = -ext().y, up = n.y - base;
    float wind = sn(t * .9 + n.x * 2.5 + k) * (.6 + .5 * uMid);
    float gx = n.x * sc + wind * up * up * sc * .22 + up * up * sc * .25 * side, gi = floor(gx), r = h1(int(gi) + 500 + L * 300);
    float topY = (mix(.11, .20, T) + .14 * r * r) * (.6 + .6 * n1(n.x * 2.2 + k * 5.)) + .03 * k;
    float u = abs(gx - gi - .5 - (r - .5) * .5);
    float stalk = smoothstep(.075, .02, u - .05 * (1. - up / topY)) * step(up, topY);
    float head = smoothstep(.17, .10, u + abs(up - topY + .022) * 3.2) * step(.45, r);
    c = mix(c, dark + (S3 * .30) * sat(up / topY) * (.3 + .25 * uPulse) * exp(-abs(n.x - sun.x) * 2.), max(stalk, head) * (.8 + .2 * k));
  }
  outColor = vec4(grade(c * 1.15), 1.);
}
