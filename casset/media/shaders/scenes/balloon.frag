// title: Balloons at dawn
// words: balloon, hot air balloon, rise, fly, up, adventure, travel, sky, morning, sunrise, festival, wonder, childhood, hope, cappadocia, float, flight
// sizes: EWS WS
// energy: 0.0 0.8
// tod: 0.1 0.9
// figure: none
// image: none
// motion: calm
// weather: fog
// about: Balloons rise over misty valleys; a burner lights an envelope on each beat, bass breathes the mist, level sends up more.
#include "common.glsl"

// One balloon, envelope radius about 1 around 0, basket near (0, -1.75). rgb and cover. fire lights it from inside.
vec4 balloon(vec2 p, float pat, float fire, float soft, vec2 toSun) {
  float y = p.y;
  float profile = y > -.10 ? sqrt(max(1. - (y * y) / 1.04, 0.)) : mix(.995, .20, pow(sat((-.10 - y) / 1.14), 1.35));   // a drop: round top, mouth below
  float in_ = smoothstep(soft, -soft, (abs(p.x) - profile) * .8) * smoothstep(-soft, soft, y + 1.24) * smoothstep(1.02, 1.00, y);
  float u = clamp(p.x / max(profile, .05), -1., 1.);
  float lon = u * (1. + .5708 * u * u * u * u) ;                                       // cheap arcsine, 1 at the rim -> pi/2
  float gore = lon * 3.82 + .5, gf = fract(gore);
  float zig = y + .16 * abs(2. * gf - 1.), side = sn(gore * 3.14159), w = soft * 12.;
  float wave = pat < .33 ? side : (pat < .66 ? side * sn(y * 8.2) * 2. : sn(zig * 8.5 + 1.));
  float stripe = smoothstep(-w, w, wave);
  vec3 a = pat < .5 ? S3 * 1.05 : S4 * .95, b = pat < .33 ? S4 * .92 : (pat < .66 ? S2 * .85 : S3 * .9 + S2 * .1);
  vec3 c = mix(a, b, stripe);
  c = mix(c, S1 * .6 + S2 * .2, smoothstep(.03, .0, abs(y + .98) - .10) * .85);         // skirt band
  c *= .86 + .14 * sqrt(max(1. - (2. * gf - 1.) * (2. * gf - 1.), 0.));                   // each gore bulges
  vec2 n = vec2(u, y * .9);
  float light = sat(.45 + .60 * dot(n, toSun) + .12 * (1. - dot(n, n)));
  c *= mix(.30, 1.10, light);
  c = mix(c, S1 * .3 + S2 * .3, .30 * (1. - light));
  c += (S4 * .55 + S3 * .8) * fire * exp(-length(p - vec2(0., -.75)) * 1.35) * .75;
  float ropes = smoothstep(.018 + soft, .004, abs(abs(p.x) - mix(.115, .19, sat((y + 1.66) / .42)))) * step(-1.66, y) * step(y, -1.22);
  vec2 k = abs(p - vec2(0., -1.775)) - vec2(.125 - .02 * sat(-(y + 1.7) * 4.), .105);
  float basket = smoothstep(soft, -soft, max(k.x, k.y) - .012);
  float flame = exp(-dot((p - vec2(0., -1.38)) * vec2(14., 5.), (p - vec2(0., -1.38)) * vec2(14., 5.))) * fire;
  vec4 o = vec4(c, in_);
  o = mix(o, vec4(S0 * .25 + S1 * .06, 1.), ropes * .8);
  o = mix(o, vec4(mix(S0 * .3 + S2 * .10, S3 * .25 + S2 * .1, sat(.5 + p.x * 4. * sign(toSun.x))), 1.), basket);
  o.rgb += (S4 * 2. + S3) * flame;
  o.a = max(o.a, sat(flame));
  return o;
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), dk = day();
  float hz = mix(-.14, -.20, T), side = h1(1) < .5 ? -1. : 1.;
  vec2 f = par(q, .08);
  float h = f.y - hz;
  vec2 sun = vec2(side * mix(.46, .20, T), hz + .10 + .34 * (dk - .38));
  float d = length(f - sun);

  // Sky.
  vec3 c = mix(S3 * .90 + S4 * .16, S2 * .70 + S3 * .08, smoothstep(.0, .30, h));
  c = mix(c, S1 * .80 + S2 * .15, smoothstep(.20, .90, h));
  c += (S3 * .6 + S4 * .35) * exp(-d * 4.) * (.72 + .22 * uPulse + .15 * uLevel);
  float cl = fbm2(vec2(f.x * 1.4 + t * .010, h * 7. + 2.));
  c = mix(c, S4 * .55 + S3 * .45, smoothstep(.54, .80, cl) * .5 * smoothstep(.10, .3, h) * (.5 + .8 * uDensity));
  c = mix(c, S4 * 1.8, smoothstep(.050, .045, d));

  // Two near balloons.
  vec2 best = vec2(9.);
  float metric = 99., size = 1., kind = 0., fire = 0.;
  for (int i = 0; i < 2; i++) {
    float k = float(i), s = i == 0 ? mix(.185, .205, T) : mix(.088, .092, T);
    vec2 at = i == 0 ? vec2(-side * mix(.22, .06, T), mix(.155, .20, T)) : vec2(side * mix(.30, .24, T), mix(.02, .50, T));
    at += (vec2(h1(i + 70), h1(i + 80)) - .5) * vec2(.10, .05);
    at += vec2(.014 * sn(t * .21 + k * 2.), .016 * sn(t * .33 + k) + .006 * uPulse * (1. - k));
    vec2 p = par(q, i == 0 ? .62 : .40) - at;
    float lean = .04 * sn(t * .4 + k * 2.);
    p = vec2(p.x + lean * p.y, p.y) / s;
    float low = clamp(-p.y, 0., 1.75), m = length(vec2(p.x * (1. + .55 * low), p.y + low * .72));
    if (m < metric) { metric = m; best = p; size = s; kind = fract(h1(i + 90) + .37 * k); fire = i == 0 ? uPulse * (.5 + .5 * uLevel) : uPulse * .7 * step(.5, fract(uBar * 2.)); }
  }

  // Small balloons far away, one to a cell, some between the hills.
  vec2 toSun = normalize(vec2(sun.x, .12) - vec2(0., 0.) + vec2(side * .2, 0.));
  vec2 g = (par(q, .16) + vec2(t * .003, -t * .0045)) * mix(4.6, 4.2, T) + 3.3;
  ivec2 id = ivec2(floor(g));
  vec3 r = h3(id + 20);
  float small = .075 + .085 * r.z;
  vec2 o = (g - vec2(id) - .5 - (r.xy - .5) * .45 + vec2(0., .01 * sn(t * .6 + r.x * 9.))) / small;
  float cellY = (float(id.y) + .5 - 3.3) / mix(4.6, 4.2, T);
  float present = step(r.x, (.22 + .36 * uDensity + .14 * uLevel)) * smoothstep(hz - .02, hz + .08, cellY);
  // One balloon is drawn a pixel: a near one where it is, else the far one of this cell.
  bool isNear = metric < 1.08;
  float farFire = uPulse * step(.5, fract(r.z * 9. + floor(uBar * 4.) * .37));
  vec4 b = balloon(isNear ? best : o + vec2(0., -.35), isNear ? kind : r.y, isNear ? fire : farFire, isNear ? px * 1.1 / size : px * 4.5 / small + .01, toSun);
  c = mix(c, mix(b.rgb, S3 * .55 + S2 * .3 + S4 * .08, .34), isNear ? 0. : b.a * present);

  // Valleys: ridges with mist between, nearer ones darker.
  for (int i = 0; i < 4; i++) {
    float k = float(i) / 3.;
    vec2 w = par(q, .14 + .55 * k);
    float y = hz + .065 - mix(.30, .52, T) * k * k - .05 * k + (.65 * n1(w.x * (1.4 + .5 * k) + 6.1 * float(i)) + .35 * n1(w.x * 3.9 + 2. * float(i)) - .5) * mix(.15, .20, k);
    float tx = w.x * mix(90., 34., k), ti = floor(tx);
    float below = max(y - w.y, 0.);
    y += (.004 + .012 * k) * (1. - abs(2. * (tx - ti) - 1.)) * (.3 + h1(int(ti) + 100 * i));
    vec3 hill = mix(S2 * .52 + S3 * .22, S1 * .26 + S0 * .24, sqrt(k));
    hill += S3 * .26 * exp(-d * 3.) * (1. - k);
    float mist = n2(vec2(w.x * 2.2 + t * .025 * (1. + k) + 3. * float(i), w.y * 7. + 4. * float(i)));
    float fog = smoothstep(.01, .15, below) * (.36 + .95 * mist) * (1.05 - .62 * k) * (.86 + .16 * uBass);
    hill = mix(hill, S3 * .48 + S4 * .30 + S2 * .16, sat(fog));
    c = mix(c, hill, smoothstep(px * 1.6, -px * 1.6, w.y - y));
  }

  c = mix(c, b.rgb, isNear ? b.a : 0.);
  c += (S4 * .6 + S3 * .5) * fire * .030 / (.25 + dot(best - vec2(0., -1.2), best - vec2(0., -1.2)));

  float bd = birds((f - vec2(side * .12, hz + .34)) * 1.5, t, px * 1.5);
  c = mix(c, S1 * .35, bd * .7 * (isNear ? 1. - b.a : 1.));
  c = mix(c, c * c * 1.05, .65 * sat(dot(S0, vec3(1.3))));        // pale palettes need deeper shade
  outColor = vec4(grade(c * 1.12), 1.);
}
