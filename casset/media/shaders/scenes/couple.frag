// title: Two on a hill
// words: couple, love, lover, two, together, kiss, romance, holding hands, dance, slow dance, heart, wedding, us, we, moon, embrace, date
// sizes: WS MS
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: always
// image: none
// motion: calm
// weather: clear
// about: Two people on a hill before a great sun or moon, hand in hand or dancing by seed; they sway with the bar, pulse lights the disc, treble the fireflies.
#include "common.glsl"

float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

// From the waist up and down, feet at 0, height 1. hand: where the inner hand is (x towards the partner);
// up: 1 when that arm lies on the partner's shoulder or waist.
float man(vec2 p, vec2 hand, vec2 other) {
  float d = min(cap(p, vec2(-.045, .50), vec2(-.060, .030), .060, .030), cap(p, vec2(.045, .50), vec2(.052, .030), .060, .030));
  d = min(d, cap(vec2(abs(p.x + .004) - .004, p.y), vec2(.056, .018), vec2(.078, .014), .020, .016));           // shoes
  float torso = cap(p, vec2(0., .52), vec2(0., .70), .086, .104);
  torso = smin(torso, cap(vec2(abs(p.x), p.y), vec2(0., .775), vec2(.098, .758), .048, .044), .06);
  d = smin(d, torso, .02);
  vec2 e = mix(vec2(.128, .752), hand, .52) + vec2(.022, -.030);
  d = smin(d, min(cap(p, vec2(.120, .752), e, .044, .034), cap(p, e, hand, .033, .022)), .012);
  e = mix(vec2(-.128, .752), other, .52) + vec2(-.026, -.004);
  d = smin(d, min(cap(p, vec2(-.120, .752), e, .044, .034), cap(p, e, other, .033, .022)), .012);
  d = smin(d, cap(p, vec2(0., .79), vec2(.004, .86), .043, .036), .03);
  vec2 h = p - vec2(.010, .918);
  float head = length(h * vec2(1.18, .96)) - .074;
  head = smin(head, length((h - vec2(-.004, .030)) * vec2(1.05, 1.25)) - .068, .02);                       // hair
  return min(d, head);
}

float woman(vec2 p, vec2 hand, vec2 other, float wind) {
  float d = cap(vec2(abs(p.x), p.y), vec2(.034, .34), vec2(.030, .028), .040, .020);
  float y = p.y, flare = mix(.150, .058, smoothstep(.27, .60, y)), hip = .030 * exp(-(y - .50) * (y - .50) * 130.);
  float blow = .055 * wind * smoothstep(.60, .25, y);                                                       // hem in the wind
  float hem = .265 + .012 * sn(p.x * 34. + uTime * 1.3);
  float dress = max(abs(p.x - blow) - flare - hip, max(hem - y, y - .66)) * .9;
  dress = smin(dress, cap(p, vec2(0., .62), vec2(0., .72), .054, .074), .05);
  d = min(d, dress);
  d = smin(d, cap(vec2(abs(p.x), p.y), vec2(0., .770), vec2(.076, .752), .036, .030), .045);
  vec2 e = mix(vec2(-.09, .752), hand, .52) + vec2(-.018, -.026);
  d = smin(d, min(cap(p, vec2(-.094, .750), e, .030, .025), cap(p, e, hand, .024, .016)), .01);
  e = mix(vec2(.09, .752), other, .52) + vec2(.024, -.004);
  d = smin(d, min(cap(p, vec2(.094, .750), e, .030, .025), cap(p, e, other, .024, .016)), .01);
  d = smin(d, cap(p, vec2(0., .79), vec2(-.004, .865), .030, .027), .03);
  vec2 h = p - vec2(-.010, .918);
  float head = length(h * vec2(1.22, 1.)) - .072;
  float strand = .012 * sn(p.y * 30. + uTime * 1.7);
  float hair = cap(h, vec2(.004, .012), vec2(.022 + .050 * wind + strand, -.185), .076, .040);
  return min(d, smin(head, hair, .02));
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  vec2 f = par(q, .08);
  vec2 disc = vec2(mix(.06, .0, T), mix(.045, .10, T) + .05 * (day() - .5));
  float R = mix(.34, .335, T), nt = 1. - smoothstep(.15, .5, day());

  // Sky: glow around the disc, cloud bands, stars by night.
  float d = length(f - disc), h = f.y + .5;
  vec3 c = mix(S3 * .85, S2 * .55, smoothstep(-.02, .48, f.y + .10 + .25 * (d - .3)));
  c = mix(c, S1 * .60, smoothstep(.30, 1.0, d + .35 * f.y));
  vec2 sg = f * 42.;
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si + 5);
  c += S4 * smoothstep(.12, .02, length(sg - vec2(si) - .2 - .6 * sr.xy)) * step(.80, sr.z) * smoothstep(R, R + .25, d) * (.25 + nt) * (.5 + .8 * uTreb * sr.x);
  c += (S3 * .75 + S4 * .12) * exp(-max(d - R, 0.) * 5.5) * (.55 + .45 * uPulse * (.4 + .6 * uLevel) + .15 * uLevel);
  vec2 s = (f - disc) / R;
  float sea_ = fbm3(s * 2.1 + 4.), pits = n2(s * 9.);
  float moonly = smoothstep(.48, .62, sea_) * .30 + .10 * pits;
  vec3 face = mix(S4 * 1.35, S4 * .9 + S3 * .75, smoothstep(.8, -1., s.y));
  face *= 1. - mix(.10, .55, nt) * moonly;
  face += (S4 * .10) * uPulse;
  c = mix(c, face, smoothstep(px * 1.5, -px * 1.5, d - R));
  float band = n2(vec2(f.x * 1.7 + t * .022, f.y * 11.)) * .6 + n2(vec2(f.x * 4.2 + t * .035, f.y * 23.)) * .4;
  float where = smoothstep(-.30, .0, f.y) * smoothstep(.62, .15, f.y);
  c = mix(c, mix(S2 * .55 + S3 * .25, S1 * .5 + S2 * .2, smoothstep(0., .4, f.y)), smoothstep(.56, .78, band) * where * (.30 + .55 * uDensity));
  float flock = birds((f - disc - vec2(-.22 + .02 * sn(t * .1), .16)) * 1.7, t, px * 1.7);
  c = mix(c, S0 * .3 + S1 * .1, flock * (1. - nt) * .8);

  // Far hills in the haze, then the hill they stand on.
  float far = -.285 + (ridge3(f.x * 1.3 + 5.) - .5) * .12 - .06 * T;
  c = mix(c, mix(S2 * .35 + S3 * .20, S1 * .3, sat((far - f.y) * 5.)), smoothstep(px * 2., -px * 2., f.y - far));
  vec2 n = par(q, .35);
  float crown = mix(-.315, -.36, T), hx = n.x - mix(.02, 0., T);
  float hill = crown - .16 * hx * hx - .02 * (n1(n.x * 3.1 + 8.) - .5) * smoothstep(.1, .4, abs(hx));
  float gust = sn(t * .9 + n.x * 4.), gx = n.x * 120. + gust * 1.2 * (n.y - hill) * 60., gi = floor(gx);
  float blade = (.35 + .65 * h1(int(gi) + 40)) * .030 * (1. - abs(2. * (gx - gi) - 1.));
  float gx2 = n.x * 71. - gust * (n.y - hill) * 50., gi2 = floor(gx2);
  blade = max(blade, (.3 + .7 * h1(int(gi2) + 900)) * .040 * (1. - abs(2. * (gx2 - gi2) - 1.)));
  float ground = smoothstep(px * 1.4, -px * 1.4, n.y - hill - blade);
  vec3 dark = S0 * .16 + S1 * .04;
  float straw = n2(vec2(n.x * 90. + gust * .6, (n.y - hill) * 16.));
  vec3 turf = mix(S3 * .18 + S2 * .06, (S1 * .05 + S3 * .035) * straw * straw, smoothstep(-.005, .09, hill - n.y)) + dark;
  c = mix(c, turf, ground);

  // The two. They hold hands, or dance with her hands on his shoulders.
  float dance = step(.5, h1(6));
  float size = mix(.40, .40, T);
  float sway = sn(TAU * uBar) * (.010 + .016 * dance) * (.6 + .4 * uLevel);
  vec2 a = (n - vec2(mix(.02, 0., T), crown - .006)) / size;
  a.x -= sway * a.y;
  float gap = mix(.158, .112, dance);
  vec2 pm = a + vec2(gap, 0.), pw = (a - vec2(gap, 0.)) / .93;
  vec2 join = vec2(gap + .004, .455);
  vec2 hm = mix(join, vec2(gap * 2. - .055, .585), dance), om = mix(vec2(-.150, .47), vec2(.085, .60), dance);
  vec2 hw = mix(vec2(-(gap - .004), .455) / .93, vec2(-gap * 2. + .055, .790) / .93, dance), ow = mix(vec2(.128, .485), vec2(-.03, .80), dance);
  pm.x -= mix(.012, .030, dance) * smoothstep(.45, 1., pm.y);                     // heads incline
  pw.x += mix(.018, .034, dance) * smoothstep(.45, 1., pw.y);
  float wind = .55 + .45 * sn(t * .8);
  float dm = man(pm, hm, om), dw = woman(pw, hw, ow, wind) * .93;
  float two = min(dm, dw) * size;
  float m = smoothstep(px, -px, two);
  float rim = smoothstep(-.0065, -.0006, two) * sat(.25 + a.y * .8);
  c = mix(c, dark * .8 + (S3 * .5 + S4 * .18) * rim * (.7 + .4 * uPulse), m);
  c = mix(c, mix(turf, dark, .5), smoothstep(px * 1.4, -px * 1.4, n.y - hill - blade * .8) * m);   // feet in the grass

  // Fireflies by night, drifting seeds by day.
  for (int k = 0; k < 2; k++) {
    vec2 g = (par(q, .6 + .3 * float(k)) + vec2(t * .018 + .01 * sn(t * .7 + q.y * 8.), .010 * sn(t * .5 + q.x * 5.) - t * .006)) * (7. + 5. * float(k)) + 3.7 * float(k);
    ivec2 id = ivec2(floor(g));
    vec3 r = h3(id + 210 + k * 40);
    float e = length(g - vec2(id) - .5 - (r.xy - .5) * .7);
    float on = .35 + .65 * sn(t * (1. + r.x) + r.y * 20.) * .5 + .9 * uTreb * step(.5, r.x) + .5 * uPulse * step(r.x, .3);
    c += (S4 * .55 + S3 * .55) * (smoothstep(.05, .01, e) + .18 * smoothstep(.22, .0, e)) * step(r.z, .14 + .24 * uDensity) * max(on, 0.) * smoothstep(.25, -.20, q.y);
  }
  outColor = vec4(grade(c * mix(1.12, 2.0, nt)), 1.);
}
