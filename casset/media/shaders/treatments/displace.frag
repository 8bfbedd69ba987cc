// DISPLACE: the image as a surface of slow liquid; its edges run on, out of focus, to the frame's.
// Music: bass and level set the swell, pulse sends a ring outwards, treble a fine shimmer.
#include "common.glsl"
#include "plate.glsl"
void main() {
  vec2 q = lens(), w = par(q, .7);
  float t = uTime;
  vec2 half_ = mix(inside(1.), filling(), alike());
  // a flow made of turned noise: two scales, moving against each other
  vec2 p = w * 1.7 + vec2(.11, -.07) * t;
  vec2 n = vec2(fbm3(p), fbm3(p.yx + 19.7)) - .5;
  vec2 fine = vec2(n2(p * 4.3 + n * 3. - t * .21), n2(p * 4.1 - n * 3. + 7.1 + t * .17)) - .5;
  float swell = .030 + .060 * uLevel + .070 * uBass;
  vec2 move = n * swell + fine * (.006 + .016 * uTreb);
  // the beat: one ring that leaves the middle and thins out
  float r = length(w), front = .06 + .95 * uBeat;
  float ring = gauss((r - front) * 7.) * uPulse;
  move += w / max(r, .05) * ring * .045;
  vec2 uv = .5 + .5 * (w * .97 + move) / half_;
  float lod = sharpLod(half_);
  vec3 c = extended(uv, lod);
  // colours part where the surface is steep, as through glass
  vec2 part = (move + .25 * n * swell) * (.05 + .10 * uEnergy);
  float on = within(uv);
  vec3 near = imgBlur(mirrored(uv), lod + 1.);
  c.r += on * (imgBlur(mirrored(uv + part), lod + 1.).r - near.r);
  c.b += on * (imgBlur(mirrored(uv - part), lod + 1.).b - near.b);
  c = max(c, 0.);
  float slope = n.x + n.y + 1.6 * (fine.x - fine.y) * uTreb;
  float light = smoothstep(.05, .55, slope) * (.10 + .22 * uEnergy) + ring * .5;
  c += mix(S4, c * 2., .5) * light * light * .9;
  c *= 1. + .30 * slope * (.3 + uLevel) + .10 * uPulse;
  outColor = vec4(print_(max(c, 0.)), 1.);
}
