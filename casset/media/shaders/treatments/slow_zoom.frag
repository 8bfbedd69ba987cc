// SLOW ZOOM: the image as a print with a soft shadow, before itself out of focus; light passes over it.
// Music: bar moves the light, pulse lifts the print, level opens the frame and the backdrop, bass breathes.
#include "common.glsl"
#include "plate.glsl"
void main() {
  vec2 q = lens(), f = par(q, .25), w = par(q, .8);
  float px = px1(), full = alike();
  vec2 half_ = mix(inside(mix(.80, .86, uLevel)), filling() * 1.06, full);
  half_ *= 1. + .010 * uPulse + .006 * uBass;
  vec3 c = backdrop(f);
  c *= 1. - shadow(w, half_) * (1. - full);
  vec2 uv = .5 + .5 * w / half_;
  vec3 p = imgBlur(sat(uv), sharpLod(half_));
  // a window's light drifts over the print, once in two bars, and its edge catches it
  float along = dot(w, vec2(.8, .6)) - .25 * sn(uTime * .23);
  float sheen = gauss((along - 1.5 * sn(uTime * .19 + 1.)) * 2.6);
  p *= 1. + (.10 + .16 * uPulse) * sheen * uEnergy;
  p += S3 * .05 * sheen * uLevel;
  float m = plate(w, half_, px);
  vec2 d = abs(w) - half_;
  float rim = smoothstep(.006, .0, abs(max(d.x, d.y) + .003)) * (1. - full);
  p += (S4 * .10 + p * .25) * rim * (.35 + .65 * sheen);
  c = mix(c, p, m);
  // the light spills over the backdrop as the song grows
  c += glow(sat(.5 + .5 * w / (half_ * 1.5)), softLod(8.)) * (1. - m) * (.10 * uLevel + .22 * uPulse * uLevel) *
       exp(-4. * max(max(d.x, d.y), 0.));
  outColor = vec4(print_(c), 1.);
}
