// title: Ink
// words: ink, marble, paint, liquid, fluid, swirl, oil, abstract, mind, dream, psychedelic, trip
// sizes: CU ECU
// energy: 0.0 0.9
// tod: 0.0 1.0
// figure: none
// image: none
// motion: calm
// about: Domain-warped ink with a wet sheen; bass pushes the warp, pulse the sheen, mid the third colour.
#include "common.glsl"
void main() {
  vec2 q = lens();
  float t = uTime * .11, px = px1();
  vec2 p = par(q, .6) * mix(1.15, .85, take(.6180)) + vec2(9., 5.) * take(.7549);
  // a warp of a warp: a bends b, b bends the height of the ink
  float push = 2.6 + .9 * uDensity + .35 * uBass;
  vec2 a = vec2(fbm3(p + t), fbm3(p + vec2(5.2, 1.3 - t)));
  vec2 b = vec2(fbm3(p * 1.1 + push * a + vec2(1.7, 9.2 + t * .7)), fbm3(p * 1.1 + push * a + vec2(8.3 - t * .6, 2.8)));
  vec2 u = p + 3.1 * b;
  float h = fbm4(u), e = .012;
  vec3 n = normalize(vec3(h - fbm3(u + vec2(e, 0.)) - (h - fbm3(u)), h - fbm3(u + vec2(0., e)) - (h - fbm3(u)), e * 1.25));
  vec3 key = normalize(vec3(-.45, .60, .65)), fill = normalize(vec3(.7, -.35, .5));
  float df = sat(dot(n, key)), sp = sat(dot(n, normalize(key + vec3(0., 0., 1.)))), fl = sat(dot(n, fill));
  sp *= sp;
  sp *= sp;
  sp *= sp;
  sp *= sp;
  // colour by depth: shadow, deep, mid, then veins of light and a second pigment
  vec3 c = mix(S0 * .6 + S1 * .15, S1 * .75 + S2 * .20, smoothstep(.18, .62, h));
  c = mix(c, S2 * .95, smoothstep(.42, .78, b.y * h * 2.1) * .85);
  c = mix(c, S4 * .80 + S3 * .10, smoothstep(.55, .92, b.y * h * 2.1) * .75);
  c = mix(c, S3 * 1.0, smoothstep(.55, .70, a.x + .10 * (uMid - .4)) * .80);
  c *= .28 + 1.0 * df;
  // the wet sheen: a light passes over it on each beat
  float pass_ = gauss((dot(q, vec2(.6, .8)) + .9 - 1.8 * uBeat) / .30) * uPulse;
  c += (S4 * .8 + S3 * .2) * sp * (.38 + .35 * uPulse + .7 * pass_ + .2 * uTreb);
  c += (S2 * .5 + S1 * .6) * fl * fl * .18;
  c *= 1. + .25 * pass_;
  // a thin bright line where two inks meet
  float edge = 1. - smoothstep(0., .035, abs(a.x + .10 * (uMid - .4) - .56));
  c += (S4 * .35 + S3 * .35) * edge * df * (.4 + .4 * uLevel);
  outColor = vec4(lit(c * 1.35 * (.92 + .16 * uLevel)), 1.);
}
