// title: Jellyfish
// words: jellyfish, deep sea, ocean, underwater, abyss, medusa, float, drown, dive, dream, weightless, glow
// sizes: WS MS CU
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: none
// image: none
// motion: calm
// about: Lit jellyfish rising in deep water; each beat closes a bell and lights it, bass the shafts from above, treble the plankton.
#include "common.glsl"

float stroke(float d, float w) { return w * w / (d * d + w * w); }

// One animal at the origin, bell about 1 wide; squeeze 0..1 closes the bell, soft blurs it. Light, not cover.
vec3 jelly(vec2 p, float squeeze, float phase, float soft, vec3 hue, vec3 rim) {
  float wide = .52 - .085 * squeeze, high = .40 + .05 * squeeze;
  vec2 e = p / vec2(wide, p.y > 0. ? high : .13 - .05 * squeeze);
  float r = length(e);
  float in_ = smoothstep(1. + soft, 1. - soft * 1.5, r);
  float tall_ = sat(p.y / high);
  float across = clamp(p.x / (wide * sqrt(1.02 - tall_ * tall_)), -.99, .99);                 // -1..1 over the dome
  float ribs = .5 + .5 * sn(across * (1. + .45 * across * across) * 13.);
  vec3 c = hue * in_ * (.10 + .42 * r * r * r) * (.72 + .28 * ribs);
  c += rim * stroke(r - .97, .035 + soft) * .42 * sat(p.y * 3. + .4);
  c += rim * in_ * smoothstep(.35, .0, length((e - vec2(-.35, .5)) * vec2(.8, 1.5))) * .20;       // sheen
  // Inside: the stomach, four soft petals seen from the side.
  vec2 g = vec2(abs(abs(p.x) - .15) - .075, p.y - .14 - .04 * squeeze + .35 * p.x * p.x);
  c += rim * in_ * exp(-dot(g * vec2(15., 9.), g * vec2(15., 9.))) * .30;
  c += hue * exp(-dot(p - vec2(0., .08), p - vec2(0., .08)) * 11.) * .50;
  // Frill at the margin.
  float hemY = -.02 - .10 * squeeze * (1. - across * across) + .02 * sn(p.x * 42. + phase);
  c += rim * stroke(p.y - hemY, .018 + soft * .2) * smoothstep(wide, wide - .06, abs(p.x)) * .35;
  // Arms: three frilled ribbons in the middle.
  float down = max(-p.y, 0.), len = smoothstep(1.15, .1, down) * smoothstep(.0, .05, down);
  float sway = .10 * sn(down * 4.2 - phase * .8) * down + .035 * sn(down * 10. - phase * 1.6) * sat(down * 2.);
  float ax = p.x - sway;
  float frill = .030 + .026 * n2(vec2(ax * 18., down * 13. + phase * .35)) + .03 * exp(-down * 5.);
  float arm = abs(abs(ax) - .075 - .03 * sn(down * 7. + phase)) - frill * (1.15 - down * .75);
  c += mix(hue, rim, .35) * len * (smoothstep(.02 + soft * .3, -.02 - soft * .3, arm) * .26 + stroke(arm, .010 + soft * .1) * .28);
  // Tentacles: fine threads from the whole margin.
  float tx = (p.x - sway * 1.5 - .05 * sn(down * 5.5 - phase + p.x * 6.) * down) / (1. - .22 * sat(down));
  float k = tx * 15., id = floor(k);
  uint h = pcg(uint(int(id)) + 917u);
  float own = uf(h), reach = .7 + 1.2 * own;
  float thread = abs(k - id - .5 - .3 * sn(down * (6. + 5. * own) - phase * 1.3 + own * 20.) * sat(down * 3.)) / 15.;
  c += mix(hue, rim, own) * stroke(thread, .0055 + soft * .04) * smoothstep(reach, reach * .3, down) * smoothstep(.0, .04, down) * smoothstep(wide, wide - .04, abs(tx)) * .42;
  return c;
}

void main() {
  vec2 q = lens();
  float T = tall(), N = smoothstep(1.6, 1.0, asp()), t = uTime;       // N: not wide
  vec2 f = par(q, .15);
  // Water: light from above, black below.
  float up = sat(.5 + f.y / (1. + T * .7));
  vec3 c = mix(S0 * .12, S1 * .42, up * up) + S2 * .10 * up * up * up * (1. + .4 * uLevel);
  float an = (f.x - .12) / (1.35 - f.y);
  float shaft = n1(an * 9. + t * .05) * n1(an * 21. - t * .08 + 40.);
  c += (S2 * .55 + S3 * .10) * shaft * up * up * (.38 + .20 * uBass);
  c += (S1 * .5 + S2 * .15) * fbm2(f * 2.2 + vec2(t * .02, -t * .03)) * .16 * up;

  // Far animals: one to a cell, rising.
  vec2 g = (par(q, .3) + vec2(.05 * sn(t * .2), -t * .022)) * mix(3.6, 3.2, T);
  ivec2 gi = ivec2(floor(g));
  vec3 r = h3(gi + 31);
  float here = step(r.x, .26 + .40 * uDensity);
  vec2 o = (g - vec2(gi) - .5 - (r.yz - .5) * vec2(.30, .20) - vec2(0., .18)) * (2.9 + r.x * 4.);
  vec2 ob = o / vec2(.5, o.y > 0. ? .4 : .14);
  float dome = exp(-dot(ob, ob) * .9) * .55 + stroke(length(ob) - .9, .16) * .5 * smoothstep(-.3, .05, ob.y);
  float tail = exp(-abs(o.x + .08 * sn(o.y * 6. + t + r.y * 9.)) * 7.) * smoothstep(-1.5, -.1, o.y) * smoothstep(.1, -.05, o.y) * .5;
  c += mix(S2, S3, r.z) * here * (dome + tail) * (.14 + .10 * uPulse + .05 * uLevel) * (.6 + .8 * r.y) * smoothstep(.5, .42, abs(g.x - float(gi.x) - .5));

  // Three near ones. Each pixel draws only the animal it is nearest to; all of them glow.
  vec2 best = vec2(9.);
  float second = 9.;
  vec4 pick = vec4(9., 1., 0., 0.);                                // metric, size, index, close
  for (int i = 0; i < 3; i++) {
    float size = i == 0 ? .62 : (i == 1 ? .32 : .19);
    vec2 at = i == 0 ? vec2(mix(mix(.24, .12, N), .06, T), mix(.12, .20, T)) : (i == 1 ? vec2(mix(-.56, -.29, N), mix(mix(-.06, -.30, N), -.36, T)) : vec2(-.30, mix(.36, .66, T)));
    at.x *= h1(77) < .5 ? 1. : -1.;
    at += (vec2(h1(i + 50), h1(i + 60)) - .5) * vec2(.12, .08);
    float push = uPulse * (i == 1 ? .65 : 1.) * (.55 + .45 * uLevel);
    at += vec2(.030 * sn(t * .23 + float(i) * 2.), .030 * sn(t * .31 + float(i) * 1.3) + .012 * push);
    float tilt = .5 * (h1(i + 40) - .5) + .06 * sn(t * .27 + float(i));
    vec2 d = par(q, .35 + .3 * size) - at;
    d = vec2(d.x + tilt * d.y, d.y - tilt * d.x) / size;
    float metric = length(vec2(d.x, d.y + clamp(-d.y, 0., 1.1)));
    second = min(second, max(metric, pick.x));                      // fade where two are equally near
    if (metric < pick.x) { pick = vec4(metric, size, float(i), push); best = d; }
    vec3 hue = mix(S2, S3, i == 0 ? .75 : (i == 1 ? .15 : .9));
    c += hue * .10 * (.7 + .3 * uLevel + .3 * uPulse) * (i == 0 ? 1. : .7) / (1. + dot(d, d) * 6.);
  }
  float who = pick.z;
  vec3 hue = mix(S2, S3, who < .5 ? .75 : (who < 1.5 ? .15 : .9));
  float power = (.60 + .25 * uLevel + .36 * uPulse * (.4 + .6 * uLevel) + .1 * uMid) * (who < .5 ? 1. : .8);
  vec3 body = jelly(best, pick.w, t * (1.1 + .13 * who) + who * 2.6, .012 + (who > 1.5 ? .09 : .02 * who), hue, mix(hue, S4, .42));
  c += body * power * smoothstep(1.15, .75, pick.x) * smoothstep(.0, .22, second - pick.x);

  // Plankton, three depths.
  for (int k = 0; k < 2; k++) {
    float sc = 7. + 13. * float(k);
    vec2 s = (par(q, .9 - .3 * float(k)) + vec2(.02 * sn(t * .4 + float(k)), -t * (.035 - .008 * float(k)))) * sc + float(k) * 5.3;
    ivec2 si = ivec2(floor(s));
    vec3 a = h3(si + k * 57);
    float d = length(s - vec2(si) - .5 - (a.xy - .5) * .7);
    float R = (k == 0 ? .13 : .05) * (.4 + a.z);
    c += mix(S2, S4, a.y) * smoothstep(R, R * (k == 0 ? .1 : .4), d) * step(a.z, .25 + .35 * uDensity) * (k == 0 ? .07 : .30) * (.35 + .9 * uTreb * step(.5, a.x));
  }
  outColor = vec4(lit(c * 1.35), 1.);
}
