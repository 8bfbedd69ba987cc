// title: Neon street
// words: street, neon, city, alley, downtown, rain, sign, tokyo, night, umbrella, pavement, puddle, cyberpunk, urban, walk, avenue
// sizes: WS MS
// energy: 0.2 1.0
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: medium
// weather: rain
// about: Wet street between neon signs; pulse and bass light the signs, the walker steps on the beat, level lights more of them.
#include "common.glsl"

const float EYE = .40;      // eye height over the asphalt, street units
const float GAP = .62;      // distance between two rows of signs

// Brightness of a glowing line at distance d, radius w: soft like a lit gas tube.
float tube(float d, float w) { float k = w * w / (d * d + w * w); return k * k; }

// Hash of a thing at step i along the street, on one side.
uint place(int i, int side, int what) {
  return pcg(uint(i) * 9781u + uint(side) * 331u + uint(what) * 77u + uint(uSeed) * 2654435769u);
}

vec3 neon(float r) {
  return r < .42 ? S3 * 1.5 : (r < .72 ? S2 * 2.2 + S1 * .4 : (r < .88 ? S4 * 1.1 : mix(S3, S2, .5) * 1.9));
}

// Made-up letter: up to six strokes in a unit cell. Returns the distance to the nearest.
float glyph(vec2 g, uint h) {
  vec2 a = abs(g);
  float d = 1.;
  if ((h & 1u) > 0u) d = min(d, max(abs(g.y - .30), a.x - .34));
  if ((h & 2u) > 0u) d = min(d, max(abs(g.y), a.x - .28));
  if ((h & 4u) > 0u) d = min(d, max(abs(g.y + .32), a.x - .36));
  if ((h & 8u) > 0u) d = min(d, max(abs(a.x - .24), a.y - .32));
  if ((h & 16u) > 0u) d = min(d, max(a.x, a.y - .36));
  if ((h & 32u) > 0u) d = min(d, max(abs(g.x + g.y * .8 + .1), a.y - .3));
  return d;
}

// Someone under an umbrella, from behind. Feet at 0, umbrella top at 1; ph steps once per half turn.
float walker(vec2 p, float ph) {
  float s = sn(ph);
  p.x -= .008 * s;
  vec2 b = p - vec2(0., .008 * abs(s));
  float lift = .05 * (p.x < 0. ? max(s, 0.) : max(-s, 0.));                  // the foot in the air
  float d = cap(vec2(abs(p.x), p.y), vec2(.050, .36), vec2(.042, .035 + lift), .052, .027);
  float hem = .098 + .042 * smoothstep(.60, .26, b.y);                        // coat, wider to the hem
  d = min(d, max(abs(b.x - .008 * s * smoothstep(.5, .28, b.y)) - hem, abs(b.y - .475) - .20) * .93 - .014);
  d = min(d, cap(vec2(abs(b.x), b.y), vec2(.0, .69), vec2(.088, .665), .045, .042));     // shoulders
  d = min(d, cap(b, vec2(-.112, .655), vec2(-.122 + .012 * s, .42), .038, .026));        // hanging arm
  d = min(d, cap(b, vec2(.112, .655), vec2(.136, .54), .040, .036));                     // elbow of the other
  d = min(d, length((b - vec2(0., .785)) * vec2(1.1, .92)) - .058);
  vec2 u = b - vec2(.055, .80);                                               // canopy and its shaft
  float dome = (length(u / vec2(.335, .20)) - 1.) * .19;
  d = min(d, max(dome, -u.y - .018 * abs(sn(u.x * 24.)) + .004));
  return min(d, max(abs(u.x) - .006, abs(u.y - .10) - .12));
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  float W = mix(.98, .60, T);                                   // half the street's width
  vec2 p = par(q, .35) - vec2(.03, mix(.03, .10, T));
  float speed = t * .16;                                        // slow dolly along the street

  // Floor or wall? The wall is folded at the ground, so that the wet floor mirrors it.
  float gz = EYE / max(-p.y, .002), wz = W / max(abs(p.x), .002);
  float fl = smoothstep(-.02, .02, (wz - gz) / gz) * step(p.y, 0.);
  float X = p.x * gz, Z = gz + speed;
  float puddle = smoothstep(.34, .60, n2(vec2(X * 2.6, Z * 1.2)));
  float rough = n2(vec2(X * 11., Z * 5.)) - .5;
  float fine = n2(vec2(X * 40., Z * 17.)) - .5;
  vec2 r = p;
  float soft = fl * mix(.050, .014, puddle);                    // reflections blur where it is rough
  r.x += fl * (rough * .020 + fine * .010) * (1.35 - puddle);
  r.y += fl * (rough * .060 + fine * .030) * (1.3 - puddle) * sat(-p.y * 3.);

  int side = r.x < 0. ? 0 : 1;
  float ax = max(abs(r.x), .002), z = W / ax;
  float Y = -EYE + abs(r.y * z + EYE), zt = z + speed;

  // Sky and glow at the end of the street.
  float far = length(p * vec2(1., .8));
  vec3 haze = (mix(S2, S3, .45 + .3 * sn(t * .11)) * .50 + S4 * .07) * (.72 + .36 * uLevel);
  vec3 c = mix(S1 * .30, S0 * .30, sat(abs(p.y) * 2.)) * (.4 + 1.1 * day()) + haze * .55 * exp(-far * 4.5);

  // House fronts: windows, shop light at the ground, one neon line along each house.
  int house = int(floor(zt / 1.9));
  uint hk = place(house, side, 1);
  float ha = uf(hk), hb = uf(pcg(hk)), inHouse = fract(zt / 1.9);
  float roof = .75 + 1.7 * ha;
  vec2 wg = vec2(zt * 4.2, (Y + EYE) * 4.6);
  ivec2 wi = ivec2(floor(wg));
  float wr = uf(pcg(uint(wi.x) * 31u + pcg(uint(wi.y) + hk)));
  vec2 wf = abs(wg - vec2(wi) - .5);
  float blurW = .03 + z * z * px * 3. + soft * 2.;
  float pane = smoothstep(.36 + blurW, .36 - blurW, wf.x) * smoothstep(.33 + blurW, .33 - blurW, wf.y);
  float on = smoothstep(.60 - .22 * uDensity - .08 * uLevel, .66, wr);
  vec3 wall = mix(S1 * .08 + S0 * .18, S2 * .07, ha * .5) * (.7 + .5 * sat(1.2 - Y));
  wall += .8 * (hb < .5 ? S3 * .55 + S4 * .15 : S2 * .5 + S4 * .12) * pane * on * (.25 + .75 * fract(wr * 17.)) * .8;
  float g = Y + EYE;                                             // height over the ground
  vec3 shopC = mix(neon(hb), S4, .30);
  float pillar = abs(fract(zt * 2.1) - .5);
  float shop = smoothstep(.43, .40, g) * smoothstep(.03, .07, g) * smoothstep(.03, .07, inHouse) * smoothstep(.97, .93, inHouse);
  float goods = smoothstep(.35, .75, n2(vec2(zt * 7., floor(g * 9.) * 5.3)));       // rows of goods on shelves
  float shelf = smoothstep(.08, .20, abs(fract(g * 9.) - .5));
  float guest = smoothstep(.16 + soft, .09, abs(zt * 2.1 - floor(zt * 2.1) - .30 - .4 * fract(ha * 9.)) + max(g - .25, 0.) * 2.2);
  float ceiling = tube(g - .375, .020 + soft);
  wall += shopC * shop * smoothstep(.05, .07, pillar) * ((.05 + .18 * goods * shelf + .36 * g) * (1. - .75 * guest * step(.5, hb)) + .9 * ceiling) * step(.22, fract(ha * 5.)) * (.75 + .3 * uLevel);
  wall += neon(fract(ha * 7.)) * tube(g - .52, .017 + soft * .5 + z * px) * smoothstep(.02, .06, inHouse) * smoothstep(.98, .94, inHouse) * (.7 + .7 * uPulse);
  float seen = smoothstep(roof + .02 * z, roof - .02 * z, Y);
  c = mix(c, mix(haze * .60, wall, exp(-max(z - 1.2, 0.) * .19)), seen);

  // Signs: dark boxes across the pavement with a tube frame and letters. A ray can meet only those
  // between half its wall's distance and the wall, so four rows are looked at, far to near. The loop
  // gathers their light and keeps the nearest box, whose letters are drawn once afterwards.
  float row = floor(zt / GAP);
  vec3 light = vec3(0.), topCol = vec3(0.);
  vec4 top = vec4(0.);                                            // cover, power, width of a stroke, distance
  vec2 topAt = vec2(9.), topHalf = vec2(.1);
  uint topHash = 0u;
  for (int k = 0; k < 4; k++) {
    float index = row + 1. - float(k), zi = index * GAP - speed, back = (z - zi) / GAP;
    uint h = place(int(index), side, 2);
    float a = uf(h), b = uf(h * 747796405u), e = uf(h * 2654435769u), f = uf(h * 2246822519u);
    bool wide = e > .74;
    vec2 half_ = wide ? vec2(.17 + .06 * b, .070) : vec2(.056 + .030 * b, .17 + .20 * a);
    vec2 at = vec2(W - half_.x - .03 - .05 * f, wide ? .16 + .5 * b : .15 + .50 * f);
    vec2 s = vec2(ax * zi, -EYE + abs(r.y * zi + EYE)) - at;
    vec2 o = abs(s) - half_;
    float box = max(o.x, o.y), out_ = max(box, 0.);
    float line = zi * px, w = .0080 + line * .8 + soft * .55;
    vec3 col = neon(a);
    float beat = f < .35 ? uPulse : (f < .6 ? uBass : .4), near = sat(zi * 3. - 1.9);
    float power = (.60 + .25 * uLevel + .70 * beat * (.45 + .55 * uLevel)) * (b > .93 ? 1. - .8 * uOnset : 1.);
    power *= sat(e * 5.8 + 3.7 * uDensity + 2. * uLevel - 2.5) * near;
    float body = sat(.5 - box * .5 / (line + soft)) * near;
    if (body > 0.) { top = vec4(body, power, w, zi); topAt = s; topHalf = half_; topHash = h; topCol = col; }
    float spill = power * sat(2. + back) * sat((3. - back) * .7) / (1. + zi * zi * .035);   // fades where the row leaves the loop
    light *= 1. - body;
    light += (mix(col, S4, .25) * tube(box + .012, w) * 1.15 + col * (.0055 / (.03 + out_ * out_ * 7.))) * spill;
  }
  bool across = uf(topHash * 2654435769u) > .74, panel = uf(topHash * 2246822519u) > .82;     // a panel is a lit box with dark letters
  float size = across ? .100 : topHalf.x * 1.45, inner = max(abs(topAt.x) - topHalf.x, abs(topAt.y) - topHalf.y);
  vec2 cell = topAt / size;
  float ci = floor((across ? cell.x : cell.y) + .5);
  vec2 letter = across ? vec2(cell.x - ci, cell.y) : vec2(cell.x, cell.y - ci);
  uint hg = (topHash ^ uint(int(ci) + 64) * 2654435769u) * 747796405u;
  float letters = tube(glyph(letter * 1.08, (hg >> 13u) | 5u) * size, top.z * .8) * smoothstep(-.014, -.03, inner);
  vec3 face = S0 * .2 + topCol * top.y * (panel ? .55 - .5 * letters : .06) + mix(topCol, S4, .35) * letters * top.y * (panel ? 0. : 1.5);
  c = mix(c, mix(haze * .5, face, 1. / (1. + top.w * top.w * .035)), top.x * .97) + light;

  // Wet asphalt: mirror plus a little of its own.
  vec3 tar = (S0 * .35 + S1 * .09) * (.7 + .6 * rough + fine);
  float fresnel = mix(.42, .85, puddle) * (.75 + .35 * exp(p.y * 3.));
  c = mix(c, tar + c * fresnel, fl);
  vec2 rg = vec2(X, Z) * 6.;                                     // rings where drops fall
  ivec2 ri = ivec2(floor(rg));
  float rh = uf(pcg(uint(ri.x) + pcg(uint(ri.y) + 71u))), age = fract(t * 1.3 + rh * 7.);
  float rd = length(rg - vec2(ri) - .5) - age * .42;
  c += (haze + S4 * .15) * fl * puddle * tube(rd, .035 + gz * px * 4.) * (1. - age) * .35 * exp(-gz * .5) * step(rh, .75);

  // Far lights: a car far down the street, breathing with the bass.
  vec2 car = vec2(abs(p.x + .035) - .016, p.y + .038);
  c += (S4 + S3 * .4) * (.00020 / (dot(car, car) + .00008) + .00022 / (car.x * car.x + .0004) * smoothstep(-.28, -.04, p.y) * smoothstep(.0, -.04, p.y) * .35) * (.55 + .6 * uBass);

  // Steam from a grating.
  vec2 sp = p - vec2(mix(.26, .16, T), -.20);
  float rise = sp.y + .02;
  float plume = fbm2(vec2(sp.x * 6. + t * .10, sp.y * 4.2 - t * .42)) * exp(-abs(sp.x + .10 * rise - .04 * sn(t * .7 + sp.y * 6.)) / (.045 + .20 * max(rise, 0.)));
  c += (haze * .7 + S4 * .06) * plume * smoothstep(-.02, .10, rise) * smoothstep(.55, .05, rise) * (.55 + .35 * uMid) * (.5 + uDensity);

  // The walker, rimmed by the light in front.
  float tallness = mix(.34, .40, T);
  vec2 feet = vec2(mix(-.10, -.02, T), -.215 - .03 * T);
  vec2 w0 = (p - feet) / tallness;
  float under = smoothstep(.02, -.02, w0.y);                      // below the feet: the mirror image
  vec2 w1 = vec2(w0.x + under * (rough * .07 + fine * .03), mix(w0.y, -w0.y * 1.04 + (rough + fine) * .05, under));
  float m = walker(w1, uBar * TAU * 2.) * tallness;
  float edge = px + under * .012;
  float skin = smoothstep(edge, -edge, m) * uFigure;
  float canopy = smoothstep(.78, .82, w1.y);
  float rim = smoothstep(-.007, -.0008, m) * (.35 + .65 * sat(w1.x * 5. + canopy)) * (.5 + .5 * sat(w1.y * 1.6));
  vec3 cloth = S0 * .10 + S1 * .02 + canopy * (haze * .16 + S3 * .05 * sat(w1.y * 8. - 6.6)) + (mix(S3, S4, .35) * .55) * rim;
  c = mix(c, mix(cloth, c * .16, under), skin * mix(1., .85 * sat(1. + w0.y * .5), under));
  float splash = exp(-5. * fract(uBar * 4.)) * uFigure;
  vec2 sf = (p - feet) * vec2(1., 3.4);
  c += (S4 * .5 + haze) * tube(length(sf) - .02 - .10 * fract(uBar * 4.), .006) * splash * .35 * fl;

  // Rain: two sheets of thin falling strokes, lit by the street.
  float rain = 0.;
  for (int k = 0; k < 2; k++) {
    float sc = 26. + 24. * float(k);
    vec2 f = vec2(q.x + q.y * .06 + float(k) * .37, q.y);
    float col = floor(f.x * sc);
    uint h = pcg(uint(int(col)) + uint(k * 977));
    float a = uf(h), y = f.y * (.9 + .5 * float(k)) + t * (1.9 + 1.1 * a) + a * 9.;
    float row = uf(pcg(h + uint(int(floor(y)))));
    float s = fract(y);
    rain += smoothstep(.5, .1, abs(f.x * sc - col - .5) * (1.6 - .5 * float(k))) * smoothstep(.0, .06, s) * smoothstep(.24, .06, s) * step(row, .42 + .3 * uDensity) * (.75 - .25 * float(k));
  }
  c += (haze * .9 + S4 * .28) * rain * (.09 + .12 * exp(-far * 2.)) * (.8 + .5 * uTreb);
  c = mix(c, c * c * 1.05, .6 * sat(dot(S0, vec3(1.3))));        // pale palettes need deeper shade
  outColor = vec4(lit(c * 1.5), 1.);
}
