// title: Crystal cave
// words: crystal, gem, jewel, diamond, cave, mineral, quartz, amethyst, ice, glass, prism, magic, fantasy, underground, treasure, shine, facet
// sizes: WS CU MS
// energy: 0.0 1.0
// tod: 0.0 1.0
// figure: none
// image: none
// motion: calm
// about: Crystals lit from within grow in a cave over dark water; light climbs them on each beat, bass fills the core, treble sparks on their edges.
#include "common.glsl"

// One prism from its foot at 0 along +y: len long, half width r. Where its sides and its inner edges lie at this height.
struct Prism { vec2 p; float len, r, own, cut, left, right, shoulder; };

Prism prism(vec2 p, float len, float r, float own) {
  float shoulder = len - r * (1.5 + .8 * own);
  float cut = (own - .5) * .8 * r, taper = sat((len - p.y) / max(len - shoulder, .01));    // the tip stands off the middle
  float foot = 1. - .12 * sat(p.y / len);
  return Prism(p, len, r, own, cut, mix(cut, -r * mix(.92, 1., own), taper) * foot, mix(cut, r, taper) * foot, shoulder);
}

float outside(Prism k) { return max(max(k.left - k.p.x, k.p.x - k.right) * .93, max(k.p.y - k.len, -k.p.y - .05)); }

vec3 shade(Prism k, float climb, float soft) {
  vec2 p = k.p;
  float own = k.own, r = k.r;
  // Three faces: two edges run up the shaft and meet in the tip.
  float e1 = mix(k.left, k.right, .30 + .12 * own), e2 = mix(k.left, k.right, .72 + .10 * own);
  float f1 = smoothstep(-soft, soft, p.x - e1), f2 = smoothstep(-soft, soft, p.x - e2);
  float cap1 = smoothstep(-soft, soft, p.y - k.shoulder - (p.x - k.cut) * (own - .5) * 1.2 + .10 * r * (f1 - f2));
  float tone = mix(mix(.62, 1.05, f1), .34, f2) * mix(1., 1.30, cap1);
  // Inside: veils and cracks, bent differently behind every face.
  vec2 in_ = vec2(p.x * 1.1 / r + f1 * 3.1 + f2 * 5.7 + cap1 * 2.3 + own * 20., p.y * 6.5 + f1 * .8 - f2 * .5);
  float veil = fbm2(in_), crack = smoothstep(.05, .0, abs(n2(in_ * 1.9 + 7.) - .5));
  float glow = exp(-max(p.y, 0.) / k.len * 2.2), wave = gauss((p.y / k.len - climb) * 4.2);
  float width = mix(1., .45, abs(p.x * 2. - k.left - k.right) / max(k.right - k.left, .01));
  vec3 c = mix(S1 * .50, S2 * .72, sat(veil * 1.5 - .25)) * tone * (.22 + .55 * veil);
  c += (S3 * .80 + S4 * .06) * glow * (.48 + .20 * uBass) * width * (.35 + veil) * .7;
  c += (S3 * .7 + S4 * .4) * wave * uPulse * (.35 + .45 * uLevel) * (.22 + .9 * veil) * width;
  c += (S4 * .45 + S2 * .3) * crack * .12 * tone;
  float rim = smoothstep(.014 + soft, .0, -outside(k));
  float line = smoothstep(.008 + soft, .0, abs(p.x - e1)) * .8 + smoothstep(.008 + soft, .0, abs(p.x - e2)) * .35 + rim * .7;
  return c + (S4 * .50 + S2 * .25 + S3 * .1) * line * (.26 + .35 * sat(p.y / k.len) + .35 * uTreb * cap1);
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float water = mix(-.30, -.40, T);
  vec2 w0 = par(q, .35);
  float below = smoothstep(px, -px, w0.y - water), depth = max(water - w0.y, 0.);
  float wz = 1. / (depth + .06);
  float rip = (n2(vec2(w0.x * wz * .45, wz * 1.6 + t * .35)) - .5) + .5 * (n2(vec2(w0.x * wz * 1.3, wz * 4. - t * .5)) - .5);
  float fold = mix(q.y, 2. * water - q.y - (uCam.y + uShake.y) * .7 + rip * depth * .55, below);
  vec2 m = vec2(q.x + below * rip * .04 * depth, fold);

  // Cave: rock with an opening of haze, light from the crystals' foot.
  vec2 f = par(m, .10);
  vec2 open_ = f - vec2(.10 * (h1(2) - .5), mix(.14, .22, T));
  float mouth = exp(-dot(open_ * vec2(1.5, 1.9), open_ * vec2(1.5, 1.9)) * 2.2);
  float rock = fbm2(f * 3.4 + 5.);
  vec3 c = mix(S0 * .30 + S1 * .12, S1 * .52 + S2 * .18, mouth) * (.30 + 1.1 * rock);
  c += (S2 * .5 + S3 * .16) * mouth * mouth * (.5 + .35 * uLevel);
  vec2 core = m - vec2(0., water);
  c += (S3 * .6 + S2 * .1) * exp(-length(core * vec2(.9, 1.)) * 2.6) * (.54 + .10 * uBass + .08 * uPulse);
  float an = atan(open_.x, 1.1 - open_.y);
  c += (S4 * .22 + S2 * .3) * n1(an * 14. + 9. + t * .04) * n1(an * 33. + 40.) * mouth * .8;

  // Teeth of rock above.
  float sx = f.x * 5.3 + .5 * n1(f.x * 4.), si = floor(sx), sr = h1(int(si) + 60);
  float fang = ext().y - .02 - (.05 + .30 * sr * sr) * pow(max(1. - abs(2. * (sx - si) - 1.), 0.001), 2.4) - .10 * n1(f.x * 2.6 + 3.) - .16 * smoothstep(.1, .9, abs(f.x)) * (1. - T);
  c = mix(c, (S0 * .22 + S1 * .06) * (.5 + rock), smoothstep(-px * 3., px * 3., f.y - fang));

  // Crystals: small and hazy behind, then the cluster. The loop finds the front one here; it is shaded once.
  float soft = px * 1.2 + below * .006, off = 9., own = 0.;
  bool behind = false;
  Prism top = prism(vec2(9.), .2, .05, .5);
  for (int i = 0; i < 8; i++) {
    float k = float(i);
    bool back = i < 2;
    uint h = pcg(uint(i) * 9781u + 17u + uint(uSeed) * 2654435769u);
    vec3 r = vec3(uf(h), uf(h * 747796405u), uf(h * 2654435769u)), e = fract(r * vec3(17.3, 23.9, 31.7));
    float place = back ? (k - .5) * mix(1.04, .60, T) + (r.x - .5) * .25 : (fract(k * .618 + .2 * r.x) - .5) * mix(.50, .40, T);
    float tall_ = back ? .22 + .14 * r.y : max((.60 - .85 * abs(place) / mix(1., .75, T)) * (.62 + .60 * r.y) * mix(1., 1.35, T), .12);
    float lean = place * mix(1.45, 1.4, T) + (e.x - .5) * .30;
    float half_ = (back ? .035 : .066) * (.7 + .6 * e.y) * mix(1., .92, T);
    vec2 p = par(m, back ? .2 : .42 + .02 * k) - vec2(place, water - .015);
    float co = inversesqrt(1. + lean * lean), s = lean * co;
    Prism x = prism(vec2(co * p.x - s * p.y, s * p.x + co * p.y), tall_, half_, e.z);
    float d = outside(x);
    if (d < soft) { top = x; off = d; own = r.z; behind = back; }
  }
  vec3 gem = shade(top, fract(uBeat) * 1.5 - .25 + .25 * own, soft) * (behind ? .55 : .80 + .5 * own) * (.8 + .3 * uLevel);
  gem = mix(gem, S1 * .4 + S2 * .25, behind ? .45 : 0.);
  c = mix(c, gem, smoothstep(soft, -soft, off) * (behind ? .85 : .95));
  c += (S3 * .5 + S4 * .25) * exp(-length(core * vec2(1., 2.2)) * 6.5) * (.24 + .10 * uBass + .10 * uPulse);

  // Water and its edge; stones at the shore.
  vec3 dark = S0 * .10 + S1 * .04;
  c = mix(c, c * .62 + dark + (S3 * .22 + S4 * .1) * smoothstep(.32, .7, rip) * exp(-depth * 3.), below);
  vec2 n = par(q, .85);
  float stone = -ext().y + mix(.045, .10, T) + .07 * n1(n.x * 5. + 2.) + .05 * n1(n.x * 13.) + .06 * smoothstep(.35, .9, abs(n.x));
  c = mix(c, dark * .8 + (S3 * .2 + S2 * .08) * smoothstep(.02, .0, stone - n.y) * exp(-abs(n.x) * 2.) , smoothstep(px * 2., -px * 2., n.y - stone));

  // Sparks that drift up.
  vec2 g = (par(q, .7) + vec2(.015 * sn(t * .5 + q.y * 7.), -t * .022)) * 13.;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 88);
  float d = length(g - vec2(id) - .5 - (r.xy - .5) * .7);
  c += mix(S3, S4, r.x) * (smoothstep(.06, .015, d) + .12 * smoothstep(.3, .0, d)) * step(r.z, .16 + .28 * uDensity) * (.22 + .8 * uTreb * step(.5, r.y) + .4 * uPulse * step(r.y, .4));
  outColor = vec4(lit(c * 1.5), 1.);
}
