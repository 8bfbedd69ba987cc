// title: Two hands
// words: hand, hands, touch, reach, finger, hold, help, skin, connection, save, give, creation, together, light, longing, miss
// sizes: CU MS ECU
// energy: 0.0 1.0
// tod: 0.0 1.0
// figure: always
// image: none
// motion: calm
// about: Two hands reach for each other before a light; with each beat a spark jumps between the fingers, bass opens the rays, level brings the hands closer.
#include "common.glsl"

float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }

// A finger of three bones from the knuckle k; a bends each joint; len and r its size.
float finger(vec2 p, vec2 k, float len, float r, vec3 a, out vec2 tip) {
  vec2 b = k + len * .46 * vec2(cos(a.x), sin(a.x));
  vec2 c = b + len * .30 * vec2(cos(a.x + a.y), sin(a.x + a.y));
  tip = c + len * .24 * vec2(cos(a.x + a.y + a.z), sin(a.x + a.y + a.z));
  float d = cap(p, k, b, r * 1.05, r * .93);
  d = min(d, length(p - b) - r * .97);                                    // joints are a little thick
  d = smin(d, cap(p, b, c, r * .93, r * .82), .012);
  return smin(d, cap(p, c, tip, r * .82, r * .62), .012);
}

// A reaching hand seen from the side: wrist at 0, middle knuckle near (.42, 0), forearm to the left.
// near: palm, thumb, index. far: the three other fingers behind them.
vec2 hand(vec2 p, float relaxed, float breathe, out vec2 tip) {
  vec2 o;
  float index = finger(p, vec2(.395, .095), .50, .056, vec3(.12 + .10 * relaxed + breathe, -.16 - .30 * relaxed, -.18 - .10 * relaxed), tip);
  float middle = finger(p, vec2(.425, .045), .54, .058, vec3(-.04 - .06 * relaxed + breathe, -.34 - .25 * relaxed, -.30), o);
  float ring = finger(p, vec2(.405, -.015), .48, .054, vec3(-.22 - .10 * relaxed + breathe, -.48 - .25 * relaxed, -.38), o);
  float little = finger(p, vec2(.350, -.060), .32, .045, vec3(-.36 - .12 * relaxed + breathe, -.46 - .2 * relaxed, -.36), o);
  float palm = smin(cap(p, vec2(.00, .0), vec2(.36, .055), .118, .098), cap(p, vec2(.10, -.045), vec2(.34, -.045), .100, .086), .05);
  palm = smin(palm, cap(p, vec2(-1.9, -.30), vec2(-.02, -.005), .215, .108), .10);                     // forearm and wrist
  palm = smin(palm, length((p - vec2(-.05, .09)) * vec2(.8, 1.5)) - .045, .05);                         // wrist bone
  vec2 t1 = vec2(.285, -.165), t2 = vec2(.455, -.215 + .03 * relaxed);
  float thumb = cap(p, vec2(.08, -.060), t1, .096, .062);
  thumb = smin(thumb, cap(p, t1, t2, .056, .048), .02);
  thumb = smin(thumb, cap(p, t2, t2 + vec2(.130, .012), .048, .034), .014);
  float near = smin(palm, index, .035);
  near = smin(near, thumb, .07);
  return vec2(near, smin(min(middle, min(ring, little)), palm, .03));
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  // In 9:16 the hands come from below left and above right, so the picture turns.
  float turn = mix(.10, .86, T) * (h1(2) < .5 ? 1. : -1.), cs = cos(turn), sc = sin(turn);
  vec2 w = par(q, .35);
  vec2 v = mat2(cs, -sc, sc, cs) * w;                                     // along the line of the arms

  // Light between the fingers: glow, rays, drifting cloud.
  vec2 f = par(q, .15);
  float r = length(f) + 1e-3;
  vec3 c = mix(S2 * .55 + S3 * .12, S1 * .34, smoothstep(.05, .62, r));
  c = mix(c, S0 * .35 + S1 * .06, smoothstep(.35, 1.15, r));
  float cloud = fbm4(f * 2.3 + vec2(t * .02, -t * .014));
  c *= .55 + .9 * cloud;
  vec2 dir = f / r;                                                        // rays over direction, so there is no seam
  float ray = n2(dir * 3.4 + 20. + t * .05) * n2(dir * 8.5 + 60. - t * .07) * 1.15;
  c += (S3 * .75 + S4 * .25) * ray * exp(-r * 2.6) * (.52 + .22 * uBass) * (.6 + .5 * uLevel);
  float heart = exp(-r * 9.);
  c += (S4 * .9 + S3 * .5) * heart * (.66 + .40 * uPulse * (.4 + .6 * uLevel)) + S3 * .45 * exp(-r * 3.4) * (.74 + .05 * uPulse);
  float ring = fract(uBeat) * .75, ringD = abs(r - ring);                   // a ring runs out on each beat
  c += (S4 * .5 + S3 * .5) * exp(-ringD * 42.) * (1. - fract(uBeat)) * uPulse * .30;

  // Stars behind, sparks before.
  vec2 sg = f * 40.;
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si + 9);
  c += S4 * smoothstep(.12, .02, length(sg - vec2(si) - .2 - .6 * sr.xy)) * step(.84, sr.z) * smoothstep(.15, .5, r) * (.3 + .7 * uTreb * sr.x);

  // Both hands at once: the right half is the left one turned about the middle.
  float s = v.x < 0. ? 1. : -1.;
  float size = mix(.60, .52, T), gap = .052 - .026 * uLevel + .008 * sn(t * .5);
  vec2 h = v * s;                                                           // point mirror: one palm up, one palm down
  float relaxed = s > 0. ? .25 + .5 * h1(4) : .55 + .45 * h1(5);
  h.y *= s > 0. ? 1. : -1.;                                                 // both palms face down
  vec2 tip;
  float breathe = .035 * sn(t * .8 + (s > 0. ? 0. : 1.7)) + .02 * uPulse;
  vec2 p = h / size;
  float slope = s > 0. ? -.10 : .16;
  // First where the index finger ends, then shift the hand so that its tip stands at the gap.
  vec3 bend = vec3(.12 + .10 * relaxed + breathe, -.16 - .30 * relaxed, -.18 - .10 * relaxed);
  vec2 end = vec2(.395, .095) + .50 * (.46 * vec2(cos(bend.x), sin(bend.x)) + .30 * vec2(cos(bend.x + bend.y), sin(bend.x + bend.y)) + .24 * vec2(cos(bend.x + bend.y + bend.z), sin(bend.x + bend.y + bend.z)));
  p.y += slope * p.x;
  p += end + vec2(gap / size * .5 + .036, 0.);
  vec2 d = hand(p, relaxed, breathe, tip) * size;
  float near = smoothstep(px, -px, d.x), far = smoothstep(px, -px, d.y);
  vec3 skin = S0 * .14 + S1 * .06 + S2 * .02;
  float toLight = exp(-r * 2.4);
  float topSide = sat(.45 + p.y * 2.2);
  vec3 edge = (S4 * .75 + S3 * .55) * (.72 + .24 * uPulse);
  // Far fingers, then the near ones with a soft shadow between; light wraps round from the middle.
  float rimF = smoothstep(-.020, -.001, d.y), rimN = smoothstep(-.022, -.001, d.x), thinN = smoothstep(-.006, -.0005, d.x);
  vec3 farC = skin * .8 + (S3 * .30 + S2 * .08) * toLight * .55 + edge * rimF * rimF * toLight * 1.0;
  c = mix(c, farC, far);
  c *= 1. - .55 * far * smoothstep(.030, .0, d.x) * (1. - near);
  vec3 nearC = skin + (S3 * .24 + S2 * .08) * toLight * (.40 + .5 * topSide) * (.96 + .08 * n2(p * 60.)) + edge * (rimN * rimN * .60 + thinN * .5) * (.06 + toLight * 1.25) * (.20 + .80 * topSide);
  c = mix(c, nearC, near);

  // The spark that jumps: a thin bright thread between the two tips.
  float thread = abs(v.y + .010 + (n1(v.x * 60. + floor(t * 20.) * 7.) - .5) * .035 * smoothstep(.06, .0, abs(v.x)));
  float span = smoothstep(gap * .75, gap * .35, abs(v.x));
  c += (S4 * 1.6 + S3 * .5) * span * (.0035 / (.0035 + thread)) * uPulse * uPulse * .9;

  for (int k = 0; k < 2; k++) {
    vec2 g = (par(q, .6 + .3 * float(k)) + vec2(.012 * sn(t * .5 + q.y * 6.), -t * .016)) * (9. + 7. * float(k)) + 4.3 * float(k);
    ivec2 id = ivec2(floor(g));
    vec3 m = h3(id + 410 + 30 * k);
    float e = length(g - vec2(id) - .5 - (m.xy - .5) * .7), R = k == 0 ? .03 + .06 * m.z : .05;
    c += mix(S3, S4, m.x) * smoothstep(R, R * .2, e) * step(m.z, .22 + .3 * uDensity) * (.10 + .7 * uTreb * step(.5, m.y) + .35 * uPulse * step(m.y, .4)) * exp(-r * 1.3);
  }
  outColor = vec4(lit(c * 1.5), 1.);
}
