// title: Old television
// words: television, tv, screen, monitor, broadcast, video, static, channel, room, nineties, 80s, retro, film, movie, watch, news, vhs
// sizes: WS MS CU
// energy: 0.1 1.0
// tod: 0.0 1.0
// figure: none
// image: optional
// motion: medium
// about: An old television in a dark room shows the artwork; its light fills the room with the pulse, onset tears the picture, bass rolls the bar.
#include "common.glsl"

float box(vec2 p, vec2 b, float r) { vec2 d = abs(p) - b + r; return length(max(d, 0.)) + min(max(d.x, d.y), 0.) - r; }

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float size = mix(1., .80, T);
  vec2 at = vec2(mix(.0, .0, T), mix(.015, .02, T));
  vec2 w = par(q, .35), p = (par(q, .5) - at) / size;
  float pp = px / size, desk = mix(-.335, -.30, T);
  float power = .70 + .22 * uLevel + .17 * uPulse * (.45 + .55 * uLevel);
  vec3 glow = mix(S2 * .75 + S3 * .45, imgBlur(vec2(.5), 9.) * 1.3 + S3 * .06, step(.5, uHasImage));

  // Wall with faint paper stripes, lit by the tube; a shelf light far left.
  vec2 l = w - at;
  float r2 = dot(l, l);
  float stripes = .88 + .12 * smoothstep(.35, .65, abs(fract(w.x * 9.) - .5) * 2.);
  vec3 c = (S1 * .16 + S0 * .2) * stripes * .5;
  c += (glow * .30 + S1 * .10) * stripes * (.30 / (.30 + r2 * 2.4)) * power;
  vec2 la = w - vec2(mix(-.74, -.40, T), mix(.16, .56, T));
  c += (S3 * .65 + S4 * .15) * .06 / (.06 + dot(la, la) * 2.6) * .42;
  float bulb = length(la * vec2(1., .9)) - .055;                                 // a round paper lamp
  c = mix(c, S4 * .9 + S3 * .6, smoothstep(.012, -.012, bulb) * .92);
  c = mix(c, S0 * .1, smoothstep(px, -px, max(abs(la.x) - .0035, abs(la.y - .45) - .395)) * .8);

  // Posters on the wall as soft dark sheets.
  vec2 po = w - vec2(mix(.70, .36, T), mix(.20, .58, T));
  float sheet = box(po, vec2(.120, .165), .004);
  vec3 poster = mix(S2 * .55, S1 * .5, smoothstep(-.1, .14, po.y)) * .5 + S3 * .5 * smoothstep(.062, .058, length(po - vec2(.01, .03)));
  c = mix(c, poster * (.22 + .32 * power * .5 / (.3 + r2)), smoothstep(px * 2., -px * 2., sheet) * .9);

  // Leaves of a plant to the right.
  vec2 pl = w - vec2(mix(.58, .34, T), desk * size + at.y + .02);
  float leaf = 1.;
  for (int i = 0; i < 6; i++) {
    float k = float(i), a = 1.57 + (k - 2.5) * .36 + .03 * sn(t * .8 + k * 2.), len = .25 + .07 * sn(k * 2.4);
    vec2 d = vec2(cos(a), sin(a));
    float u = dot(pl, d), v = dot(pl, vec2(-d.y, d.x)) + .9 * (k - 2.5) * .11 * u * u * 6. * .5;
    float x = sat(u / len);
    leaf = min(leaf, max(abs(v) - .11 * x * (1. - x) * 1.5 * (1. + x) * len * 3.2 * .38, max(-u, u - len)));
  }
  float pot = box(pl + vec2(0., .035), vec2(.055 + pl.y * .25, .055), .01);
  vec3 dark = S0 * .12 + S1 * .03;
  c = mix(c, dark + glow * .16 * power * smoothstep(-.012, .0, leaf) + S2 * .03, smoothstep(px * 1.5, -px * 1.5, leaf));
  c = mix(c, dark + glow * .10 * power * sat(-pl.x * 12. + .2), smoothstep(px, -px, pot));

  // Desk: wood that mirrors the screen as a smear.
  float fl = smoothstep(px, -px, p.y - desk), down = max(desk - p.y, 0.);
  float fib = n2(vec2(p.x * 3., p.y * 80.)) * .6 + n2(vec2(p.x * 11., p.y * 190.)) * .4;
  vec3 wood = (S0 * .28 + S2 * .035 + S3 * .03) * (.6 + .7 * fib);
  float spread = .26 + down * .7;
  wood += glow * (.42 + .3 * fib) * smoothstep(spread + .16, spread - .22, abs(p.x)) * exp(-down * 5.) * power * .75;
  wood *= 1. - .8 * smoothstep(.045, .0, down) * smoothstep(.50, .40, abs(p.x));
  c = mix(c, wood, fl);

  // The set: cabinet, face, tube, knobs, feet, aerial.
  float legs = cap(vec2(abs(p.x), p.y), vec2(.30, desk + .035), vec2(.335, desk - .003), .014, .009);
  vec2 an = p - vec2(0., .325);
  float rods = min(cap(an, vec2(-.01, 0.), vec2(-.20, .235), .0042, .0026), cap(an, vec2(.01, 0.), vec2(.155, .265), .0042, .0026));
  rods = min(rods, min(length(an - vec2(-.20, .235)), length(an - vec2(.155, .265))) - .0075);
  rods = min(rods, box(an + vec2(0., -.004), vec2(.060, .018), .014));
  vec3 metal = S0 * .2 + S1 * .1 + (S4 * .16 + glow * .2) * sat(.5 - p.x * 3.);
  c = mix(c, metal * .8, smoothstep(pp, -pp, min(rods, legs)));
  float cab = box(p - vec2(0., .018), vec2(.465, .312), .050);
  float ply = n2(vec2(p.x * 5. + 2. * n2(p * 6.), p.y * 46.)) * .6 + n2(vec2(p.x * 16., p.y * 130.)) * .4;
  vec3 shell = (S0 * .20 + S2 * .07 + S3 * .07) * (.55 + .8 * ply);
  shell += (S4 * .16 + S3 * .10) * smoothstep(-.030, -.004, cab) * sat(p.y * 2.4 - .2);
  c = mix(c, shell, smoothstep(pp, -pp, cab));
  float face = box(p - vec2(0., .018), vec2(.430, .278), .034);
  vec3 plate = (S0 * .22 + S1 * .06) * (.9 + .2 * n2(p * 300.)) + glow * .045 * power;
  plate += (S4 * .25 + S3 * .15) * smoothstep(.006, .0, abs(face)) * .6;
  c = mix(c, plate, smoothstep(pp, -pp, face));

  // The picture, on curved glass.
  vec2 s = p - vec2(-.075, .024);
  vec2 half_ = vec2(.312, .238);
  vec2 cu = s / half_;
  float tube = box(s * (1. + .030 * cu.yx * cu.yx), half_, .062);
  vec2 uv = cu * (1. + .055 * dot(cu, cu));
  float tear = uOnset * (n1(uv.y * 9. + 500. * fract(floor(t * 15.) * .618)) - .5) * smoothstep(.45, .7, n1(uv.y * 3. + 500. * fract(floor(t * 15.) * .414)));
  float wob = .0035 * sn(uv.y * 34. + t * 9.) + .10 * tear;
  vec2 iu = vec2(uv.x * .655 + wob, uv.y * .5) * .94 + .5;
  vec3 pic = art(clamp(iu, 0., 1.));
  float lum = dot(pic, vec3(.3, .6, .1));
  pic = mix(vec3(lum) * (.6 * S4 + .5 * S2 + .2), pic, .86) * 1.25 + .02 * S2;
  float roll = fract(uv.y * .32 + t * .12);
  pic *= 1. + (.22 + .3 * uBass) * smoothstep(.86, 1., roll) - .10 * smoothstep(.0, .05, roll) * smoothstep(.12, .05, roll);
  float scan = .82 + .18 * sn(uv.y * 118. * TAU * .5);
  pic *= mix(scan, .90, smoothstep(.0016, .0032, pp));                             // lines only where pixels allow
  float shot = floor(t * 24.);
  float snow_ = n2(vec2(uv.x * 150. + 800. * fract(shot * .618), uv.y * 92. + 900. * fract(shot * .414)));
  pic += (S4 * .5 + S2 * .3) * (snow_ - .45) * (.07 + .55 * uOnset * smoothstep(.5, .8, n1(uv.y * 2.2 + t * .7)));
  pic *= power * (1.12 - .42 * smoothstep(.45, 1.25, length(cu)));
  float on = smoothstep(pp * 1.5, -pp * 1.5, tube + .004);
  vec3 bezel = S0 * .08 + glow * .30 * smoothstep(.040, .0, tube) * power * .5;
  c = mix(c, bezel, smoothstep(pp, -pp, tube - .020));
  c = mix(c, max(pic, 0.), on);
  vec2 gl = s - vec2(-.15, .125);                                                  // window light on the glass
  float pane = box(vec2(gl.x + gl.y * .25, gl.y), vec2(.085, .062), .01);
  c += S4 * .045 * smoothstep(.014, -.014, pane) * on * smoothstep(.004, .008, abs(gl.x + gl.y * .25)) * smoothstep(.004, .008, abs(gl.y));
  c += glow * .20 * power * exp(-max(tube, 0.) * 15.) * (1. - on);

  // Knobs, loudspeaker slots, a little lamp that keeps the beat.
  vec2 k1 = p - vec2(.345, .185);
  k1.y -= clamp(floor(k1.y / -.105 + .5), 0., 1.) * -.105;
  float kn = length(k1), ang = (p.y > .13 ? 2.2 : .9) + .2 * step(.5, h1(3));
  vec3 knob = mix(S0 * .2 + S4 * .10, S4 * .42 + S3 * .1, sat(.5 + k1.y * 14. - k1.x * 6.)) * (.6 + .4 * power);
  knob = mix(knob, S0 * .1, smoothstep(.005, .002, abs(dot(k1, vec2(-sin(ang), cos(ang))))) * step(0., dot(k1, vec2(cos(ang), sin(ang)))));
  c = mix(c, knob, smoothstep(pp, -pp, kn - .034));
  c *= 1. - .5 * smoothstep(.012, .0, abs(kn - .038));
  vec2 sl = p - vec2(.345, -.105);
  float slots = smoothstep(.30, .38, abs(fract(sl.y * 52.) - .5)) * smoothstep(pp, -pp, box(sl, vec2(.052, .078), .008));
  c = mix(c, S0 * .04, slots * .85);
  float led = length(p - vec2(.345, -.215));
  c += (S3 * 1.5 + S4 * .3) * (smoothstep(.008, .005, led) + .00008 / (led * led + .0003)) * (.35 + 1.1 * uPulse);
  outColor = vec4(lit(c * 1.65), 1.);
}
