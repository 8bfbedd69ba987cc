// title: Dusk over the hills
// words: dusk, sunset, sun, sundown, evening, hill, horizon, big sun, twilight, warm, golden hour, savanna
// sizes: EWS WS
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: calm
// about: A great sun sinks behind ridgelines; it breathes with the beat, bass stirs the haze, the chorus sends up birds.
#include "common.glsl"
// A flat-topped tree, foot at the origin, height 1: signed distance with leafy edges.
float tree(vec2 p) {
  float d = cap(p, vec2(0.), vec2(.05, .55), .035, .020);
  d = min(d, min(cap(p, vec2(.05, .5), vec2(-.24, .80), .018, .008), cap(p, vec2(.05, .5), vec2(.30, .78), .018, .008)));
  float leaf = (n2(p * 15.) - .5) * .075;
  d = min(d, length((p - vec2(-.16, .86)) * vec2(.50, 1.9)) - .19 + leaf);
  return min(d, length((p - vec2(.22, .80)) * vec2(.52, 2.0)) - .15 + leaf);
}
void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), side = sign(take(.6180) - .5);
  vec2 f = par(q, .1), w = par(q, .85);
  float hz = mix(-.10, -.06, T), R = mix(.27, .25, T) * (.85 + .3 * take(.7549)) * (1. - .4 * noon());
  vec2 sun = vec2(side * mix(.20, .05, T), hz + .11 + .34 * (day() - .5) * (1. - night()) + .16 * night());
  float h = f.y - hz, d = length(f - sun);
  // sky, stars, and the sun: each beat sends a faint ring of heat outward
  vec3 c = skyc(h * .85);
  c += (.7 + .3 * S4) * starfield(f, px) * night() * smoothstep(.05, .3, h);
  c += S3 * .75 * ex(-max(d - R, 0.) * (4.6 - 1.6 * uLevel)) * (.9 + .95 * uPulse) * (1. - .5 * noon());
  c += (S3 * .5 + S4 * .2) * gauss((d - R - .03 - .34 * uBeat) / .05) * uPulse * .9;
  float shimmer = (n2(vec2(f.x * 5., h * 30. - t * .7)) - .5) * .008 * smoothstep(.25, .0, h);
  vec3 disc = mix(mix(S3 * 1.3, S4 * 2., smoothstep(-.7 * R, R * .8, f.y - sun.y)), S4 * 2.4 + .2, max(noon(), night()));
  c = mix(c, disc * mix(1., .55, night()) * seas((f - sun) / R) * (1. + .12 * uPulse), smoothstep(R + .002, R - .003, d + shimmer));
  // long clouds cross the sun
  float cl = fbm3(vec2(f.x * 1.1 + t * .014 + 30. * take(.5698), h * 10.));
  float m = smoothstep(.66 - .22 * uDensity, .84 - .14 * uDensity, cl) * smoothstep(.02, .14, h);
  c = mix(c, mix(S2 * .45 + S1 * .2, S3 * 1.1 + S4 * .1, .35 + .5 * ex(-d * 3.) + .2 * noon()), m * .78);
  float flock = birds((f - sun - vec2(-side * .02 + .03 * sn(t * .1), R * .15 + .05 * sn(t * .07))) * .8, t, px);
  c = mix(c, S0 * .5 + S1 * .1, flock * smoothstep(.2, .6, uLevel) * .9);
  // four ridges, from haze to shadow; the light runs forward over them on the beat
  for (int i = 0; i < 4; i++) {
    float k = float(i) / 3.;
    vec2 z = par(q, .15 + .6 * k);
    float y = hz + .05 - mix(.26, .42, T) * k + (ridge3(z.x * (1.2 + .9 * k) + float(i) * 5.7) - .5) * mix(.20, .13, k);
    y += .05 * k * smoothstep(.1, .8, side * z.x + .2); // the near ground rises on the sun's side
    float below = y - z.y;
    vec3 rc = mix(mix(S3, S2, .45) * .62, S0 * .42 + S1 * .05, pow(k, .6));
    rc = mix(rc, mix(azure() * .5 + S2 * .2, S0 * .5 + S1 * .3, k), noon() * .7);
    rc += S3 * .42 * ex(-below * 24.) * ex(-abs(z.x - sun.x) * 1.6) * (1. - k) * (1. + .8 * uPulse * gauss((k - uBeat * 1.3) / .35));
    float mist = i < 2 ? n2(vec2(z.x * 1.7 + t * .03 * (1. + k) + float(i) * 3., z.y * 4.)) : 0.;
    rc = mix(rc, S3 * .55 + S2 * .35, smoothstep(-.01, .16, below) * (1. - k) * mist * (.35 + .35 * uBass));
    c = mix(c, rc, smoothstep(px, -px, -below));
  }
  // the foreground: grass, a tree, someone looking out
  float ground = -ext().y / max(uCam.z, .2) + mix(.13, .34, T) + .05 * (n1(w.x * 1.3 + 8.) - .5) + .05 * side * w.x;
  float gx = w.x * 70. + 3. * sn(t * .9 + w.x * 3.) * (w.y - ground + .02) * 30.;
  float blade = (.006 + .022 * n1(floor(gx) * 1.7)) * (1. - 2. * abs(fract(gx) - .5));
  vec3 dark = S0 * .22 + S1 * .025;
  c = mix(c, dark, smoothstep(px, -px, w.y - ground - blade));
  float big = mix(.46, .52, T) * (.8 + .4 * take(.8192));
  vec2 root = vec2(-side * min(mix(.52, .30, T), ext().x - .20), -ext().y / max(uCam.z, .2) + mix(.10, .31, T) - .05 * side * side * min(mix(.52, .30, T), ext().x - .20));
  vec2 tp = (w - root) / big;
  c = mix(c, dark, smoothstep(px, -px, tree(vec2(tp.x + .012 * sn(t * .7) * tp.y, tp.y)) * big) * step(.35, take(.6711)));
  float tall_ = mix(.20, .22, T), fx = side * mix(.10, .03, T);
  vec2 feet = vec2(fx, -ext().y / max(uCam.z, .2) + mix(.125, .335, T) + .05 * (n1(fx * 1.3 + 8.) - .5) + .05 * side * fx);
  c = person(c, standing((w - feet) / tall_, dressed()) * tall_, px, dark, S3 * .6 * (.6 + .6 * uPulse) * smoothstep(.2, .6, (w.y - feet.y) / tall_));
  outColor = vec4(grade(c * (.92 + .16 * uLevel)), 1.);
}
