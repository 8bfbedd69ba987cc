// title: Alpine lake
// words: mountain, alps, alpine, peak, snow cap, summit, lake, hike, nature, wilderness, valley, adventure, travel, mirror, sky, day, spring
// sizes: EWS WS
// energy: 0.0 0.8
// tod: 0.2 0.8
// figure: optional
// image: none
// motion: calm
// about: Snow peaks over a still lake by day; pulse glints on the water, bass sends ripples, level brings out cloud and light.
#include "common.glsl"

// Ridged noise, 0..1 with sharp crests: gullies and ribs of rock.
float ribs(vec2 p) {
  float a = 1. - abs(2. * n2(p) - 1.);
  float b = 1. - abs(2. * n2(R2 * p * 2.1 + 3.7) - 1.);
  return .64 * a + .36 * b;
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float shore = mix(-.17, -.22, T);
  vec2 f = par(q, .12);
  // The lake mirrors all above the shore; ripples pull at the image, more towards us.
  float depth = max(shore - f.y, 0.), lake = smoothstep(px, -px, f.y - shore);
  float wz = 1. / (depth + .045), wx = f.x * wz * .16;
  float rip = n2(vec2(wx * 3., wz * 1.9 + t * .35)) - .5;
  float rip2 = n2(vec2(wx * 11., wz * 5.2 - t * .6)) - .5;
  float rough = (.35 + .9 * uBass) * depth;
  vec2 m = vec2(f.x + lake * (rip2 * .03) * depth, mix(f.y, 2. * shore - f.y + (rip * .28 + rip2 * .14) * rough, lake));
  float h = max(m.y - shore, 0.);

  // Sky: clear above, haze low; the sun stands to one side, higher towards noon.
  float side = h1(3) < .5 ? -1. : 1.;
  vec2 sun = vec2(side * mix(.50, .28, smoothstep(1.6, 1., asp())), .16 + .30 * day() + .12 * T);
  float bright = .55 + .65 * day();
  vec3 blue = mix(S1 * 1.15 + S2 * .08, S2 * .95 + S4 * .12, exp(-h * 3.2));
  vec3 haze = mix(S2 * .75 + S3 * .20, S4 * .75 + S3 * .2, .28 + .30 * (1. - day()));
  vec3 c = mix(blue, haze, exp(-h * 5.5));
  float ds = length(m - vec2(sun.x, shore + sun.y));
  c += (S3 * .45 + S4 * .35) * exp(-ds * 4.2) * (.75 + .45 * uPulse) + S4 * 2.2 * smoothstep(.040, .030, ds);
  float cl = fbm3(vec2(m.x * 2.3 - t * .024, h * 5.5 + 3.));
  float cover = smoothstep(.66 - .20 * uDensity, .80 - .12 * uDensity, cl) * smoothstep(.10, .30, h);
  c = mix(c, S4 * (.85 + .15 * uLevel) + S3 * .12 - S1 * .25 * smoothstep(.7, .95, cl), cover * .85);

  // Three ranges: far blue, the great snow peaks, a wooded near slope.
  float far = .12 + (ridge3(m.x * 1.5 + 11.) - .5) * .16;
  vec3 farC = mix(haze, S1 * .6 + S2 * .35, .55);
  c = mix(c, farC + S4 * .10 * smoothstep(.03, .0, far - h), smoothstep(px * 2., -px * 2., h - far));

  // The peaks: three tents of rock with a ragged edge, each lit on one face along a wandering ridge.
  float X = m.x - (h1(9) - .5) * .24 * (1. - T);
  float edge = (n1(m.x * 9. + 2.) - .5) * .060 + (n1(m.x * 23.) - .5) * .032 + (n1(m.x * 61.) - .5) * .013;
  float grow = mix(1., 1.22, T);
  float a0 = (.47 - abs(X + .06) * .86) * grow + edge * 1.25;                       // the great one, in front
  float a1 = (.40 - abs(X - .44) * .78) * grow + edge * 1.1, a2 = (.36 - abs(X + .58) * .74) * grow + edge * 1.1;
  bool front = h < a0;
  float peak = front ? a0 : max(max(a1, a2), .15);
  float drop = max(peak - h, 0.);
  float top0 = front ? -.06 : (a1 > a2 ? .44 : -.58);
  float wander = (n1(h * 15. + top0 * 9.) - .5) * .20 * sat(drop * 4.) + (n1(h * 43.) - .5) * .035;
  float off = X - top0 + wander;
  float lean = clamp(off * 60., -1., 1.);
  vec2 rp = vec2(m.x * 7. + (off < 0. ? -5.5 : 5.5) * drop + (front ? 0. : 7.), h * 5. - drop * 1.5);   // gullies fall away from the crest
  vec2 step_ = vec2(-side * .13, .07);
  float rb = ribs(rp), rl = ribs(rp + step_), fineR = n2(rp * 5.3) - n2(rp * 5.3 + step_ * 4.);
  float lightOn = sat(.50 + (rb - rl) * 1.9 + fineR * .35 + .26 * lean * side);
  float line = .12 + .16 * n1(m.x * 7. + 4.) + .10 * rb;                       // how far the snow comes down
  float snow = smoothstep(.02, -.03, drop - line - .16 * (rb - .5)) * smoothstep(.22, .42, rb + .26 * lightOn + .2 * fineR);
  vec3 rock = mix(S1 * .30 + S0 * .30, S2 * .42 + S3 * .14, lightOn) * (.75 + .5 * rb);
  vec3 white = mix(S1 * .62 + S2 * .42, S4 * 1.02 + S3 * .05, smoothstep(.12, 1.0, lightOn)) * (.86 + .2 * fineR + .1 * rb);
  vec3 pk = mix(rock, white, snow) * bright;
  pk = mix(pk, haze, front ? 0. : .34);
  pk = mix(pk, haze * .95, sat(.14 + drop * .55 + .35 * smoothstep(.10, .0, h)));
  float shade = smoothstep(.35, .65, n1(m.x * 1.9 + t * .03 + 5.));            // cloud shadow drifting over
  pk *= .78 + .22 * shade;
  c = mix(c, pk, smoothstep(px * 1.5, -px * 1.5, h - max(max(a0, peak), .15)));
  float wisp = fbm2(vec2(m.x * 2.6 - t * .035, h * 9. + 1.)) * smoothstep(.04, .13, h) * smoothstep(.27, .13, h);
  c = mix(c, S4 * .9 + haze * .1, smoothstep(.46, .80, wisp) * (.35 + .45 * uDensity));

  // Wooded slope with spruces along its back.
  float wood = .022 + .040 * (n1(m.x * 2.3 + 7.) - .2) + .075 * smoothstep(.25, .95, abs(m.x + side * .15));
  float tx = m.x * 62., ti = floor(tx);
  float th = h1(int(ti) + 400), spire = (1. - 2. * abs(tx - ti - .5)) * (.012 + .024 * th);
  float tx2 = m.x * 41. + .5, ti2 = floor(tx2);
  float spire2 = (1. - 2. * abs(tx2 - ti2 - .5)) * (.014 + .028 * h1(int(ti2) + 700));
  float top = wood + max(spire, spire2);
  vec3 green = mix(S1 * .30 + S0 * .35, S2 * .24 + S1 * .16 + S3 * .05, n2(vec2(m.x * 110., h * 34.))) * bright;
  c = mix(c, mix(green, haze * .7, .18 + .25 * smoothstep(.06, .0, h)), smoothstep(px * 1.5, -px * 1.5, h - top));

  // Water: mirror, deeper colour towards us, glints on the beat.
  vec3 deep = S1 * .42 + S2 * .10;
  vec3 water = mix(c * .86, deep * bright, sat(.10 + depth * .75 + rip2 * .10));
  float gl = smoothstep(.72, .98, n2(vec2(wx * 26., wz * 9. - t * 1.3)) + .18 * rip);
  float path = exp(-abs(f.x - sun.x) * 3.2);
  water += S4 * gl * (.20 + .9 * path) * (.25 + .8 * uPulse) * (.4 + .6 * uLevel) * smoothstep(.0, .03, depth);
  water += haze * .35 * exp(-depth * 130.);
  c = mix(c, water, lake);

  // Near shore: grass and stones, someone standing there.
  vec2 n = par(q, .7);
  float ground = mix(-.43, -.74, T) + .05 * side * n.x + (n1(n.x * 5. + 3.) - .5) * .05;
  float gx = n.x * 90., gi = floor(gx);
  float blade = (h1(int(gi) + 50) * .5 + .5) * .030 * (1. - abs(2. * (gx - gi) - 1.));
  float land = smoothstep(px * 1.5, -px * 1.5, n.y - ground - blade);
  float low = sat((ground - n.y) * 4.);
  vec3 turf = mix(S2 * .22 + S3 * .10 + S1 * .08, S0 * .30 + S1 * .10, low) * (.6 + .6 * n2(n * vec2(140., 24.))) * bright;
  c = mix(c, turf, land);
  float tallness = .215;
  float away = mix(.34, .20, smoothstep(1.6, 1., asp()));
  vec2 feet = vec2(-side * away, mix(-.43, -.74, T) - .05 * away + .012);
  float fd = figure((n - feet) / tallness, uBar * TAU * 2.) * tallness;
  float man = smoothstep(px, -px, fd) * uFigure;
  c = mix(c, S0 * .22 + S1 * .08 + S4 * .10 * smoothstep(-.008, 0., fd), man);
  c = mix(c, c * c * 1.05, .65 * sat(dot(S0, vec3(1.3))));        // pale palettes need deeper shade
  outColor = vec4(grade(c * 1.12), 1.);
}
