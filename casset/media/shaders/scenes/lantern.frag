// title: Lantern festival
// words: lantern, festival, wish, lake, night, light, float, celebration, ceremony, memory, hope, paper lantern, candle, summer night
// sizes: EWS WS
// energy: 0.0 0.8
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: calm
// about: Paper lanterns rise over a lake and are mirrored in it; pulse lights them in turn, level sends up more, bass warms the horizon.
#include "common.glsl"

// One layer of lanterns, one to a cell, drifting up. Returns light to add (rgb) and cover (a).
vec4 lanterns(vec2 p, float scale, int layer, float soft, float many) {
  float t = uTime;
  mat2 turnBy = mat2(.95, .31, -.31, .95);                                       // breaks the rows of cells
  vec2 g = turnBy * p * scale + turnBy * vec2(float(layer) * 3.71, -t * (.050 + .012 * float(layer)));
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + layer * 131);
  float u = fract(r.x * 13.7);
  vec2 inCell = g - vec2(id) - .5;
  vec2 o = (inCell - (r.xy - .5) * .46) * turnBy / (.62 + .5 * u);                // turned back upright
  o.x += o.y * .13 * sn(t * .6 + r.x * 20.);
  float half_ = mix(.095, .125, smoothstep(-.17, .12, o.y));                     // paper, wider at the top
  vec2 b = vec2(abs(o.x) - half_ + .04, abs(o.y) - .115);
  float d = length(max(b, 0.)) + min(max(b.x, b.y), 0.) - .04;
  float body = smoothstep(soft, -soft, d);
  float flame = 1. / (1. + dot(o - vec2(0., -.10), o - vec2(0., -.10)) * 130.);
  flame *= flame;
  float fold = .86 + .14 * sn(o.x * 62. / (.5 + half_ * 4.));
  float turn = fract(r.z * 5. + uBar);                                           // each has its moment in the bar
  float beat = .70 + .16 * uLevel + .72 * uPulse * smoothstep(.45, 1., 4. * turn * (1. - turn)) + .07 * sn(t * 6. + r.z * 90.);
  vec3 paper = mix(S3 * 1.15, S3 * .42 + S2 * .15, smoothstep(-.14, .16, o.y)) * fold * (1. - .45 * smoothstep(.35, 1., abs(o.x) / half_));
  vec3 lit_ = paper * body + mix(S3, S4, .75) * flame * body * 1.9;
  vec2 away = inCell - (r.xy - .5) * .46;                                         // the glow ends inside the cell
  float near = sat(1. - dot(away, away) * 14.);
  vec3 halo = S3 * near * near * (.10 + .22 * near * near);
  float here = step(r.z, many) * beat;
  return vec4((lit_ + halo) * here, body * step(r.z, many));
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float shore = mix(-.20, -.30, T);
  vec2 f = par(q, .12);
  float below = smoothstep(px, -px, f.y - shore);
  // Fold the world at the shore line; ripples shake what is mirrored.
  float depth = max(shore - f.y, 0.);
  float wx = q.x / (depth + .12), wz = 1. / (depth + .03);
  float rip = (n2(vec2(wx * 1.2, wz * 2.2 + t * .5)) - .5) * .6 + (n2(vec2(wx * 4., wz * 5.5 - t * .8)) - .5) * .4;
  vec2 m = vec2(q.x + below * rip * .05, mix(q.y, 2. * shore - q.y - rip * depth * .55 - .01 * rip, below));
  float h = m.y - shore;

  vec3 c = mix(S3 * .34 + S2 * .10, S2 * .20 + S1 * .10, smoothstep(.0, .22, h));
  c = mix(c, S1 * .30, smoothstep(.08, .75, h));
  c = mix(c, S1 * .16 + S0 * .1, smoothstep(.5, 1.2, h)) * (.55 + .9 * day() + .18 * uBass * exp(-h * 6.));
  vec2 sg = m * 46.;                                                              // stars
  ivec2 si = ivec2(floor(sg));
  vec3 sr = h3(si + 7);
  c += S4 * smoothstep(.10, .02, length(sg - vec2(si) - .2 - .6 * sr.xy)) * step(.86, sr.z) * smoothstep(.15, .6, h) * .35 * (.6 + .7 * uTreb);

  // Hills.
  for (int i = 0; i < 2; i++) {
    float k = float(i);
    float y = .095 - .05 * k + (.62 * n1((m.x + uCam.x * (.1 + .15 * k)) * (3.6 + k) + 9. * k) + .38 * n1(m.x * 8.3 + 5. * k) - .5) * (.15 - .05 * k);
    vec3 hill = mix(S2 * .13 + S3 * .07, S0 * .35 + S1 * .06, k);
    c = mix(c, hill + S3 * .06 * smoothstep(.10, .0, h), smoothstep(px * 2., -px * 2., h - y));
  }
  // Town lights along the far shore.
  float tx = m.x * 34.;
  float tr = h1(int(floor(tx)) + 900);
  c += (S3 + S4 * .4) * exp(-abs(h - .006 - .012 * fract(tr * 9.)) * 190.) * smoothstep(.5, .1, abs(fract(tx) - .5)) * step(.55, tr) * (.35 + .4 * uPulse * step(.8, tr));

  // Lanterns, far to near; nearer layers move more with the camera.
  float many = .26 + .34 * uDensity + .20 * uLevel;
  for (int L = 0; L < 4; L++) {
    float k = float(3 - L);                                                       // 3 far .. 0 near
    vec2 pp = m + (uCam.xy + uShake) * (.75 - .15 * k);
    vec4 l = lanterns(pp, 1.9 + 1.3 * k + .9 * k * k, 3 - L, L == 3 ? .022 : .012 + px * (2. + 2. * k), many * (L == 3 ? .6 : 1.));
    l *= smoothstep(.0, .09, h - .01 * k) * (L == 3 ? .9 : 1.);
    c = c * (1. - .85 * l.a) + l.rgb * (1.25 - .13 * k);
  }

  // Water: darker mirror, long glints.
  float glint = smoothstep(.62, .95, n2(vec2(wx * 2.2, wz * 6. - t * .9)));
  vec3 water = c * (.66 - .25 * sat(depth * 1.2)) + (S1 * .05 + S0 * .05) + S3 * glint * .10 * exp(-depth * 5.) * (.6 + uMid);
  c = mix(c, water, below);

  // A jetty with people watching, near.
  vec2 n = par(q, .55);
  float jetty = mix(-.36, -.55, T), jx = mix(-.30, -.12, T);
  float deck = max(abs(n.y - jetty) - .010, n.x - jx - .16);
  float post = max(abs(abs(fract(n.x * 5.5 + .2) - .5) - .02) / 5.5 - .0052, max(n.y - jetty, n.x - jx - .13));
  float d = min(deck, max(post, jetty - .3 - n.y));
  vec2 who = (n - vec2(jx - .02, jetty + .010)) / .19;                            // two people looking up
  bool left = who.x < 0.;
  float tallness = left ? .98 : .89;
  vec2 w = vec2(who.x + (left ? .155 : -.155), who.y) / tallness;
  w.x -= .012 * sn(TAU * uBar + (left ? 0. : 2.)) * w.y;
  float man = min(cap(vec2(abs(w.x), w.y), vec2(.052, .46), vec2(.050, .02), .058, .034), cap(w, vec2(0., left ? .50 : .31), vec2(0., .74), left ? .105 : .145, left ? .085 : .066));   // coat or dress
  man = min(man, cap(vec2(abs(w.x), w.y), vec2(.105, .755), vec2(.135, .46), .046, .030));
  man = min(man, min(max(abs(w.x) - .036, abs(w.y - .83) - .05), length((w - vec2(0., .918)) * vec2(1.12, .95)) - .078)) * tallness * .19;
  d = min(d, man + (1. - uFigure) * .4);
  float cover = smoothstep(px, -px, d);
  c = mix(c, S0 * .10 + S1 * .015, cover);
  c += (S3 * .8 + S4 * .2) * exp(-abs(d) * 500.) * cover * .16 * sat(.6 + (n.x - jx) * 3.);
  outColor = vec4(lit(c * 1.45), 1.);
}
