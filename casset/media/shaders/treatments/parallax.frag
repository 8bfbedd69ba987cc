// PARALLAX: what is bright in the image stands nearer than what is dark, and a camera moves past it.
// Music: bar and level move the camera, pulse steps nearer, treble lights dust before the lens.
#include "common.glsl"
#include "plate.glsl"
// The relief is smooth: its slope times the way the eye moves stays about 1, so that each point is seen
// once. A relief as sharp as the picture shows its edges several times, in steps.
float relief(vec3 c) { return smoothstep(.0, .85, sqrt(luma(c))); }
void main() {
  vec2 q = lens();
  float t = uTime;
  vec2 half_ = mix(inside(1.), filling(), alike()) * 1.04;
  vec2 eye = vec2(sn(t * .31), .55 * sn(t * .23 + 1.3)) * (.014 + .018 * uLevel) + (uCam.xy + uShake) * .30;
  float nearer = .020 + .030 * uPulse + .020 * uBass * uLevel;
  // where the ray meets the relief: p = q + shift * (h(p) - 1/2), smooth however often it is refined
  float far = softLod(18.), rim = sharpLod(half_) + 2.;
  vec2 shift = eye + q * nearer;
  float h = relief(imgBlur(mirrored(.5 + .5 * q / half_), far));
  h = relief(soft(mirrored(.5 + .5 * (q + shift * (h - .5)) / half_), far));
  vec2 hit = q + shift * (h - .5);
  vec2 uv = .5 + .5 * hit / half_;
  vec3 c = extended(uv, sharpLod(half_));
  // near edges catch the light, far parts lie in haze of the palette's deep colour
  float on = within(uv);
  float e = on * (relief(imgBlur(uv, rim)) - relief(imgBlur(mirrored(uv + vec2(.012, .010)), rim)));
  c *= 1. + (.5 + .9 * uPulse) * clamp(e * 2., -.5, .7) * (.4 + .6 * uEnergy);
  c = mix(c, S1 * .30 + c * .55, .45 * (1. - h) * (.55 + .45 * uLevel));
  c *= .94 + .13 * uPulse + .06 * uLevel;
  // dust that the treble lights
  vec2 g = (q + eye * 5. + vec2(.010, .014) * t) * 9.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id);
  float d = length(g - vec2(id) - .5 - (r.xy - .5) * .6);
  c += S4 * smoothstep(.08, .01, d) * step(.66, r.z) * (.06 + .55 * uTreb * (.5 + .5 * sn(t * 2. + r.x * 40.)));
  outColor = vec4(print_(max(c, 0.)), 1.);
}
