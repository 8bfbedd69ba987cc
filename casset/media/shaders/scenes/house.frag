// title: House at night
// words: house, home, cabin, cottage, village, window light, night, countryside, childhood, family, warm, return, lonely, stars, farm, evening
// sizes: EWS WS
// energy: 0.0 0.7
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: calm
// about: A house with lit windows under a wide sky; the lamps breathe with the pulse, smoke with the bass, stars with treble; someone walks home on the beat.
#include "common.glsl"

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), dk = day(), nt = 1. - smoothstep(.05, .55, dk);
  vec2 f = par(q, .08);
  float hz = mix(-.16, -.22, T), h = f.y - hz;
  float side = h1(1) < .5 ? -1. : 1.;

  // Sky: afterglow over the hills, stars and a band of them above.
  vec3 c = mix(S3 * .62 + S2 * .10, S2 * .42, smoothstep(.0, .20, h));
  c = mix(c, S1 * .52, smoothstep(.08, .42, h));
  c = mix(c, S1 * .26 + S0 * .12, smoothstep(.35, 1.05, h));
  float ax = dot(f - vec2(.1 * side, .2), vec2(.60 * side, .80)), along = dot(f, vec2(.80, -.60 * side));
  float milk = exp(-ax * ax * 16.) * (.35 + .9 * fbm2(vec2(along * 3.2, ax * 7.) + 3.));
  float dust = smoothstep(.40, .80, n2(vec2(along * 5., ax * 11.) + 8.)) * exp(-ax * ax * 60.);
  float up = smoothstep(.05, .40, h) * (.25 + .75 * nt);
  c += (S2 * .30 + S4 * .16 + S3 * .07) * milk * (1. - .75 * dust) * up * (.75 + .35 * uMid);
  for (int L = 0; L < 2; L++) {
    vec2 g = f * (34. + 38. * float(L)) + 7. * float(L);
    ivec2 id = ivec2(floor(g));
    vec3 r = h3(id + L * 33);
    float d = length(g - vec2(id) - .2 - .6 * r.xy);
    float tw = .7 + .3 * sn(t * (1.5 + 3. * r.x) + r.y * 30.) + .7 * uTreb * step(.7, r.x);
    c += mix(S4, S2 * 1.4, step(.7, r.y) * .6) * smoothstep(.13, .015, d) * step(.62 - .25 * milk, r.z) * up * tw * (L == 0 ? .75 : .45) * r.z;
  }

  // Far hills and a wood edge.
  for (int i = 0; i < 3; i++) {
    float k = float(i);
    vec2 w = par(q, .12 + .08 * k);
    float y = hz + .085 - .040 * k + (.65 * n1(w.x * (1.5 + .5 * k) + 7.3 * k) + .35 * n1(w.x * 4.1 + 3. * k) - .5) * (.15 - .035 * k);
    float tx = w.x * (70. - 16. * k), ti = floor(tx), tr = h1(int(ti) + 200 * i);
    if (i > 0) y += (.010 + .012 * k) * (1. - abs(2. * (tx - ti) - 1.)) * (.4 + tr);
    vec3 hill = mix(S2 * .26 + S1 * .16 + S3 * .06, S0 * .30 + S1 * .07, (k + .4) / 2.6);
    float m = smoothstep(px * 1.6, -px * 1.6, w.y - y);
    c = mix(c, mix(hill, S3 * .18 + S2 * .20, (.40 - .13 * k) * smoothstep(.10, .0, w.y - hz)), m);
  }

  // The field, with a path that leads to the door.
  vec2 n = par(q, .40);
  vec2 home = vec2(-side * mix(.20, .04, T), mix(-.17, -.20, T));                  // middle of the door sill
  float rise = home.y - .006 + .045 * sn(n.x * 1.9 + 1.2 * side) * .6 - .05 * (n.x - home.x) * (n.x - home.x);
  float gy = rise - n.y, z = sat(gy * 2.2);
  float gx = n.x * 105., gi = floor(gx);
  float blade = .016 * (1. - abs(2. * (gx - gi) - 1.)) * (.4 + .6 * h1(int(gi) + 30));
  float field = smoothstep(px * 1.5, -px * 1.5, -gy - blade);
  float tuft = n2(vec2(n.x * (60. - 34. * z), gy * (60. - 34. * z)) + .4 * sn(t * .7 + n.x * 3.)) * .6 + .4 * n2(vec2(n.x * 140., gy * 60.));
  vec3 grass = mix(S1 * .13 + S2 * .08, S0 * .22 + S1 * .06, sat(gy * 3.)) * (.45 + 1.0 * tuft) + S3 * .02 * tuft;
  float px0 = home.x + side * (.16 * gy * gy * 6. + .11 * sn(gy * 9.)) * .9, pw = .010 + .15 * gy;
  float path = smoothstep(1.15, .65, abs(n.x - px0) / pw + .5 * (tuft - .5)) * smoothstep(.0, .01, gy);
  grass = mix(grass, (S2 * .18 + S3 * .09 + S1 * .10) * (.6 + .5 * tuft), path * .8);
  float lamp = .66 + .22 * uLevel + .55 * uPulse * (.5 + .5 * uLevel);
  vec3 warm = (S3 * 1.1 + S4 * .55);
  vec2 pool = (n - home) * vec2(1., 2.6);
  grass += warm * (.5 + .7 * tuft) * lamp * (.010 / (.012 + dot(pool, pool))) * .30;
  c = mix(c, grass, field);

  // The house: gable wall and long side, roof, chimney; all dark but for its windows.
  vec2 p = (n - home) / mix(.34, .30, T);
  p.x *= side;
  float hp = px / .32;
  float wall = max(abs(p.x - .10) - .44, abs(p.y - .16) - .17);
  float roof = max(abs(p.x - .10 + .22 * (p.y - .33) * sign(p.x - .10) * .0) - .52 + (p.y - .31) * .55, abs(p.y - .43) - .125);
  float gable = max(abs(p.x + .16) * .92 + p.y - .72, max(.32 - p.y, abs(p.x + .16) - .5));
  gable = max(gable, -.001 - p.y);
  float chim = max(abs(p.x - .36) - .040, abs(p.y - .57) - .085);
  float eave = max(abs(abs(p.x + .16) * .92 + p.y - .735) - .018, max(.30 - p.y, p.y - .75));
  vec3 brick = (S0 * .20 + S1 * .05);
  float out_ = min(wall, min(gable, chim));
  vec3 tile = (S0 * .26 + S1 * .10 + S2 * .03) * (.75 + .5 * smoothstep(.2, .8, abs(fract(p.y * 24.) - .5) * 2.)) ;
  c = mix(c, brick, smoothstep(hp, -hp, out_));
  c = mix(c, tile, smoothstep(hp, -hp, roof) * step(0., max(gable, 0.) + .5));
  c = mix(c, brick * 1.1 + S2 * .012, smoothstep(hp, -hp, gable));
  c = mix(c, S0 * .2 + S1 * .1 + S2 * .05, smoothstep(hp, -hp, eave));
  // Windows: three below, one in the gable, a door with a lamp.
  float wx = p.x < -.02 ? -.20 : (p.x < .30 ? .17 : .42);
  vec2 wd = abs(vec2(p.x - wx, p.y - .20)) - vec2(.062, .075);
  float win = max(wd.x, wd.y);
  vec2 wg = abs(vec2(p.x + .16, p.y - .47)) - vec2(.045, .055);
  win = min(win, max(wg.x, wg.y));
  vec2 door = abs(vec2(p.x - .005, p.y - .095)) - vec2(.055, .10);
  float dr = max(door.x, door.y);
  vec2 wq = p.y > .36 ? vec2(p.x + .16, p.y - .47) : vec2(p.x - wx, p.y - .20);
  float bars = smoothstep(.004, .009, abs(wq.x)) * smoothstep(.004, .009, abs(wq.y - .012));
  float curtain = .72 + .28 * smoothstep(.030, .052, abs(wq.x)) * -1.2;
  float pane = smoothstep(hp * 1.5, -hp * 1.5, win);
  vec3 room = mix(S3 * 1.2, S4 * 1.25, smoothstep(-.06, .05, wq.y)) * (.75 + .45 * curtain);
  c = mix(c, S0 * .1, smoothstep(hp, -hp, min(win, dr) - .014) * .7);
  c = mix(c, room * bars * lamp * mix(1., .55, dk * .6), pane);
  c = mix(c, S0 * .12 + S2 * .06 + S3 * .03, smoothstep(hp, -hp, dr));
  vec2 dl = p - vec2(.098, .225);
  c += warm * (smoothstep(.012, .006, length(dl)) + .0016 / (.0016 + dot(dl, dl)) * .30) * lamp * (.5 + .5 * nt);
  c += warm * lamp * .10 * exp(-max(min(win, dr + 1.), 0.) * 9.) * smoothstep(.02, -.02, out_) * .9;
  vec2 halo = p - vec2(.05, .22);
  c += warm * lamp * .026 * (.35 + .65 * nt) / (.16 + dot(halo, halo));

  // Smoke from the chimney.
  vec2 sm = p - vec2(.36 , .66);
  float bend = .16 * sm.y * sm.y + .03 * sn(sm.y * 6. - t * .6);
  float plume = fbm2(vec2((sm.x - bend) * 6., sm.y * 3.2 - t * .30)) * exp(-abs(sm.x - bend) / (.030 + .11 * max(sm.y, 0.)));
  c = mix(c, S2 * .35 + S3 * .10 + S4 * .06, sat(plume * 1.5 * smoothstep(-.01, .06, sm.y) * smoothstep(1.0, .1, sm.y) * (.45 + .35 * uBass)));

  // Two pines by the house, a fence, someone on the path.
  for (int i = 0; i < 2; i++) {
    vec2 tp = p - (i == 0 ? vec2(.82, -.04) : vec2(-.88, -.02));
    float hgt = i == 0 ? 1.15 : .86, y = tp.y / hgt, saw = fract(y * 7. + .1 * sn(tp.x * 30.));
    float half_ = (1. - y) * .27 * (.62 + .38 * (1. - saw)) * step(.06, y) + .02 * (1. - step(.06, y));
    float tree = (abs(tp.x + .012 * y * sn(t * .8 + float(i))) - half_) * .8;
    tree = max(tree, max(-y, y - 1.) * hgt);
    c = mix(c, S0 * .16 + S1 * .05 + warm * .030 * lamp * sat(-tp.x * (i == 0 ? 5. : -5.)) * sat(1. - y * 1.6), smoothstep(hp * 1.5, -hp * 1.5, tree));
  }
  vec2 fe = par(q, .6);
  float fy = mix(-.385, -.52, T) + .02 * sn(fe.x * 2.) , rail = min(abs(fe.y - fy - .016) - .0035, abs(fe.y - fy + .016) - .0035);
  float post = max(abs(abs(fract(fe.x * 5. + .2) - .5) - .0) / 5. - .0065, abs(fe.y - fy) - .042);
  float gate = abs(fe.x - px0 - .05 * side) - mix(.15, .12, T);
  float fence = max(min(rail, post), -gate);
  c = mix(c, S0 * .12 + S1 * .04 + S3 * .015, smoothstep(px, -px, fence));
  float size = mix(.150, .150, T);
  float go = home.y - mix(.175, .20, T), gyF = home.y - .006 - go, lane = home.x + side * (.16 * gyF * gyF * 6. + .11 * sn(gyF * 9.)) * .9;
  vec2 fp = (n - vec2(lane, go)) / size;
  float man = figure(vec2(fp.x * (lane > home.x ? -1. : 1.), fp.y), uBar * TAU * 2.) * size;
  float fm = smoothstep(px, -px, man) * uFigure;
  c = mix(c, S0 * .10 + S1 * .03 + warm * .14 * smoothstep(-.0035, .0, man) * lamp * sat(.2 + fp.y), fm);

  // Fireflies over the grass.
  vec2 g = (par(q, .7) + vec2(.012 * sn(t * .6 + q.y * 7.), .010 * sn(t * .8 + q.x * 6.))) * 11.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 150);
  float e = length(g - vec2(id) - .5 - (r.xy - .5) * .7), on = max(sn(t * (.7 + r.x) + r.y * 20.), 0.) * .7 + .6 * uPulse * step(r.x, .35);
  c += (S4 * .6 + S3 * .8) * (smoothstep(.045, .01, e) + .14 * smoothstep(.25, .0, e)) * step(r.z, .10 + .22 * uDensity) * on * smoothstep(hz + .06, hz - .10, q.y) * nt;
  outColor = vec4(mix(grade(c * 1.3), lit(c * 1.35), nt), 1.);
}
