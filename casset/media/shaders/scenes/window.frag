// title: Room with a window
// words: window, room, bedroom, morning, curtain, indoors, alone, waiting, plant, sunlight, apartment, kitchen, stay, inside, lockdown, quiet
// sizes: WS MS
// energy: 0.0 0.7
// tod: 0.0 1.0
// figure: optional
// image: optional
// motion: calm
// about: Light falls through a window into a room and wanders over wall and floor with the day; the curtain moves with bass, dust with treble, the light with the pulse.
#include "common.glsl"

float box(vec2 p, vec2 b, float r) { vec2 d = abs(p) - b + r; return length(max(d, 0.)) + min(max(d.x, d.y), 0.) - r; }
float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

// Someone at the window, from behind, arms folded before the chest. Feet at 0, height 1.
float waiting(vec2 p) {
  p.x -= .008 * sn(TAU * uBar) * smoothstep(.3, 1., p.y);
  vec2 a = vec2(abs(p.x), p.y);
  float d = cap(a, vec2(.043, .48), vec2(.046, .03), .058, .030);
  d = min(d, cap(a, vec2(.050, .016), vec2(.060, .014), .022, .018));
  float back = smin(cap(p, vec2(0., .50), vec2(0., .60), .090, .084), cap(p, vec2(0., .62), vec2(0., .70), .092, .108), .06);
  d = smin(d, back, .02);
  d = smin(d, cap(a, vec2(0., .780), vec2(.092, .756), .046, .044), .05);
  d = smin(d, min(cap(a, vec2(.116, .745), vec2(.146, .590), .043, .036), cap(a, vec2(.146, .590), vec2(.080, .610), .035, .030)), .012);
  d = smin(d, cap(p, vec2(0., .79), vec2(.004, .87), .038, .033), .03);
  vec2 h = p - vec2(.004, .914);
  float hair = smin(length(h * vec2(1.15, .97)) - .072, cap(h, vec2(0., .0), vec2(-.006, -.075), .070, .052), .02);
  return min(d, hair);
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), dk = day(), nt = 1. - smoothstep(.06, .5, dk);
  float side = h1(1) < .5 ? -1. : 1.;
  vec2 w = par(q, .35);
  w.x *= side;
  vec2 mid = vec2(mix(.24, .04, T), mix(.075, .16, T)), half_ = mix(vec2(.255, .325), vec2(.225, .345), T);
  float base = mix(-.365, -.42, T);                                    // where the wall meets the floor
  vec2 p = w - mid;
  float frame = box(p, half_, .006), pane = max(abs(p.x) - half_.x, abs(p.y) - half_.y);

  // What is outside: sky, sun or moon, roofs.
  vec2 o = par(q, .08);
  o.x *= side;
  float h = o.y - mix(-.06, .0, T);
  vec3 out_ = mix(S3 * .95 + S4 * .10, S2 * .75, smoothstep(-.05, .22, h));
  out_ = mix(out_, S1 * .75 + S2 * .12, smoothstep(.12, .42, h));
  vec2 sun = vec2(mid.x + .12, mid.y + mix(-.03, .12, T) + .14 * (dk - .3));
  float sd = length(o - sun);
  out_ += (S3 * .6 + S4 * .3) * exp(-sd * 5.) * (.7 + .35 * uPulse);
  out_ = mix(out_, S4 * 1.7, smoothstep(.048, .044, sd));
  float cl = fbm2(vec2(o.x * 3. - t * .03, o.y * 10.));
  out_ = mix(out_, S4 * .35 + S3 * .4 + S2 * .1, smoothstep(.52, .8, cl) * .45 * smoothstep(.0, .12, h));
  float rx_ = o.x * 9., ri = floor(rx_), rr = h1(int(ri) + 90);
  float roof = -.06 + .10 * rr + .05 * (1. - abs(2. * (rx_ - ri) - 1.)) * step(.5, fract(rr * 7.));
  vec3 town = mix(S2 * .38 + S1 * .2, S1 * .26 + S0 * .2, smoothstep(.08, -.14, h)) * (1. - .3 * nt);
  vec2 lw = vec2(o.x * 60., h * 46.);
  float lr = h2(ivec2(floor(lw)) + 700);
  town += (S3 + S4 * .3) * step(.84 - .10 * nt, lr) * smoothstep(.5, .3, abs(fract(lw.x) - .5)) * smoothstep(.5, .34, abs(fract(lw.y) - .5)) * (.25 + .8 * nt) * (.7 + .5 * uPulse * step(.5, fract(lr * 31.)));
  out_ = mix(out_, town, smoothstep(px * 2., -px * 2., h - roof));

  // The wall, and the light that lies on it: the window's image thrown to the far side.
  float bright = (.55 + .65 * dk + .2 * nt) * (.82 + .20 * uPulse + .12 * uLevel);
  vec3 warm = mix(S3 * .75 + S4 * .45, S2 * .6 + S4 * .25, nt * .6);
  vec3 paint = (S1 * .20 + S2 * .14 + S0 * .12);
  vec3 c = paint * (.20 + .30 * exp(-length(p) * 1.6) * bright);
  vec2 b = vec2(w.x - mid.x + mix(.74, .44, T) + .10 * (dk - .5), w.y - mid.y + mix(.12, .40, T));
  b = vec2(b.x + b.y * .30, b.y + b.x * .16);
  vec2 bb = abs(b) - half_ * vec2(.82, .86);
  float blur = .018 + .03 * nt;
  float beam = smoothstep(blur, -blur, max(bb.x, bb.y)) * smoothstep(.004, .018 + blur, abs(b.x) ) * smoothstep(.004, .018 + blur, abs(b.y - .07));
  float leafy = smoothstep(.30, .62, n2(vec2(b.x * 7. + .3 * sn(t * .5), b.y * 7. + .2 * sn(t * .7))) + .35 * sat(.2 - b.y * 2.));
  beam *= mix(.45, 1., leafy);
  c += warm * beam * bright * .46 * (1. - .35 * nt);

  // The artwork as a small framed print, left in the light.
  vec2 ar = w - mid - vec2(mix(-.60, -.10, T), mix(.13, .56, T));
  float size_ = mix(.105, .12, T), print = box(ar, vec2(size_ + .014), .002);
  vec3 pic = art(clamp(vec2(ar.x * side, ar.y) / (2. * size_) + .5, 0., 1.)) * (.30 + .55 * beam * bright + .12 * uLevel);
  c *= 1. - .4 * smoothstep(.03, -.01, box(ar + vec2(-.01, .014), vec2(size_ + .016), .002));
  c = mix(c, S0 * .2 + S3 * .05, smoothstep(px, -px, print));
  c = mix(c, pic, smoothstep(px, -px, max(abs(ar.x), abs(ar.y)) - size_));

  // Window: frame, cross bars, sill.
  float bars = min(abs(p.x) - .008, abs(p.y - .085) - .007);
  vec3 white = (S4 * .26 + S1 * .18 + S2 * .1) * (.35 + .35 * bright);
  vec3 win = mix(out_ * (1. + .1 * uLevel), white * .55, smoothstep(px, -px, bars));
  c = mix(c, white, smoothstep(px, -px, box(p, half_ + .026, .004)));
  c *= 1. - .4 * smoothstep(.006, .0, abs(pane)) ;
  c = mix(c, win, smoothstep(px, -px, pane));
  vec2 sl = p + vec2(0., half_.y + .034);
  c = mix(c, white * (1.1 + sat(sl.y * 60.)), smoothstep(px, -px, box(sl, vec2(half_.x + .055, .014), .003)));
  c += warm * .30 * exp(-max(pane, 0.) * 10.) * bright * smoothstep(-px, px, pane);

  // Floor boards with the light's second half.
  float fl = smoothstep(px, -px, w.y - base), dn = max(base - w.y, 0.), z = 1. / (dn + .30);
  float fx = (w.x - mid.x * .5) * z, board = fx * 5.2, bi = floor(board), tone = h1(int(bi) + 33);
  float fib = n2(vec2(fx * 40., z * 9. + tone * 30.));
  vec3 wood = mix(S0 * .22 + S2 * .07, S3 * .16 + S2 * .07, .25 + .45 * tone * fib) * (.5 + .35 * fib);
  wood *= .55 + .45 * smoothstep(.0, .06, abs(board - bi - .5) * -1. + .5);
  vec2 fb = vec2((w.x - mid.x) * z * .30 / .30 + dn * 1.9 - .05, dn);
  float patch_ = smoothstep(.05, -.05, abs(fb.x + .10) - .30) * smoothstep(.012, .03, abs(fb.x + .10)) * smoothstep(.0, .03, dn - .02) * smoothstep(.03, .0, dn - .16 - .2 * T);
  wood += warm * (wood * 6. + .10) * patch_ * bright * .55 * (1. - .4 * nt);
  wood += warm * .05 * exp(-abs(w.x - mid.x) * 4.) * bright * exp(-dn * 3.);
  c = mix(c, wood, fl);
  float skirt = smoothstep(px, -px, abs(w.y - base - .016) - .016);
  c = mix(c, white * .42 + paint * .2, skirt * (1. - fl));

  // Curtain: thin cloth that breathes, lit from behind.
  float air = sn(t * .7) * .5 + .5, blow = (.025 + .05 * air + .05 * uBass) * sat((half_.y - p.y) * 1.2);
  for (int i = 0; i < 2; i++) {
    float s = i == 0 ? -1. : 1.;
    float x = p.x * s - half_.x * 1.04 + blow * (i == 0 ? 1. : .45) * (1. + .4 * sn(p.y * 7. + t * .9));
    float drop_ = max(p.y - half_.y - .05, -half_.y - mix(.18, .24, T) - p.y);
    float cloth = max(abs(x - .03) - .115 - .03 * sat(half_.y - p.y), drop_);
    float fold = .5 + .5 * sn(x * 92. + 5. * sn(p.y * 2.2 + t * .5 + s) + s);
    float through = smoothstep(.03, -.06, pane);
    vec3 col = mix(paint * .9 + S4 * .05, out_ * .40 + warm * .42 * bright, through * .85);
    col = mix(col, warm * .18 * bright + paint, .35 * (1. - through)) * (.55 + .60 * fold);
    c = mix(c, col, smoothstep(.008, -.004, cloth) * (.80 + .14 * fold));
  }
  vec2 rod = p - vec2(0., half_.y + .052);
  c = mix(c, S0 * .2 + S3 * .06, smoothstep(px, -px, min(box(rod, vec2(half_.x + .15, .006), .004), length(vec2(abs(rod.x) - half_.x - .155, rod.y)) - .013)));

  // A plant on the sill, and someone who waits.
  vec2 pl = p - vec2(-half_.x * .62, -half_.y - .018);
  float leaf = 1.;
  for (int i = 0; i < 5; i++) {
    float k = float(i) - 2., a = 1.57 - k * .50 + .04 * sn(t * .9 + k * 2.), len = .145 - .012 * k * k + .02 * sn(k * 5.);
    vec2 d = vec2(cos(a), sin(a)), l = pl - vec2(0., .050);
    float u = dot(l, d), v = dot(l, vec2(-d.y, d.x)) - k * 1.2 * u * u, x = sat(u / len);
    leaf = min(leaf, max(abs(v) - .036 * x * (1. - x) * (1.4 + x) - .0012, max(-u, u - len)));
  }
  float pot = box(pl - vec2(0., .026), vec2(.036 + pl.y * .22, .028), .005);
  vec3 dark = S0 * .16 + S1 * .05;
  c = mix(c, dark + S2 * .06 + out_ * .10, smoothstep(px, -px, leaf));
  c = mix(c, dark + warm * .22 * bright * sat(pl.x * 20. + .2), smoothstep(px, -px, pot));

  float tallness = mix(.56, .62, T);
  vec2 n = par(q, .6);
  n.x *= side;
  vec2 f = (n - vec2(mid.x + mix(.04, .03, T), base - mix(.095, .16, T))) / tallness;
  float man = waiting(f) * tallness, fm = smoothstep(px, -px, man) * uFigure;
  float rim = smoothstep(-.0065, -.0006, man) * (.35 + .65 * sat(f.x * 7.));
  c = mix(c, dark + (warm * .55 + out_ * .25) * rim * bright * sat(.2 + f.y), fm);

  // Dust in the beam.
  vec2 g = (par(q, .8) + vec2(t * .008 + .01 * sn(t * .5 + q.y * 8.), -t * .006)) * 15.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 120);
  float e = length(g - vec2(id) - .5 - (r.xy - .5) * .8), slope = w.y - mid.y - (w.x - mid.x) * .55;
  float shaft = smoothstep(.36, .05, abs(slope + .05)) * smoothstep(mid.x + .25, mid.x - .1, w.x);
  c += warm * shaft * .055 * bright * (1. - .6 * fl);
  c += (S4 * .8 + S3 * .3) * smoothstep(.06, .015, e) * step(r.z, .22) * shaft * (.18 + .6 * uTreb * step(.5, r.x)) * bright;
  outColor = vec4(lit(c * 1.5), 1.);
}
