// title: Dancer
// words: dancer, ballet, dance, ballerina, stage, spotlight, theatre, performance, body, move, grace, alone, show, curtain, opera, she, her
// sizes: WS MS
// energy: 0.0 0.9
// tod: 0.0 1.0
// figure: always
// image: none
// motion: medium
// about: A dancer in a spotlight sinks and rises in an arabesque with the bar and turns round by seed; pulse lights the cone, bass the footlights, treble the dust.
#include "common.glsl"

float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

// On her toes, facing right. Toe at 0, height about 1. a: 1 a full arabesque, less brings leg and arms in.
float dancer(vec2 p, float a, out float skirt) {
  vec2 hip = vec2(.0, .500), chest = mix(vec2(.008, .705), vec2(.045, .690), a);
  float d = cap(p, vec2(.002, .0), vec2(.0, .060), .009, .017);                                    // standing leg on its toe
  d = smin(d, cap(p, vec2(.0, .060), vec2(-.004, .150), .017, .028), .02);
  d = smin(d, cap(p, vec2(-.004, .150), vec2(.004, .265), .028, .026), .02);
  d = smin(d, cap(p, vec2(.004, .265), hip, .028, .048), .02);
  vec2 knee = mix(vec2(.135, .375), vec2(-.215, .545), a), heel = mix(vec2(.022, .245), vec2(-.410, .655), a);
  d = smin(d, cap(p, hip, knee, .047, .029), .02);
  vec2 calf = mix(knee, heel, .42);
  d = smin(d, min(cap(p, knee, calf, .027, .028), cap(p, calf, heel, .028, .014)), .015);
  vec2 toe = heel + normalize(heel - knee) * .070;
  d = min(d, cap(p, heel, toe, .015, .007));
  float torso = cap(p, hip, mix(hip, chest, .48), .052, .040);
  torso = smin(torso, cap(p, mix(hip, chest, .50), chest, .040, .054), .03);
  d = smin(d, torso, .02);
  vec2 s1 = chest + vec2(.030, .052), s2 = chest + vec2(-.030, .050);
  d = smin(d, cap(p, s2, s1, .028, .026), .03);
  vec2 e1 = s1 + mix(vec2(.088, .085), vec2(.115, .040), a), w1 = e1 + mix(vec2(-.052, .110), vec2(.125, .040), a);
  vec2 e2 = s2 + mix(vec2(-.080, .095), vec2(-.120, -.005), a), w2 = e2 + mix(vec2(.064, .105), vec2(-.120, .010), a);
  d = smin(d, min(cap(p, s1, e1, .023, .018), cap(p, e1, w1, .018, .011)), .012);
  d = smin(d, min(cap(p, s2, e2, .023, .018), cap(p, e2, w2, .018, .011)), .012);
  d = min(d, min(cap(p, w1, w1 + (w1 - e1) * .26 + vec2(0., .006), .011, .005), cap(p, w2, w2 + (w2 - e2) * .26 + vec2(0., .006), .011, .005)));
  vec2 nape = chest + vec2(.0, .060), jaw = nape + mix(vec2(.006, .075), vec2(.030, .075), a);
  d = smin(d, cap(p, nape, jaw, .021, .017), .02);
  vec2 h = p - jaw - vec2(.008, .038);
  d = min(d, length(h * vec2(1.14, .95)) - .043);
  d = smin(d, length(h - vec2(.030, -.006)) - .013, .012);                                             // nose
  d = smin(d, length(h - vec2(.020, -.030)) - .016, .012);                                             // chin
  d = smin(d, length(h - vec2(-.034, .030)) - .022, .008);                                             // hair in a knot
  // The tutu: a flat, frayed disc seen from the side.
  vec2 k = p - hip - vec2(0., .004);
  float lean = mix(.10, -.26, a);
  k.y -= k.x * lean + .03 * sn(uTime * 2.1 + k.x * 9.) * abs(k.x);
  float fray = .006 * sn(k.x * 190.) + .010 * n1(k.x * 60. + 7.);
  skirt = (abs(k.y + .9 * k.x * k.x) - (.056 - .275 * abs(k.x)) - fray * sat(1.6 - abs(k.x) * 6.)) * .8;
  return d;
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), side = h1(1) < .5 ? -1. : 1.;
  float stage = mix(-.30, -.36, T);
  vec2 w = par(q, .25);
  float below = smoothstep(px * 2., -px * 2., w.y - stage), depth = max(stage - w.y, 0.);
  float power = .76 + .18 * uLevel + .15 * uPulse;
  vec3 lamp = mix(S4, S3, .22);

  // Curtain: heavy folds, light falls off from the middle.
  float bend = w.x * 26. + 2.2 * sn(w.y * 1.7 + 1.) + .5 * sn(t * .3 + w.x * 3.), fold = .5 + .5 * sn(bend);
  float fine = .5 + .5 * sn(bend * 2.7 + 1.3);
  vec3 cloth = mix(S1 * .10 + S0 * .12, S2 * .46 + S1 * .10, fold * fold * .75 + .25 * fine * fold);
  float reach = exp(-w.x * w.x * 2.6) * (.25 + .75 * smoothstep(.65, -.25, w.y));
  vec3 c = cloth * (.14 + .55 * reach * power);
  c += S3 * .30 * (.3 + .7 * fold) * exp(-max(w.y - stage, 0.) * 7.) * (.30 + .55 * uBass);            // footlights below

  // The cone of light from above.
  vec2 src = vec2(side * mix(.16, .10, T), ext().y + .30), toFoot = vec2(0., stage - .10);
  float along = sat((src.y - w.y) / (src.y - toFoot.y)), mid = mix(src.x, toFoot.x, along), wide = mix(.05, .30, along);
  float across = (w.x - mid) / wide, haze = fbm3(vec2(w.x * 3. - t * .05, w.y * 2.2 + t * .03));
  float cone = exp(-across * across * across * across * 1.2) * (.35 + .9 * haze);
  c += (lamp * .34 + S3 * .08) * cone * mix(1.15, .62, along) * power * (1. - below);
  float a2 = (w.x + side * (.42 - .42 * along)) / mix(.05, .34, along);
  c += S2 * .30 * exp(-a2 * a2 * 1.4) * (.3 + .7 * haze) * (.35 + .5 * uMid) * (1. - below);

  // Floor: boards, a pool of light, and her reflection.
  float wz = .42 / (depth + .16), X = w.x * wz, board = X * 7., bi = floor(board);
  float grain = n2(vec2(board * 5., wz * 26.)), tone = h1(int(bi) + 20);
  vec2 pool = vec2(w.x / mix(.33, .30, T), (w.y - stage + .10) / .085);
  float inPool = smoothstep(1.25, .75, length(pool));
  vec3 wood = (S0 * .20 + S2 * .10 + S3 * .06) * (.55 + .5 * grain) * (.75 + .35 * tone) * (.6 + .4 * smoothstep(.0, .07, .5 - abs(board - bi - .5)));
  wood *= .30 + .5 * exp(-w.x * w.x * 2.5) * power;
  wood += (lamp * .42 + S3 * .10) * inPool * (.55 + .4 * grain) * power;
  wood += S3 * .16 * exp(-depth * 9.) * (.3 + .6 * uBass);
  c = mix(c, wood, below);
  c *= 1. - .5 * exp(-abs(w.y - stage) * 140.);

  // She rises into the pose on the first and third beat and gives a little after it.
  float beat2 = fract(uBar * 2.), swing = .74 + .26 * (smoothstep(.0, .30, beat2) - smoothstep(.45, 1., beat2)) * (.6 + .4 * uLevel);
  float size = mix(.68, .62, T);
  vec2 n = par(q, .5);
  vec2 feet = vec2(.0, stage - .085);
  vec2 p = (n - feet) / size;
  float under = smoothstep(.004, -.004, p.y);
  p.y = abs(p.y) + .0;
  p.x = p.x * side + under * (grain - .5) * .03 + .006 * sn(t * 1.1) * p.y;
  float skirt, d = dancer(p, swing, skirt) * size;
  skirt *= size;
  float e = px + under * .012, body = smoothstep(e, -e, d), tulle = smoothstep(e + .004, -e - .004, skirt);
  vec3 dark = S0 * .14 + S1 * .04;
  float top = sat(p.y * 1.1 - .1);
  float rim = smoothstep(-.0050, -.0006, d);
  vec3 skin = dark + (lamp * .75 + S3 * .15) * rim * power * (.12 + .70 * top);
  float pleat = .72 + .28 * sn(p.x * 150.), hem = smoothstep(-.030, .0, skirt);
  vec3 net = mix(S2 * .30 + S1 * .12, lamp * .62 + S3 * .10, sat(.30 + .9 * hem + (p.y - .50) * 5.)) * pleat * power;
  float ghost = mix(1., .30 * sat(1. - p.y * .9), under);
  c = mix(c, skin, body * ghost);
  c = mix(c, net, tulle * .90 * ghost);
  c *= 1. - .45 * smoothstep(.10, .0, length(vec2(n.x - feet.x, (n.y - feet.y) * 3.4))) * (1. - body);

  // Dust, and petals that fall in the chorus.
  vec2 g = (par(q, .7) + vec2(.012 * sn(t * .5 + q.y * 7.), t * .014)) * 17.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 60);
  float m = length(g - vec2(id) - .5 - (r.xy - .5) * .8);
  c += lamp * smoothstep(.09 * r.z + .02, .01, m) * step(r.x, .30 + .3 * uDensity) * (cone * .5 + .05) * (.30 + .9 * uTreb * step(.5, r.y));
  vec2 pg = (par(q, .8) + vec2(.05 * sn(t * .9 + q.y * 5.), t * .075)) * 6.;
  ivec2 pi = ivec2(floor(pg));
  vec3 pr = h3(pi + 90);
  vec2 po = pg - vec2(pi) - .5 - (pr.xy - .5) * .6;
  float an = t * (1. + pr.x) + pr.y * 9.;
  po = vec2(po.x * sn(an) + po.y * sn(an + 1.57), po.y * sn(an) - po.x * sn(an + 1.57));
  float petal = smoothstep(.010 + 6. * px, -.006, length(po * vec2(1., 1.9 + sn(an * .7))) - .050);
  c = mix(c, mix(S3 * .9, S4 * .7, pr.z) * (.25 + .75 * cone) * power, petal * step(pr.z, .10 + .34 * uLevel * uLevel * uDensity + .06) * .9);
  outColor = vec4(lit(c * 1.6), 1.);
}
