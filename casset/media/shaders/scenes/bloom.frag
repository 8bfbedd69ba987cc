// title: Petals of light
// words: bloom, flower, petal, rose, blossom, love, heart, soft, tender, spring, desire, abstract, warm
// sizes: CU ECU
// energy: 0.0 0.7
// tod: 0.0 1.0
// figure: none
// image: none
// motion: calm
// about: Petals of light open around a glowing heart; each beat opens them ring by ring, bass lights the heart.
#include "common.glsl"
void main() {
  vec2 q = lens();
  float T = tall(), t = uTime;
  vec2 centre = vec2(mix(.30, .06, T) * (take(.6180) - .5) * 2., mix(.0, .08, T) + .08 * (take(.7549) - .5));
  vec2 f = par(q, .5) - centre;
  // a slow wind through the petals
  float warp = fbm2(f * 2.1 + vec2(t * .05, -t * .04));
  float a = atan(f.y, f.x + 1e-5) + (warp - .5) * .55, d = length(f) * (.86 + .28 * warp);
  float petals = 5. + floor(3. * take(.5698) + .5), spin = (take(.8192) < .5 ? 1. : -1.) * t * .03;
  vec3 c = mix(S1 * .30 + S0 * .25, S0 * .3, smoothstep(.1, .9, length(f)));
  c += (S2 * .30 + S3 * .12) * ex(-d * 2.2) * (.8 + .4 * uLevel);
  c += (S2 * .12 + S1 * .2) * smoothstep(.45, .75, fbm2(q * 1.3 + 9. + t * .02)) * .8;
  // rings of petals, the outermost first; each beat opens them from the heart outward
  for (int i = 0; i < 7; i++) {
    float k = 1. - float(i) / 6.; // 1 outside, 0 at the heart
    float open = gauss((1. - k - 1. + uBeat * 1.15) / .28) * uPulse;
    float R = (.085 + .47 * k * mix(1., .9, T)) * (.92 + .10 * uLevel) * (1. + .05 * open + .015 * sn(t * .6 + float(i)));
    float n = petals + floor(k * 2. + .5), ang = a + spin * (1.4 - k) + float(i) * 2.4 + .25 * sn(t * .11 + float(i));
    float u = fract(ang * n / TAU) * 2. - 1., id = floor(ang * n / TAU);
    float lobe = R * (1. - .30 * u * u * u * u - .16 * abs(u) * (.6 + .8 * h1(int(mod(id, n)) * 7 + i * 31)));
    float e = lobe - d, m = smoothstep(0., .012 + .02 * k, e);
    float depth = sat(e / (R * .75 + .01)); // 0 at the rim, 1 deep in the cup
    vec3 tint = mix(mix(S3, S4, .45), mix(S2 * 1.05, S2 * .5 + S1 * .45, k), sat(k * 1.25));
    float vein = .90 + .10 * sn(u * 21. + 3. * warp) * (1. - depth);
    vec3 pc = tint * mix(.95, .20, depth * depth) * vein * (.72 + .5 * (1. - abs(u)));
    pc += (S4 * .45 + S3 * .35) * ex(-e * mix(60., 34., k)) * (.35 + .75 * open + .2 * uTreb);
    pc += tint * 1.2 * open;
    c = mix(c, pc, m * mix(.97, .86, k));
  }
  // the glowing heart and its halo
  float stamen = smoothstep(.35, .9, n2(f * 90.)) * ex(-d * 17.);
  c += (S4 * .9 + S3 * .8) * (ex(-d * 15.) * (.55 + 1.1 * uPulse + .4 * uBass) + stamen * .7);
  c += (S3 * .5 + S2 * .4) * ex(-d * 3.2) * .28 * (.8 + 1.4 * uPulse);
  // pollen
  vec2 g = q * 9. + vec2(.4 * sn(t * .2), -t * .22);
  ivec2 id2 = ivec2(floor(g));
  vec3 r = h3(id2 + 71);
  float pd = length(g - vec2(id2) - .5 - (r.xy - .5) * .7), pr = .02 + .07 * r.z * r.z;
  c += (S4 * .7 + S3 * .5) * smoothstep(pr, pr * .3, pd) * step(1. - .55 * uDensity, r.x) * (.25 + .8 * uTreb);
  outColor = vec4(lit(c * 1.3), 1.);
}
