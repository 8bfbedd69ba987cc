// title: Desert highway
// words: highway, road, desert, desert road, road trip, journey, freedom, drive, america, route, travel, away, hitchhike, west, canyon, mesa, summer, heat, dust, day
// sizes: EWS WS
// energy: 0.1 1.0
// tod: 0.15 0.85
// figure: optional
// image: none
// motion: medium
// weather: clear
// about: A straight road through a desert by day; masts go by, the pulse runs down the line in the road and warms the sun, bass makes the heat shimmer.
#include "common.glsl"

const float EYE = .34;     // eye height over the road
const float ROAD = .62;    // half the road's width
const float LINE = 1.55;   // the masts stand this far to the right
const float GAP = 2.4;     // and this far apart

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), dk = day(), side = h1(1) < .5 ? -1. : 1.;
  float hz = mix(-.045, -.06, T);
  vec2 f = par(q, .10), p = par(q, .35) - vec2(0., hz);
  p.x *= side;
  float h = f.y - hz, go = t * .85;
  // Heat: the air over the road's end trembles.
  float hot = exp(-abs(h) * 26.);
  float shimmer = (n2(vec2(f.x * 14., h * 60. - t * 2.6)) - .5) * hot * (.006 + .010 * uBass);
  h += shimmer;

  // Sky with heaped clouds, flat below.
  vec2 sun = vec2(-side * mix(.36, .16, smoothstep(1.6, 1., asp())), .12 + .30 * (dk - .25) + .08 * T);
  float d = length(vec2(f.x, h) - sun);
  vec3 c = mix(S3 * .72 + S4 * .22, S2 * .85, smoothstep(.0, .28, h));
  c = mix(c, S1 * 1.05 + S2 * .06, smoothstep(.12, .75, h));
  c += (S4 * .5 + S3 * .4) * exp(-d * 4.3) * (.60 + .50 * uPulse * (.4 + .6 * uLevel) + .15 * uLevel);
  float hy = max(h, .02), persp = .16 / (hy + .10);
  vec2 cp = vec2(f.x * persp * 6.2 + t * .02, persp * 9.);
  float cl = fbm2(cp), cl2 = n2(cp + vec2(sun.x - f.x, .45) * .8);
  float cover = smoothstep(.60 - .20 * uDensity, .78 - .16 * uDensity, cl) * smoothstep(.05, .16, h);
  c = mix(c, mix(S4 * .80 + S3 * .18, S1 * .45 + S2 * .42, sat(.35 + (cl2 - cl) * 1.1 + (cl - .6) * 1.2)), cover * .9);
  c = mix(c, S4 * 1.8, smoothstep(.044, .038, d) * (1. - .8 * cover));

  // Mesas, two ranks: flat tops, sheer sides with strata, scree at the foot.
  for (int i = 0; i < 2; i++) {
    float k = float(i), x = (f.x + uCam.x * .05 * k) * (2.6 - .7 * k) + 17. * k + 9. * h1(5);
    float wide = n1(x), tops = smoothstep(.50, .56, wide) * (.45 + .55 * n1(floor(x * .9) + 40.));
    float ledge = smoothstep(.40, .47, wide) * .38;
    float y = max(tops, ledge) * (.150 - .035 * k) + .018 * n1(x * 6.) + .022 * smoothstep(.30, .50, wide) - .004;
    float drop = max(y - h, 0.);
    float strata = n1(h * 150. + n1(f.x * 9.) * 1.5), cleft = n1(f.x * (70. - 20. * k));
    float facing = sat(.5 + (n1(x * 3.) - n1(x * 3. + sign(sun.x - f.x) * .3)) * 1.6);
    vec3 rock = mix(S2 * .42 + S1 * .16, S3 * .62 + S2 * .16, facing) * (.70 + .30 * strata) * (.82 + .30 * cleft);
    rock = mix(rock, S3 * .55 + S2 * .35 + S4 * .06, (.52 - .22 * k) * (1. - .4 * sat(drop * 8.)));
    c = mix(c, rock, smoothstep(px * 1.5, -px * 1.5, h - y));
  }

  // Ground: sand, scrub, road.
  float below = smoothstep(px, -px, h), z = EYE / max(-p.y - shimmer, .0025), X = p.x * z, Z = z + go;
  float air = exp(-z * .085);
  float bright = .62 + .45 * dk;
  float coarse = n2(vec2(X * 1.3, Z * .9)), fine = n2(vec2(X * 9., Z * 3.2));
  vec3 sand = mix(S3 * .42 + S2 * .22, S3 * .60 + S4 * .18, coarse) * (.72 + .40 * fine);
  vec2 sg = vec2(X * 1.7, Z * 1.1);
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si + 30);
  float bush = length((sg - vec2(si) - .5 - (sr.xy - .5) * .5) * vec2(1., 1.15)) + .10 * (fine - .5);
  float scrub = smoothstep(.20 + .12 * sr.z, .10, bush) * step(sr.z, .42 + .3 * uDensity) * smoothstep(ROAD + .28, ROAD + .55, abs(X));
  sand = mix(sand, (S1 * .26 + S2 * .14) * (.6 + .7 * fine), scrub * .85);
  float ew = z * px * 1.5 + .006, off = abs(X);
  float road = smoothstep(ROAD + .05 + ew, ROAD + .05 - ew, off + .05 * (n1(Z * 2.1) - .5));
  vec3 tar = (S1 * .20 + S0 * .26 + S2 * .05) * (.80 + .30 * fine) * (1. - .22 * smoothstep(.13, .0, abs(off - .30)));
  tar += (S3 * .30 + S4 * .25) * exp(-abs(f.x - sun.x) * 3.2) * smoothstep(1.5, 9., z) * (.5 + .4 * uPulse);     // the far road shines
  float edge = smoothstep(.016 + ew, .016 - ew * .5, abs(off - ROAD + .07)) * min(1., .03 / ew);
  float dash = smoothstep(.026 + ew, .026 - ew * .5, off) * smoothstep(.27 + ew, .25 - ew, abs(fract(Z * .55) - .5)) * min(1., .05 / ew);
  float run = gauss((z - fract(uBeat) * 9. - .6) * .9) * uPulse;                       // the beat runs away along the line
  float worn = .55 + .45 * n2(vec2(X * 30., Z * 6.));
  tar = mix(tar, (S4 * .62 + S3 * .12) * worn, edge * .75);
  tar = mix(tar, S3 * .75 * worn + S4 * (.20 + .8 * run), dash * .9);
  vec3 ground = mix(sand, tar, road) * bright;
  ground = mix(S3 * .55 + S2 * .30 + S4 * .10, ground, air);
  c = mix(c, ground, below);
  c = mix(c, S4 * .5 + S3 * .5, exp(-abs(h) * 90.) * .35);

  // Masts beside the road with sagging wires; the plane of the line is hit once a pixel.
  float wz = LINE / max(p.x, .004), wY = p.y * wz, span = (wz + go) / GAP, u = fract(span) - .5;
  vec3 iron = S0 * .28 + S1 * .10;
  float lw = wz * px * 1.2 + .004, hang = .10 * (1. - 4. * u * u);
  float wire = max(smoothstep(lw, .0, abs(wY - 1.02 + hang)), smoothstep(lw, .0, abs(wY - .93 + hang))) * min(1., .012 / lw) * step(.0, p.x);
  float fade = exp(-wz * .12) * smoothstep(.8, 1.2, wz);
  c = mix(c, iron, wire * fade * .8);
  float zi = (floor(span) + .5 - .5) * GAP - go;                                        // nearest mast in front of the plane's point
  for (int i = 0; i < 2; i++) {
    float zm = zi + float(i) * GAP;
    vec2 m = vec2(p.x * zm - LINE, p.y * zm);
    float w = zm * px;
    float pole = smoothstep(w, -w, max(abs(m.x) - .022, max(m.y - 1.08, -EYE - m.y)));
    float arm = smoothstep(w, -w, max(abs(m.x) - .19, abs(m.y - 1.0) - .018));
    c = mix(c, mix(S3 * .55 + S2 * .3, iron, exp(-zm * .10)), max(pole, arm) * smoothstep(.7, 1.1, zm) * step(0., zm));
  }

  // Someone on the shoulder.
  float size = mix(.26, .24, T);
  vec2 n = (p - vec2(mix(-.40, -.26, smoothstep(1.6, 1., asp())), -.235)) / size;
  float man = figure(n, uBar * TAU * 2.) * size;
  vec2 sh = vec2(n.x - n.y * 1.1 * sign(sun.x) * side, -n.y * 3.2);
  c *= 1. - .35 * uFigure * smoothstep(.10, .0, abs(n.x - sh.y * .35 * -sign(sun.x) * side) - .02) * smoothstep(.0, -.01, n.y) * smoothstep(-.22, .0, n.y);
  c = mix(c, S0 * .30 + S1 * .10 + (S3 * .4 + S4 * .2) * smoothstep(-.005, .0, man) * .5, smoothstep(px, -px, man) * uFigure);
  c = mix(c, c * c * 1.05, .65 * sat(dot(S0, vec3(1.3))));        // pale palettes need deeper shade
  outColor = vec4(grade(c * 1.10), 1.);
}
