// title: Night bus window
// words: bus, night bus, train window, commute, late, window seat, passenger, bokeh, ride, traffic, going home
// sizes: MS CU
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: medium
// weather: rain
// about: City lights slide past a wet window beside an empty or taken seat; pulse swells the lights, bass the big discs.
#include "common.glsl"
// Lights outside, out of focus, sliding past: cells of four layers, near ones larger and faster.
vec3 outside(vec2 p, float soft) {
  float t = uTime;
  vec3 c = mix(S0 * .5 + S1 * .05, S1 * .30 + S2 * .05, smoothstep(-.5, .5, p.y));
  c += (S3 * .16 + S2 * .12) * ex(-abs(p.y + .05) * 4.);
  for (int L = 0; L < 4; L++) {
    float k = float(L), sc = mix(7.5, 2.3, k / 3.);
    vec2 g = (p + vec2(t * (.05 + .055 * k * k) + k * 3.7, k * 1.9)) * sc;
    ivec2 id = ivec2(floor(g));
    uint h = pcg(uint(id.x) + pcg(uint(id.y) + uint(L * 71) + uint(uSeed) * 97u));
    float a = uf(h), b = uf(h * 747796405u), r = uf(h * 2654435769u), on = uf(h * 2246822519u);
    float R = (.16 + .20 * a) * (1. + .10 * uBass * step(.5, on));
    float cy = (float(id.y) + .5) / sc - k * 1.9; // lights gather in a band at street height
    vec2 f = g - vec2(id) - .5 - (vec2(b, r) - .5) * (.9 - 2. * R);
    float d = length(f), e = mix(.10, .30, soft) * R;
    float lit_ = step(1. - (.25 + .40 * uDensity) * ex(-(cy - .02) * (cy - .02) * 7.), on);
    vec3 col = b < .46 ? S3 * 1.5 : (b < .70 ? S4 * 1.1 : S2 * 1.9);
    float disc = smoothstep(R + e, R - e, d);
    c += col * lit_ * (disc * (.18 + .30 * smoothstep(R * .5, R, d)) + .05 * sat(1. - d * 1.7)) * (.3 + .9 * r * r) *
         (.58 + 1.0 * uPulse * step(.4, a) + .30 * uLevel);
  }
  // a passing street lamp sweeps the whole pane with each bar
  float sweep = gauss((p.x - 1.8 + 3.6 * fract(uBar + .37)) / .38);
  return c + (S3 * .35 + S4 * .12) * sweep * (.22 + .22 * uLevel);
}
// Drops at rest on the pane: normal in xy, coverage in z.
vec3 drops(vec2 p, float sc, int L, float dens) {
  vec2 g = p * vec2(sc, sc * .75);
  ivec2 id = ivec2(floor(g));
  uint h = pcg(uint(id.x) + pcg(uint(id.y) + uint(L * 331)));
  float a = uf(h), b = uf(h * 747796405u), e = uf(h * 2654435769u);
  float life = fract(uTime * .05 * (.4 + a) + b);
  float R = (.09 + .25 * a * a) * smoothstep(0., .15, life) * smoothstep(1., .9, life) * step(1. - dens, e);
  vec2 f = (g - vec2(id) - .5 - (vec2(b, fract(a * 17.)) - .5) * .5) * vec2(1., 1.15) + vec2(.0, .0);
  f.x -= .5 * f.y; // the wind of the ride leans them back
  float d = length(f);
  return vec3(f / max(R, .01), smoothstep(R, R * .8, d) * step(.02, R));
}
void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), side = take(.6180) < .5 ? 1. : -1.;
  vec2 e = ext() / max(uCam.z, .2), w = par(q, .35) + vec2(0., .0015 * sn(t * 8.3) + .001 * sn(t * 13.7));
  // the view through the wet pane
  vec3 d1 = drops(w, 17., 3, .30 + .45 * uDensity), d2 = drops(R2 * w + 2., 34., 5, .5);
  vec3 n = d1.z > d2.z * .8 ? d1 : vec3(d2.xy, d2.z * .8);
  float l2 = min(dot(n.xy, n.xy), 1.);
  float steam = n2(w * 3.1 + 4.) * n2(w * 29.);
  vec2 off = n.xy * n.z * (.08 + .26 * l2) + (n2(w * 31.) - .5) * .010 * (1. - n.z);
  vec3 c = outside(w * mix(1., .9, T) - off, 1. - n.z);
  c += (S2 * .06 + S1 * .06) * steam;
  vec3 N = vec3(n.xy, sqrt(max(1. - l2 * .96, 0.)));
  float sp = sat(dot(N, normalize(vec3(-.45, .62, .55)))), rim = sat(dot(N, normalize(vec3(.3, -.85, .35))));
  sp *= sp;
  sp *= sp;
  sp *= sp;
  rim *= rim;
  rim *= rim;
  c = mix(c, c * (1.15 - .75 * l2 * l2) + S4 * .5 * sp * (.5 + uTreb) + (S3 * .3 + S2 * .12) * rim * l2, n.z);
  // the window frame with its rubber, a sill, the seat in front
  vec2 b = abs(w - vec2(0., .035)) - e + vec2(mix(.11, .05, T), mix(.085, .13, T));
  float frame = length(max(b + .09, 0.)) + min(max(b.x, b.y) + .09, 0.) - .09;
  vec3 wall = (S0 * .45 + S1 * .05) * (.8 + .3 * n2(w * 60.)) + S3 * .10 * ex(-max(frame, 0.) * 30.) * (.5 + .6 * uPulse);
  wall += (S3 * .3 + S4 * .2) * gauss((frame - .012) / .005) * .18;
  c = mix(c, wall, smoothstep(px, -px, -frame));
  c = mix(c, S0 * .08, gauss((frame - .002) / .006) * .9);
  vec2 s = par(q, .8) - vec2(side * (e.x * .74 - .02), -e.y);
  vec2 sb = abs(s - vec2(0., .05)) - vec2(mix(.19, .15, T), .34);
  float seat = length(max(sb + .07, 0.)) + min(max(sb.x, sb.y) + .07, 0.) - .07;
  vec3 cloth = (S0 * .35 + S1 * .10) * (.7 + .4 * n2(s * vec2(80., 60.))) + (S3 * .25 + S2 * .1) * smoothstep(-.02, 0., seat) * (.5 + .5 * uPulse);
  c = mix(c, cloth, smoothstep(px, -px, seat));
  // a passenger with headphones, seen from behind, head leaning and nodding a little with the beat
  vec2 m = par(q, .6) - vec2(-side * mix(.30, .06, T), -e.y);
  vec2 hp = m - vec2(side * .02, .46 - .010 * uPulse * (.4 + uEnergy));
  hp.x -= side * .22 * hp.y; // the lean
  float ax = abs(hp.x), dress = dressed();
  float head = length(hp * vec2(1.16, .92)) - .112;
  float hair = min(head, length((hp - vec2(0., .012)) * vec2(1.08, .92)) - mix(.116, .126, dress));
  hair = min(hair, max(ax - .105 - .10 * sat(-hp.y), max(hp.y, -.27 - hp.y)) + (1. - dress));
  float neck = max(ax - .055, abs(hp.y + .13) - .07);
  float back = cap(vec2(abs(m.x), m.y), vec2(0., .245), vec2(.185, .135), .085, .075);
  back = min(back, cap(vec2(abs(m.x), m.y), vec2(.185, .135), vec2(.235, -.3), .078, .10));
  back = min(back, max(abs(m.x) - .22, m.y - .20));
  float body = min(min(hair, neck), back);
  c = person(c, body, px * 1.3, S0 * .13 + S1 * .03, (S3 * .6 + S4 * .35) * (.35 + .8 * uPulse));
  float band = max(abs(length(hp * vec2(1.1, .92) - vec2(0., .012)) - .132) - .008, -hp.y);
  float cup = length(vec2(ax - .118, hp.y + .012) * vec2(1.5, .8)) - .042;
  c = person(c, min(band, cup), px * 1.3, S0 * .25 + S2 * .12, (S3 * .9 + S4 * .4) * (.4 + .9 * uPulse));
  outColor = vec4(lit(c * 1.4), 1.);
}
