// title: Gallery
// words: gallery, museum, art, painting, frame, poster, exhibition, wall, artwork, cover, room, light, picture, album
// sizes: WS MS
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: optional
// image: optional
// motion: calm
// about: The artwork in a frame on a gallery wall, mirrored in the floor; spots breathe with the pulse, strip lights with bass, someone looks at it.
#include "common.glsl"

float box(vec2 p, vec2 b) { vec2 d = abs(p) - b; return length(max(d, 0.)) + min(max(d.x, d.y), 0.); }
float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

// A visitor from behind, hands in the coat pockets. Feet at 0, height 1.
float visitor(vec2 p) {
  float lean = .010 * sn(TAU * uBar);
  p.x -= lean * smoothstep(.2, 1., p.y);
  vec2 a = vec2(abs(p.x), p.y);
  float d = cap(a, vec2(.046, .46), vec2(.056, .03), .056, .030);
  d = min(d, cap(a, vec2(.058, .016), vec2(.066, .014), .022, .020));
  float coat = max(a.x - mix(.135, .098, smoothstep(.30, .62, p.y)), max(.335 - p.y, p.y - .755)) * .95 - .012;
  d = min(d, coat);
  d = smin(d, cap(a, vec2(0., .778), vec2(.098, .752), .046, .044), .05);
  d = smin(d, min(cap(a, vec2(.122, .742), vec2(.158, .575), .043, .036), cap(a, vec2(.158, .575), vec2(.118, .465), .036, .032)), .015);
  d = smin(d, cap(p, vec2(0., .79), vec2(0., .87), .042, .036), .03);
  vec2 h = p - vec2(0., .918);
  return min(d, smin(length(h * vec2(1.18, .97)) - .074, length((h - vec2(0., .018)) * vec2(1.02, 1.2)) - .074, .02));
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float base = mix(-.30, -.44, T);                               // where wall meets floor
  vec2 w = par(q, .30);
  float below = smoothstep(px, -px, w.y - base), depth = max(base - w.y, 0.);
  // The floor is polished stone: fold the wall down, blur it with distance.
  float wz = .5 / (depth + .18), fx = w.x * wz;
  float grain = n2(vec2(fx * 34., wz * 60.)) - .5, slab = n2(vec2(fx * 3., wz * 5.));
  vec2 m = vec2(w.x + below * grain * .05 * depth, mix(w.y, 2. * base - w.y + grain * depth * .16, below));
  float soft = px + below * (.006 + depth * .07);

  // The frame hangs in the middle; its spot comes from above.
  float half_ = mix(.235, .285, T);
  vec2 at = vec2(mix(.06 * (h1(3) - .5), 0., T), mix(.085, .12, T));
  vec2 p = m - at;
  float pulse = .80 + .16 * uLevel + .17 * uPulse;
  vec3 lamp = mix(S4, S3, .18);

  // Wall: plaster in the deep colour, cones of light on it.
  float cone = exp(-p.x * p.x / (.055 + .16 * sat(.62 - p.y))) * smoothstep(.72 + .3 * T, .30, p.y) * smoothstep(-.62, .2, p.y);
  float edge = exp(-pow(abs(p.x) / (.20 + .38 * sat(.55 - p.y)), 6.));
  vec3 wall = mix(S1 * .30 + S0 * .22, S2 * .30 + S1 * .15, .35);
  wall *= .86 + .14 * n2(m * 210.) + .06 * n2(m * 30.);
  vec3 c = wall * (.16 + .06 * uMid) + (wall * .5 + lamp * .10) * cone * (.55 + .45 * edge) * 1.7 * pulse;
  // Strip lights along floor and ceiling, in the glow and the haze colour.
  float top = mix(.46, .80, T);
  c += (S3 * 1.1) * exp(-abs(m.y - base - .012) * 26.) * (.26 + .30 * uBass) + S3 * exp(-abs(m.y - base - .008) * 160.) * (.5 + .6 * uBass);
  c += (S2 * .8) * exp(-abs(m.y - top) * 16.) * (.16 + .20 * uLevel);

  // Two neighbours in the half dark.
  for (int i = 0; i < 2; i++) {
    float s = i == 0 ? -1. : 1.;
    vec2 n = m - at - vec2(s * mix(.70, .62, T), .01);
    float b = box(n, vec2(.155, .20)), dim = .30 + .14 * uPulse * step(.5, fract(uBar * 2. + .5 * float(i)));
    vec2 u = n / vec2(.29, .38) + .5;
    float swirl = fbm2(u * 2.6 + 9. * float(i) + t * .02);
    vec3 pic = mix(mix(S1 * .8, S2, smoothstep(.3, .6, swirl)), S3, smoothstep(.55, .75, swirl));
    c += lamp * .06 * exp(-n.x * n.x * 22.) * smoothstep(.5, .2, n.y) * smoothstep(-.5, .1, n.y);
    c = mix(c, S0 * .12, smoothstep(soft, -soft, b));
    c = mix(c, pic * dim, smoothstep(soft, -soft, b + .014));
  }

  // Shadow, frame, mount, picture.
  c *= 1. - .55 * smoothstep(.07, -.03, box(p - vec2(.012, -.030), vec2(half_ + .018)));
  float frame = box(p, vec2(half_ + .020));
  vec3 gilt = mix(S0 * .3 + S2 * .10, S3 * .35 + S4 * .22, sat(.5 + p.y * 1.6 + .35 * sn((p.x + p.y) * 9.))) * pulse;
  gilt += S4 * .55 * smoothstep(.004, .0, abs(frame + .004)) * sat(p.y * 3. + .3);
  c = mix(c, gilt, smoothstep(soft, -soft, frame));
  float inner = box(p, vec2(half_));
  vec2 uv = p / (2. * half_) + .5;
  vec3 pic = art(clamp(uv, 0., 1.)) * (.52 + .60 * smoothstep(-1.2, .9, p.y / half_ * .8 + edge * .6)) * pulse;
  pic *= 1. - .45 * smoothstep(.030, .0, -inner) * smoothstep(-.6, 1., p.y / half_);
  float sheen = exp(-pow((p.x * .8 + p.y * .6 - .10 - uCam.x * .8 - .04 * sn(t * .2)) * 7., 2.));
  pic += lamp * sheen * .045;
  c = mix(c, pic, smoothstep(soft, -soft, inner));
  // The lamp itself.
  float arm = box(p - vec2(0., half_ + .085), vec2(.060, .010));
  c = mix(c, S0 * .15 + S3 * .08, smoothstep(soft, -soft, arm));
  c += lamp * exp(-max(arm + .0, 0.) * 46.) * smoothstep(.012, -.012, p.y - half_ - .085) * .8 * pulse;

  // Dust in the cone.
  vec2 dg = (par(q, .6) + vec2(t * .010, t * .007 + .01 * sn(t * .5 + q.x * 9.))) * 21.;
  ivec2 di = ivec2(floor(dg));
  vec3 dr = h3(di + 40);
  c += lamp * smoothstep(.10, .02, length(dg - vec2(di) - .5 - (dr.xy - .5) * .8)) * step(dr.z, .16 + .2 * uDensity) * cone * (.16 + .55 * uTreb * step(.5, dr.x)) * (1. - below);

  // Floor.
  vec3 stone = (S1 * .06 + S0 * .12) * (.7 + .6 * slab);
  vec3 floor_ = stone + c * (.62 - .22 * sat(depth * 2.)) * (.88 + .24 * slab) + lamp * .035 * exp(-w.x * w.x * 7.) * exp(-depth * 4.) * pulse;
  c = mix(c, floor_, below);
  c = mix(c, S0 * .06, smoothstep(.004, .0, abs(w.y - base)) * .6);

  // Someone looking at it, and a bench.
  vec2 n = par(q, .62);
  float size = mix(.46, .50, T), feetY = mix(-.435, -.64, T);
  float standX = mix(-.205, -.13, T) * (h1(5) < .5 ? 1. : -1.);
  vec2 b = (n - vec2(standX, feetY)) / size;
  float under = smoothstep(.004, -.004, b.y), v = visitor(vec2(b.x + under * grain * .06, abs(b.y) + .0)) * size;
  float e2 = px + under * .020, vm = smoothstep(e2, -e2, v) * uFigure * mix(1., .75 * sat(1. + b.y * 1.2), under);
  float rim = smoothstep(-.0060, -.0005, v) * (.30 + .70 * sat(b.x * -sign(standX) * -6.)) * sat(b.y * 1.4);
  vec3 dark = S0 * .14 + S1 * .035;
  c = mix(c, mix(dark + (lamp * .40 + S3 * .10) * rim * pulse, c * .2, under), vm);
  outColor = vec4(lit(c * 1.75), 1.);
}
