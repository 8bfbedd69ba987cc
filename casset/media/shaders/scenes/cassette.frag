// title: Cassette
// words: cassette, tape, mixtape, music, retro, record, recording, analogue, memory, nostalgia, walkman, song, label, 90s
// sizes: CU MCU ECU
// energy: 0.0 1.0
// tod: 0.0 1.0
// figure: none
// image: optional
// motion: calm
// about: A cassette close up with turning reels, the artwork as its label; tape runs with the song, pulse lights the lamps behind, bass the sheen.
#include "common.glsl"

float box(vec2 p, vec2 b, float r) { vec2 d = abs(p) - b + r; return length(max(d, 0.)) + min(max(d.x, d.y), 0.) - r; }

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  vec2 v = par(q, .2);

  // Behind: lamps out of focus over a dark room.
  vec3 c = mix(S1 * .22, S0 * .3, sat(.5 - v.y)) + S2 * .12 * exp(-dot(v + vec2(.5, -.4), v + vec2(.5, -.4)) * 3.) + S3 * .12 * exp(-dot(v - vec2(.6, .3), v - vec2(.6, .3)) * 3.);
  for (int L = 0; L < 2; L++) {
    float k = float(L);
    vec2 g = R2 * (v + vec2(t * .006 * (k + 1.), 0.)) * (2.5 + 1.7 * k) + k * 4.3;
    ivec2 id = ivec2(floor(g));
    vec3 r = h3(id + L * 91);
    float R = .20 + .16 * r.x;
    float d = length(g - vec2(id) - .5 - (r.yz - .5) * (.9 - 2. * R));
    float lamp = smoothstep(R, R - .07, d) * (.45 + .55 * smoothstep(R * .5, R, d));
    c += (r.y < .5 ? S3 : (r.y < .8 ? S2 * 1.3 : S4 * .7)) * lamp * step(r.z, .22 + .4 * uDensity) * (.16 + .22 * uPulse * step(.4, r.x) + .08 * uLevel);
  }

  // Table: polished, mirrors the lamps as streaks.
  float edge = mix(-.30, -.52, T), td = max(edge - v.y, 0.);
  vec3 wood = mix(S0 * .5 + S2 * .06, S3 * .10 + S2 * .05, n2(vec2(v.x * 2.5 + v.y * 1.5, v.y * 55.)) * .6);
  wood += (S3 * .14 + S2 * .08) * exp(-td * 7.) * (.7 + .5 * uPulse);
  c = mix(c, wood, smoothstep(.03, -.03, v.y - edge));

  // The cassette leans a little; its own units: 2 wide, 1.27 high.
  float angle = (h1(5) - .5) * .22 + .012 * sn(t * .31) - .04, s = sin(angle), co = cos(angle);
  float size = mix(mix(.62, .455, smoothstep(1.6, 1.0, asp())), .445, T);   // 16:9, 1:1, 9:16
  vec2 at = vec2(mix(.03, 0., T), mix(.035, .02, T));
  vec2 p = par(q, .6) - at;
  p = mat2(co, -s, s, co) * p / size;
  p.x *= 1. + .05 * p.y;                                            // it leans back: narrower at the top
  float pp = px / size;

  vec2 sh = p - vec2(.05, -.09);
  c *= 1. - .75 * smoothstep(.16, -.14, box(sh, vec2(1., .635), .08));

  float shell = box(p, vec2(1., .635), .055);
  float sheenAt = p.x * .8 + p.y * .5 + .25 * sn(t * .23) + .1;
  float sheen = exp(-sheenAt * sheenAt * 9.) * (.6 + .4 * uBass);
  float grainy = n2(p * 140.) * .5 + n2(p * 300.) * .5;
  vec3 plastic = mix(S1 * .42 + S2 * .06, S0 * .55 + S1 * .10, sat(.5 - p.y * .6)) * (.85 + .3 * grainy);
  plastic += (S4 * .10 + S3 * .07) * sheen;
  float bevel = smoothstep(-.045, -.012, shell);
  plastic += (S4 * .28 + S3 * .12) * bevel * sat(p.y * 1.1 + .15) * smoothstep(0., -.012, shell);
  plastic *= 1. - .45 * bevel * sat(-p.y * 1.3);

  // Lower trapezoid with its holes, and four screws.
  float trap = max(abs(p.y + .535) - .115, abs(p.x) - .68 - (p.y + .535) * -.45);
  plastic += (S4 * .22) * smoothstep(.014, .0, abs(trap)) * sat(.6 + p.y * .2) - .02 * S4 * step(trap, 0.);
  float hole = min(min(length(vec2(abs(p.x) - .36, p.y + .55)) - .045, length(vec2(abs(p.x) - .52, p.y + .565)) - .030), box(p + vec2(0., .56), vec2(.035, .022), .01));
  plastic = mix(plastic, S0 * .05, smoothstep(pp, -pp, hole));
  vec2 sc = vec2(abs(p.x) - .925, abs(p.y) - .555);
  float head = length(sc) - .034;
  vec2 cross_ = R2 * sc;
  float slot = min(max(abs(cross_.x) - .006, abs(cross_.y) - .024), max(abs(cross_.y) - .006, abs(cross_.x) - .024));
  plastic = mix(plastic, mix(S2 * .25 + S4 * .22, S0 * .1, smoothstep(pp, -pp, slot)) * (1. + sc.y * 14.), smoothstep(pp, -pp, head));
  c = mix(c, plastic, smoothstep(pp, -pp, shell));

  // Label: the artwork, a writing strip, a stripe in the glow colour.
  float label = box(p - vec2(0., .075), vec2(.86, .445), .05);
  vec2 uv = vec2(p.x / 1.74 + .5, (p.y - .075) / 1.74 + .5);
  vec3 paper = art(uv) * .85;
  float strip = box(p - vec2(0., .405), vec2(.80, .085), .02);
  paper = mix(paper, S4 * .78 + S3 * .04, smoothstep(pp, -pp, strip));
  float rule = smoothstep(.007, .003, abs(abs(p.y - .405) - .028)) * smoothstep(.74, .72, abs(p.x - .05));
  paper = mix(paper, S2 * .35 + S1 * .1, rule * .4 * smoothstep(pp, -pp, strip));
  paper *= .86 + .14 * grainy;
  paper += (S4 * .16 + S3 * .08) * sheen;
  float lab = smoothstep(pp, -pp, label);
  c = mix(c, c * .55, smoothstep(.03, 0., label) * (1. - lab) * smoothstep(pp, -pp, shell));
  c = mix(c, paper, lab);

  // Window with the two packs of tape; reels turn as the tape runs from left to right.
  float win = box(p - vec2(0., -.015), vec2(.60, .205), .19);
  float run = .25 + .5 * fract(uProg * .9 + .05);
  float side = p.x < 0. ? -1. : 1.;
  vec2 hub = vec2(p.x - side * .40, p.y + .015);
  float left = side < 0. ? 1. - run : run, pack = sqrt(mix(.030, .165, left));
  float r = length(hub), a = atan(hub.y, hub.x + 1e-5);
  float turn = t * (side < 0. ? .95 : .75);
  vec3 inside = S0 * .10 + S1 * .03;
  float wound = smoothstep(pack + pp, pack - pp, r);
  float rings = .5 + .5 * sn(r * 420.);
  float sweep = abs(sn(a * 1. + .9 + turn * .15));
  vec3 tape = (S0 * .30 + S2 * .06 + S3 * .045) * (.6 + .3 * rings) + (S3 * .16 + S4 * .10) * sweep * sweep * sweep * (.5 + .6 * uBass);
  inside = mix(inside, tape, wound);
  float glass = smoothstep(.012, -.012, abs(p.x) - .175) * smoothstep(.012, -.012, abs(p.y + .015) - .13);
  vec3 between = inside * .8 + (S4 * .10 + S3 * .05) * smoothstep(.10, .0, abs(p.x * .7 + p.y - .03));
  float mark = smoothstep(.010, .004, abs(fract(p.x * 14. + .5) - .5) / 14. * 2.) * smoothstep(.02, .03, p.y + .015 + .10) * step(abs(p.x), .165) * step(p.y, -.06);
  between += S4 * .35 * mark;
  // Label bridges the window except for the view glass and the two hub holes.
  vec3 bezel = S4 * .55 + S3 * .05;
  bezel *= .80 + .2 * grainy - .25 * smoothstep(.0, -.2, p.y);
  vec3 w = bezel;
  float ring = smoothstep(pp, -pp, r - .150);
  vec3 hubC = S0 * .06 + S1 * .02;
  float teeth = abs(fract((a + turn) / TAU * 6.) - .5) * TAU / 6. * r;            // six teeth
  float tooth = max(teeth - .017, max(r - .128, .072 - r));
  float wheel = max(r - .150, .120 - r);
  vec3 white = (S4 * .72 + S3 * .05) * (.75 + .35 * sat(hub.y * 4. + .5));
  hubC = mix(hubC, white, smoothstep(pp, -pp, min(tooth, wheel)));
  hubC += S4 * .25 * smoothstep(.016, .004, abs(r - .138)) * sat(hub.y * 6. + hub.x * 2.);
  w = mix(w, between, max(glass, 0.));
  w *= 1. - .5 * smoothstep(.028, .0, abs(max(abs(p.x) - .175, abs(p.y + .015) - .13))) * (1. - glass);
  w += (S4 * .12 + S3 * .08) * sheen;
  w = mix(w, hubC + (S4 * .02 + S3 * .02) * sheen, ring);
  w *= 1. - .4 * smoothstep(.03, .0, r - .150) * (1. - ring);
  c = mix(c, w, smoothstep(pp, -pp, win));
  c *= 1. - .35 * smoothstep(.02, .0, abs(win)) * smoothstep(pp, -pp, -win);

  // Dust in the light.
  vec2 dg = (v + vec2(t * .008, t * .012)) * 17.;
  ivec2 di = ivec2(floor(dg));
  vec3 dr = h3(di + 61);
  c += (S4 * .6 + S3 * .3) * smoothstep(.07, .0, length(dg - vec2(di) - .5 - (dr.xy - .5) * .8)) * step(.82, dr.z) * (.12 + .5 * uTreb);
  outColor = vec4(lit(c * 1.55), 1.);
}
