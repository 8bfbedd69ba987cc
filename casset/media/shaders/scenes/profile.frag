// title: Profile
// words: face, profile, portrait, woman, man, girl, boy, head, mind, dream, thought, memory, double exposure, soul, silhouette, person, eyes, i, me, you
// sizes: CU MCU
// energy: 0.0 0.9
// tod: 0.0 1.0
// figure: always
// image: none
// motion: calm
// about: A face in profile filled with a sea and its sky; pulse warms the sun in the mind, bass moves the sea, treble sends sparks from the hair.
#include "common.glsl"

float bump(float y, float at, float w) { float k = (y - at) / w; return exp(-k * k); }

// Front of the face, x over y. Head height 1, chin at 0, ear axis near x 0. Two heights at once, for the slope.
vec2 front(vec2 y) {
  vec2 x = vec2(.360) + .030 * smoothstep(vec2(.0), vec2(.60), y);
  for (int i = 0; i < 2; i++) {
    float v = i == 0 ? y.x : y.y;
    float d = .098 * (v < .345 ? bump(v, .345, .036) : bump(v, .345, .100))      // nose, steep below
      - .018 * bump(v, .515, .045)                                              // bridge
      + .034 * bump(v, .222, .021)                                              // upper lip
      + .032 * bump(v, .165, .021)                                              // lower lip
      - .020 * bump(v, .115, .022)                                              // groove above the chin
      + .026 * bump(v, .052, .040);                                             // chin
    if (i == 0) x.x += d; else x.y += d;
  }
  vec2 neck = vec2(.125) - .07 * smoothstep(vec2(-.08), vec2(-.50), y) + .30 * smoothstep(vec2(-.50), vec2(-.95), y);
  return mix(neck, x, smoothstep(vec2(-.125), vec2(.030), y));
}

float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

float headShape(vec2 p, out float hair) {
  float e = .004;
  vec2 f = front(vec2(p.y, p.y + e));
  float slope = (f.y - f.x) / e;
  float brow = max(p.y - .53, 0.);                                 // above the brow the skull takes over
  float face = (p.x - f.x + 5. * brow * brow) / sqrt(1. + slope * slope);
  float back = -.20 - .06 * smoothstep(.05, .35, p.y) - .34 * smoothstep(-.18, -.62, p.y);
  float strip = max(max(face, back - p.x), p.y - .60);
  float skull = (length((p - vec2(-.045, .615)) / vec2(.425, .392)) - 1.) * .39;
  skull = smin(skull, length(p - vec2(.098, .675)) - .293, .05);          // forehead
  float d = smin(strip, skull, .05);
  int cut = int(h1(2) * 3.);                                       // three ways to wear the hair
  float wind = sn(uTime * .8 + p.x * 5.) * .012;
  float strand = (n2(vec2(p.x * 9. + p.y * 16., p.y * 5. - p.x * 22. + uTime * .25)) - .5);
  hair = (length((p - vec2(-.075, .655)) / vec2(.445, .395)) - 1.) * .40 + strand * .035 * smoothstep(.25, -.15, p.x);
  if (cut == 0) {                                                  // tied up
    float bun = length((p - vec2(-.50 + wind, .86)) * vec2(1., 1.05)) - .125 + strand * .03;
    hair = smin(hair, bun, .035);
  } else if (cut == 1) {                                           // long, moving
    float edge = -.16 - .10 * smoothstep(.3, -.5, p.y);
    float fall = max(max(p.x - edge - .03 * sn(p.y * 7. + uTime * .7), -.47 + .12 * smoothstep(.5, -.3, p.y) * -1. - p.x + .06 * sn(p.y * 4. + uTime * .9) * smoothstep(.5, -.2, p.y)), p.y - .6);
    hair = smin(hair, max(fall, -.62 - p.y) + strand * .05, .05);
  }
  return smin(d, hair, .015);
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float flip = h1(4) < .5 ? -1. : 1.;
  float size = mix(.78, .66, T);
  vec2 v = par(q, .25);
  vec2 w = par(q, .55);
  w.x *= flip;
  vec2 p = (w - vec2(mix(-.16, -.04, T), mix(-.355, -.30, T))) / size;
  float breath = .004 * sn(t * 1.3);
  p.y -= breath;

  // Outside: light falls in from the side the face looks to.
  vec2 src = vec2(flip * mix(.55, .34, T), mix(.05, .22, T));
  float ls = length(v - src);
  float cloud = fbm3(v * vec2(1.8, 2.6) + vec2(t * .03, 0.));
  vec3 c = mix(S3 * .85 + S4 * .25, S2 * .42, smoothstep(.0, .75, ls));
  c = mix(c, S1 * .30 + S0 * .15, smoothstep(.45, 1.35, ls));
  c *= .72 + .5 * cloud;
  c += (S4 * .55 + S3 * .2) * exp(-ls * 4.5) * (.55 + .35 * uPulse + .2 * uLevel);

  float hair;
  float d = headShape(p, hair) * size;
  float in_ = smoothstep(px * 1.3, -px * 1.3, d);

  // Inside: a sea under a sky of its own.
  float hz = -.06;
  vec2 i_ = par(q, .05) * vec2(flip, 1.);
  float y = i_.y - hz;
  vec2 sun = vec2(mix(-.10, -.02, T), .115 + .02 * sn(t * .1));
  vec3 sky = mix(S3 * .95, S2 * .55, smoothstep(.0, .22, y));
  sky = mix(sky, S1 * .45, smoothstep(.10, .38, y));
  float ds = length(vec2(i_.x, y) - sun);
  float fold = abs(y);
  float hills = .030 + .075 * (ridge3(i_.x * 3.4 + 3.) - .3);
  sky += (S3 * .8 + S4 * .25) * exp(-ds * 6.) * (.55 + .55 * uPulse * (.4 + .6 * uLevel));
  sky = mix(sky, S4 * 1.5, smoothstep(.072, .068, ds));
  vec2 sg = i_ * 52.;
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si + 3);
  sky += S4 * smoothstep(.13, .02, length(sg - vec2(si) - .2 - .6 * sr.xy)) * step(.72, sr.z) * smoothstep(.16, .34, y) * (.35 + .8 * uTreb * sr.x);
  sky = mix(sky, S1 * .22 + S3 * .06, smoothstep(px * 2., -px * 2., y - hills) * .92);
  float wz = 1. / (max(-y, 0.) + .02);
  float rip = n2(vec2(i_.x * wz * .55, wz * 1.25 + t * .7)), rip2 = n2(vec2(i_.x * wz * 1.4, wz * 3.1 - t * .9));
  float path = exp(-abs(i_.x - sun.x + (rip - .5) * .10) * (11. - 6. * sat(-y * 3.)));
  vec3 sea = mix(S2 * .30 + S1 * .12, S0 * .4 + S1 * .14, sat(-y * 2.6)) * (.7 + .6 * rip);
  sea += (S4 * .8 + S3 * .7) * path * smoothstep(.40 - .12 * uBass, .75, rip * .6 + rip2 * .4);
  vec3 mind = mix(sea, sky, smoothstep(-px, px, y));
  // Darker to the back and down the neck, so that the face reads as a person, not as a window.
  float keep = smoothstep(-.75, .12, p.x + .35 * (p.y - .3)) * smoothstep(-.62, .02, p.y);
  mind = mix(S0 * .18 + S1 * .05, mind, .12 + .88 * keep);
  float cheek = exp(-dot((p - vec2(.10, .33)) * vec2(2., 2.2), (p - vec2(.10, .33)) * vec2(2., 2.2)));
  mind *= 1. - .18 * cheek;
  float strands = smoothstep(.02, -.03, hair / 1.) * (n2(vec2(p.x * 30. + p.y * 46., p.y * 10. - p.x * 70.)) - .45);
  mind *= 1. + .22 * strands;
  // Rim of light down the face.
  float rim = smoothstep(-.012, -.001, d) * sat(.15 + p.x * 2.2);
  mind += (S4 * .8 + S3 * .45) * rim * (.55 + .35 * uPulse);
  c = mix(c, mind, in_);

  // Sparks leave the back of the head.
  vec2 g = (vec2(w.x + t * .045, w.y - t * .02 + .02 * sn(w.x * 9. + t))) * 15.;
  ivec2 gi = ivec2(floor(g));
  vec3 gr = h3(gi + 77);
  float sd = length(g - vec2(gi) - .5 - (gr.xy - .5) * .7);
  float where = smoothstep(.30, -.10, p.x) * exp(-abs(hair) * 4.5) * (1. - .6 * in_);
  c += mix(S3, S4, gr.x) * smoothstep(.14 * gr.z + .03, .02, sd) * step(gr.y, .25 + .45 * uDensity) * where * (.25 + 1.1 * uTreb + .5 * uPulse);
  outColor = vec4(lit(c * 1.3), 1.);
}
