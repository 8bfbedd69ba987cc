// title: Alone in the light
// words: spotlight, beam, stage, singer, alone, portrait, performer, silhouette, light, solo, standing, haze, theatre
// sizes: WS MS
// energy: 0.1 0.9
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: calm
// about: One beam falls on a stage; pulse fills it, bass the floor, treble lights the dust.
#include "common.glsl"
void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), side = take(.6180) < .5 ? 1. : -1.;
  vec2 f = par(q, .2), w = par(q, .55);
  float e = ext().y, floor_ = -e * mix(.62, .52, T);
  vec2 stand = vec2(side * mix(.14, .03, T), floor_ - .055); // where the singer's feet are
  vec2 lamp = vec2(-side * mix(.36, .16, T), e + .12);
  // haze in a dark house
  float fog = fbm3(f * vec2(2.2, 2.8) + vec2(t * .06, -t * .04));
  vec3 c = (S1 * .22 + S0 * .2) * (.35 + .8 * fog) + S2 * .10 * ex(-length(f - vec2(0., floor_)) * 2.2);
  // the key beam, straight to the singer, and two weaker ones in the second colour that swing with the bar
  float pool = 0.;
  for (int i = 0; i < 3; i++) {
    float k = float(i);
    vec2 from = i == 0 ? lamp : vec2(side * (k < 1.5 ? .58 : -.02) * mix(1., .5, T), e + .1);
    float swing = i == 0 ? 0. : .34 * sn(TAU * uBar + k * 2.1) * (.4 + .6 * uLevel);
    vec2 to = stand + vec2(swing + (i == 0 ? 0. : side * .22 * (k - 1.5)), i == 0 ? .25 : .1);
    vec2 dir = normalize(to - from), d = f - from;
    float along = dot(d, dir), across = dot(d, vec2(dir.y, -dir.x));
    float wide = mix(.10, .085, min(k, 1.)) * (.25 + max(along, 0.)) * (.9 + .25 * uLevel);
    float core = gauss(across / wide);
    float dust = .45 + 1.1 * fog * (.7 + .6 * n1(across / wide * 3.1 + 9. + t * .2));
    vec3 col = i == 0 ? S4 * .75 + S3 * .35 : (k < 1.5 ? S3 * .9 : S2 * 1.3);
    float power = i == 0 ? .80 + .45 * uPulse : (.12 + .45 * uPulse * uLevel + .25 * uLevel);
    c += col * core * dust * power * ex(-max(along, 0.) * .55) * smoothstep(-.05, .1, along) * .75;
    if (i == 0) pool = core;
  }
  c += S4 * ex(-length(f - lamp) * 6.5) * (1. + .6 * uPulse);
  // the stage: boards, and the ellipse of light
  float y = floor_ - w.y;
  float z = 1. / (max(y, 0.) + .10);
  float board = smoothstep(.02, .06, abs(fract(w.x * z * .55) - .5)) * (.7 + .5 * n2(vec2(w.x * z * 5., z * 9.)));
  float disc = ex(-dot((w - stand) * vec2(1.9, 5.5), (w - stand) * vec2(1.9, 5.5)));
  vec3 stage = (S1 * .14 + S0 * .3) * board + (S4 * .75 + S3 * .5) * disc * board * (.75 + .45 * uPulse + .35 * uBass);
  stage += (S2 * .3 + S3 * .1) * ex(-max(y, 0.) * 10.) * (.4 + .5 * uLevel) * .6;
  c = mix(c, stage, smoothstep(-px, px * 2., y));
  // dust in the light
  vec2 g = q * 16. + vec2(t * .12, -t * .08);
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id);
  float md = length(g - vec2(id) - .5 - (r.xy - .5) * .8);
  c += S4 * smoothstep(.06, .01, md) * step(1. - .6 * uDensity, r.z) * pool * (.3 + 1.2 * uTreb);
  // microphone on its stand, and who sings
  vec2 mp = w - stand - vec2(-side * .085, -.004);
  float mic = min(cap(mp, vec2(0.), vec2(0., .40), .0035, .0028), cap(mp, vec2(0., .40), vec2(side * .045, .435), .005, .011));
  mic = min(mic, max(abs(mp.y) - .004, abs(mp.x) - .045));
  c = mix(c, S0 * .15 + (S4 * .6 + S3 * .2) * smoothstep(-.004, 0., mic) * .35, smoothstep(px, -px, mic));
  float tall_ = mix(.50, .46, T);
  vec2 body = (w - stand - vec2(.0, -.005)) / tall_;
  float sway = .02 * sn(TAU * uBar * 2.) * uEnergy;
  float d = standing(vec2(body.x + sway * body.y * body.y, body.y), dressed()) * tall_;
  float shade = cap(w, stand, stand + vec2(side * .30, -.075), .030, .07);
  c *= 1. - .75 * sat(uFigure) * smoothstep(.03, -.05, shade) * step(w.y, floor_);
  float rim = smoothstep(-.010, .0, d) * sat(.55 - body.x * side * 3.2);
  c = person(c, d, px, S0 * .10 + S1 * .03, (S4 * .8 + S3 * .3) * rim * (.8 + .6 * uPulse));
  outColor = vec4(lit(c * 1.35), 1.);
}
