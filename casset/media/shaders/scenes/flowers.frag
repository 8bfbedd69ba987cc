// title: Meadow in flower
// words: flower, meadow, garden, petal, spring, summer, rose, poppy, bloom, field, nature, love, pollen, grass, botanical, floral, wild
// sizes: CU MS ECU
// energy: 0.0 0.8
// tod: 0.15 0.85
// figure: none
// image: none
// motion: calm
// about: Flowers close by in a blurred meadow against the light; they nod on the beat, pulse warms the sun, treble lifts pollen.
#include "common.glsl"

// A flower of radius 1 seen at a tilt. rgb and cover; soft is the blur.
vec4 blossom(vec2 p, float tilt, float turn, float soft, vec3 tip, vec3 root, float back) {
  p.y /= tilt;
  float r = length(p) + 1e-4, a = atan(p.y, p.x + 1e-5) + turn;
  vec4 o = vec4(0.);
  for (int L = 0; L < 2; L++) {                                        // back ring, then front ring of petals
    float n = a / TAU * 8. + .5 * float(1 - L), k = floor(n + .5), da = (n - k) / 8. * TAU;
    float own = fract(k * .618 + turn);
    float along = r * (1. - .5 * da * da), across = r * da;
    float reach = (L == 0 ? .97 : .92) - .10 * own;
    float notch = .035 * cos(across * 26.) ;
    float x = (along - reach * .56) / (reach * .46 + notch), w = .13 + .17 * sat(along);
    float e = sqrt(x * x + across * across / (w * w));
    float m = smoothstep(1. + soft, 1. - soft, e);
    float vein = .90 + .10 * sn(across / (.10 + along) * 70.);
    vec3 c = mix(root, tip, smoothstep(.15, .75, along)) * vein;
    c *= (L == 0 ? .62 : 1.) * (.80 + .35 * own);
    c *= .72 + .28 * smoothstep(.0, .8, 1. - abs(across) / w);           // petals curl at the edges
    c += tip * back * smoothstep(.4, 1., e) * .40;                       // light through the rim
    o = mix(o, vec4(c, 1.), m);
  }
  float eye = smoothstep(.21 + soft * .2, .19 - soft * .2, r);
  vec2 g = p * 26.;
  float grain = n2(g);
  vec3 heart = mix(S3 * .95 + S4 * .25, S3 * .35 + S0 * .2, smoothstep(.05, .20, r)) * (.55 + .8 * grain);
  return mix(o, vec4(heart, 1.), eye);
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float N = smoothstep(1.6, 1., asp()), nod = uPulse * (.35 + .65 * uLevel), dk = day();
  float side = h1(1) < .5 ? -1. : 1.;

  // Far: sky, wood edge, meadow, all out of focus.
  vec2 f = par(q, .1);
  vec2 sun = vec2(side * mix(.42, .20, T), mix(.24, .46, T) + .10 * (dk - .5));
  float d = length(f - sun), hz = mix(.02, .06, T);
  vec3 c = mix(S3 * .80 + S4 * .12, S2 * .60 + S1 * .10, smoothstep(.1, .8, d));
  c = mix(c, S1 * .55 + S2 * .18, smoothstep(.3, 1.2, d) * .8);
  c += (S4 * .8 + S3 * .35) * exp(-d * 4.6) * (.65 + .35 * uPulse + .2 * uLevel);
  float wood = hz + .10 + .10 * (n1(f.x * 3.1 + 3.) - .3) + .03 * n1(f.x * 11.);
  c = mix(c, S1 * .30 + S2 * .18 + S3 * .10 * exp(-d * 3.), smoothstep(.05, -.07, f.y - wood) * .75);
  vec3 green = mix(S2 * .32 + S1 * .22, S1 * .22 + S0 * .28, smoothstep(.0, -.5, f.y - hz)) + S3 * .20 * exp(-d * 2.2);
  green *= .7 + .6 * n2(vec2(f.x * 6., f.y * 14.));
  c = mix(c, green, smoothstep(.06, -.10, f.y - hz - .02 * n1(f.x * 6.)));

  // Blurred flowers, small and far to large and nearer; discs of light among them.
  for (int L = 0; L < 2; L++) {
    float k = 2. * float(L), sc = 9. - 2.4 * k;
    vec2 w = par(q, .2 + .12 * k) + vec2(.006 * sn(t * .8 + k * 2. + q.x * 3.), .004 * nod);
    vec2 g = w * sc + k * 7.7;
    ivec2 id = ivec2(floor(g));
    vec3 r = h3(id + L * 61);
    vec2 o = g - vec2(id) - .5 - (r.xy - .5) * .42;
    float y = (float(id.y) + .5 - k * 7.7) / sc;
    float R = .17 + .09 * r.z;
    o.y *= 1.35;
    float a = length(o), m = smoothstep(R, R * (.45 + .12 * k), a) * step(r.z, .35 + .45 * uDensity);
    float band = smoothstep(hz + .10 - .12 * k, hz - .06 - .16 * k, y) ;
    vec3 col = mix(mix(S3, S4, .25 + .3 * r.x), mix(S2, S3, .5 + .4 * r.x), step(.45, r.y)) * (.55 + .35 * r.x);
    col *= .75 + .45 * smoothstep(.0, R, o.y + R * .5);
    c = mix(c, col, m * band * (.55 + .12 * k));
    float stemm = smoothstep(.05, .0, abs(g.x - float(id.x) - .5 - (r.x - .5) * .42)) * step(o.y, 0.) * step(r.z, .35 + .45 * uDensity);
    c = mix(c, green * .8, stemm * band * .35 * smoothstep(-1., 0., o.y));
  }
  // Discs where the light catches dew.
  vec2 bg = par(q, .3) * 5.2 + 2.3;
  ivec2 bi = ivec2(floor(bg));
  vec3 br = h3(bi + 500);
  float bR = .10 + .16 * br.z, bd = length(bg - vec2(bi) - .5 - (br.xy - .5) * (.9 - 2. * bR));
  c += (S4 * .5 + S3 * .6) * smoothstep(bR, bR - .05, bd) * (.5 + .5 * smoothstep(bR * .5, bR, bd)) * step(br.x, .45) * (.10 + .16 * uPulse * step(.5, br.y)) * smoothstep(.30, -.1, q.y - hz);

  // Grass behind the near flowers.
  vec2 n = par(q, .6);
  float gx = n.x * 25. + sn(n.y * 3. + t * .7) * (.5 + .2 * nod) + (n.y + .5) * 3.5 * sn(n.x * 9.), gi = floor(gx);
  float reed = h1(int(gi) + 77), tipY = mix(-.27, -.43, T) + .24 * reed, wide = (1. - smoothstep(-.6, tipY, n.y)) * .5;
  float stalk = smoothstep(wide, wide - .22, abs(gx - gi - .5)) * smoothstep(tipY + px, tipY - px, n.y);
  c = mix(c, mix(S1 * .18 + S0 * .22, S2 * .30 + S3 * .22, reed * smoothstep(-.5, tipY, n.y)), stalk * .8);

  // Three flowers in focus: each has its stem, but a pixel draws only the blossom nearest to it.
  vec2 bestW = vec2(9.), bestAt = vec2(0.);
  float best = 9., bestSize = 1.;
  int which = 0;
  for (int i = 0; i < 3; i++) {
    vec3 r = h3(ivec2(i, 9)), e = fract(r.zxy * vec3(17.3, 23.9, 31.7));
    float size = (i == 0 ? .245 : (i == 1 ? .165 : .125)) * (.92 + .16 * r.x);
    vec2 at = i == 0 ? vec2(-side * mix(.17, .06, N), mix(.035, .12, T)) : (i == 1 ? vec2(side * mix(.40, .26, N), mix(-.12, -.24, T)) : vec2(-side * mix(.62, .34, N), mix(-.20, -.38, T)));
    at += (e.xy - .5) * vec2(.08, .06);
    float sway = .014 * sn(t * .9 + r.z * 6.);
    at += vec2(sway, -.010 * nod * (i == 1 ? .7 : 1.));
    vec2 w = par(q, .75 + .1 * float(i)) - at;
    float near = length(w) / size;
    if (near < best) { best = near; bestW = w; bestAt = at; bestSize = size; which = i; }
    float soft = i == 0 ? .035 : (i == 1 ? .07 : .12);
    float bend = side * (.18 + .2 * r.y), yy = min(w.y, 0.);
    float sx = w.x - bend * yy * yy * .9 - sway * yy * 1.5;
    float stem = smoothstep(.0075 + soft * .03, .004 - soft * .02, abs(sx) - .002) * smoothstep(.0, -.02, w.y + .01);
    c = mix(c, mix(S1 * .22 + S0 * .2, S2 * .38 + S3 * .22, smoothstep(-.008, .008, sx * side)), stem);
    vec2 lf = vec2(sx * side, w.y + size * 1.4);
    float blade = sat(lf.x * 5.4) * sat(1. - lf.x * 5.4) * 4.;
    float leaf = smoothstep(.004, -.004, abs(lf.y - lf.x * .7 + lf.x * lf.x * 1.5) - .024 * blade + .004) * smoothstep(.0, .1, blade);
    c = mix(c, S1 * .16 + S2 * .24 + S3 * .10 * sat(lf.x * 6.), leaf * .9);
  }
  vec3 br3 = h3(ivec2(which, 9)), be = fract(br3.zxy * vec3(17.3, 23.9, 31.7));
  vec3 tip = which == 1 ? mix(S2, S4, .35) * 1.05 : mix(S3, S4, .22 + .4 * be.z), root = which == 1 ? mix(S2, S1, .3) * .8 : mix(S3, S2, .75) * .7;
  vec2 bw = bestW / bestSize;
  vec4 b = blossom(mat2(.97, .24 * side, -.24 * side, .97) * bw, .62 + .28 * br3.x + .05 * nod, br3.y * 6., which == 0 ? .035 : .08, tip, root, .55 + .5 * uPulse);
  vec3 toSun = vec3(sun - bestAt, .2);
  c = mix(c, b.rgb * (.78 + .45 * sat(.5 + dot(bw, normalize(toSun).xy) * .5)) * (1. + .10 * nod), b.a);

  // Pollen in the light, and soft leaves right before the lens.
  vec2 g = (par(q, 1.) + vec2(t * .016 + .01 * sn(t * .6 + q.y * 6.), -t * .011)) * 11.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 310);
  float e = length(g - vec2(id) - .5 - (r.xy - .5) * .8), R = .10 * r.z * r.z + .03;
  c += (S4 * .9 + S3 * .25) * smoothstep(R, R * .3, e) * step(r.z, .34 + .30 * uDensity) * (.16 + .75 * uTreb * step(.5, r.x) + .25 * uPulse * step(r.x, .4)) * exp(-d * .9);
  float veil = smoothstep(.16, -.10, q.y + ext().y - .06 - .10 * n1(q.x * 2.6 + 5. + uCam.x * 2.));
  c = mix(c, S1 * .16 + S2 * .10 + S0 * .12, veil * .75);
  outColor = vec4(grade(c * 1.12), 1.);
}
