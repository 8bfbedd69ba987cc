// HALATION: the image as if on film at night: lights bleed red into the dark, the gate weaves, frames burn.
// Music: pulse and bass drive the glow, onset a flare at one edge, level the exposure.
#include "common.glsl"
#include "plate.glsl"
void main() {
  vec2 q = lens(), w = par(q, .7);
  float t = uTime;
  // gate weave: the frame is never quite still
  w += vec2(n1(t * 5.) - .5, n1(t * 4.3 + 9.) - .5) * (.0025 + .004 * uOnset);
  vec2 half_ = mix(inside(1.), filling(), alike()) * (1.03 + .012 * uPulse);
  vec2 uv = .5 + .5 * w / half_;
  vec3 c = extended(uv, sharpLod(half_));
  // film stock: soft shoulder, cool shadows, warm lights
  float m = luma(c);
  c = mix(c, c * c * 1.25 + c * .12, .55) * (.92 + .2 * uLevel);
  c = mix(c, c * vec3(.80, .96, 1.22), .5 * (1. - smoothstep(.0, .35, m)));
  // light that went through the film and came back: red near, wider and fainter far
  vec2 k = mirrored(uv);
  vec3 near = max(glow(k, softLod(90.)) - .22, 0.), far = max(soft(k, softLod(18.)) - .16, 0.);
  float beat = .55 + .9 * uPulse + .5 * uBass;
  float dark = 1. - smoothstep(.15, .9, m);
  c += luma(near) * mix(vec3(1., .26, .08), S3, .35) * 1.15 * beat * within(uv) * (.25 + .75 * dark);
  c += luma(far) * mix(vec3(1., .18, .10), S2, .45) * beat * mix(.2, 1., within(uv)) * (.25 + .75 * dark);
  // a leak from one edge, on attacks
  float side = h1(5) < .5 ? -1. : 1.;
  float x = .5 + .5 * side * q.x / ext().x, y = q.y / ext().y;
  float leak = smoothstep(.55, 1.08, x + .10 * sn(t * .7 + y * 2.) + .06 * n1(y * 3. + t)) * (.25 + .5 * uLevel * uEnergy);
  c += (vec3(1., .30, .06) * .55 + S3 * .4) * leak * leak * (.35 + .8 * uOnset + .4 * uPulse);
  // hair and dust of the print, changing twelve times a second
  int frame_ = int(t * 12.);
  vec3 r = h3(ivec2(frame_, 3));
  vec2 d = q - (r.xy - .5) * 2. * ext();
  c *= 1. - .5 * step(.6, r.z) * smoothstep(.004, .001, length(d * vec2(1., .35 + r.x)));
  outColor = vec4(print_(c), 1.);
}
