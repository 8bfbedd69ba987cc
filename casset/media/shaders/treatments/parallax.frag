// PARALLAX: what is bright in the image stands nearer than what is dark, and a camera moves past it.
// Music: bar and level move the camera, pulse steps nearer, treble lights dust before the lens.
#include "common.glsl"
#include "plate.glsl"
float height(vec2 uv, float lod) { // relief from a slightly blurred luminance, 0..1
  vec3 c = imgBlur(mirrored(uv), lod);
  return smoothstep(.0, .75, sqrt(luma(c)));
}
void main() {
  vec2 q = lens();
  float t = uTime;
  vec2 half_ = mix(inside(1.), filling(), alike()) * 1.04;
  vec2 eye = vec2(sn(t * .31), .55 * sn(t * .23 + 1.3)) * (.014 + .018 * uLevel) + (uCam.xy + uShake) * .30;
  float nearer = .020 + .030 * uPulse + .020 * uBass * uLevel;
  float blurred = sharpLod(half_) + 2.;
  // march from the nearest layer down until the ray is under the relief
  vec2 step_ = (-eye - q * nearer) * .25;
  vec2 at = q - 2. * step_, hit = at;
  float level = 1., before = 0., found = 0., h = 0.;
  for (int i = 0; i < 4; i++) {
    float here = height(.5 + .5 * at / half_, blurred), over = here - level;
    float crossed = step(0., over) * (1. - found);
    hit = mix(hit, at - step_ * sat(over / max(over - before, .001)), crossed);
    h = mix(here, h, found);
    found = max(found, crossed);
    before = over;
    at += step_;
    level -= .25;
  }
  hit = mix(at, hit, found);
  vec2 uv = .5 + .5 * hit / half_;
  vec3 c = extended(uv, sharpLod(half_));
  // near edges catch the light, far parts lie in haze of the palette's deep colour
  float on = within(uv);
  float e = on * (h - height(uv + vec2(.012, .010), blurred));
  c *= 1. + (.5 + .9 * uPulse) * clamp(e * 2.5, -.5, .8) * (.4 + .6 * uEnergy);
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
