// title: Train window
// words: train, railway, window seat, travel, journey, leaving, passenger, away, distance, landscape, home, field, ride, station, goodbye
// sizes: WS MS CU
// energy: 0.0 0.9
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: fast
// about: Land passes a train window; a mast goes by on every beat, pulse lights the low sun, someone sits and looks out.
#include "common.glsl"

float box(vec2 p, vec2 b, float r) { vec2 d = abs(p) - b + r; return length(max(d, 0.)) + min(max(d.x, d.y), 0.) - r; }
float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }
float bump(float y, float at, float w) { float k = (y - at) / w; return exp(-k * k); }

// Head and shoulders, looking left. Chin near 0, crown near 1.
float sitter(vec2 p) {
  float y = p.y;
  float face = -.330 - .025 * sat(y * 1.6) - .090 * (y < .34 ? bump(y, .34, .04) : bump(y, .34, .10)) + .016 * bump(y, .52, .05) - .030 * bump(y, .195, .050) + .016 * bump(y, .110, .022) - .020 * bump(y, .055, .04);
  face = mix(-.13, face, smoothstep(-.12, .03, y));
  float strip = max(max(face - p.x, p.x - .16), y - .62) * .85;
  float skull = (length((p - vec2(.045, .60)) / vec2(.415, .400)) - 1.) * .40;
  float d = smin(strip, skull, .05);
  float hair = cap(p, vec2(.12, .66), vec2(.23, .22), .335, .20) + .012 * sn(p.x * 40. + p.y * 9.);      // a bob
  d = smin(d, max(hair, -.12 - p.x + .35 * (.55 - y)), .02);
  float body = cap(p, vec2(.16, -.52), vec2(.30, -1.2), .42, .62);
  body = smin(body, cap(p, vec2(.03, .05), vec2(.09, -.4), .17, .20), .12);
  return min(d, body);
}

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1();
  vec2 w = par(q, .75);
  vec2 half_ = mix(mix(vec2(.735, .385), vec2(.425, .385), smoothstep(1.6, 1.0, asp())), vec2(.385, .64), T);
  vec2 mid = vec2(mix(-.03, 0., smoothstep(1.6, 1.0, asp())), mix(.045, .10, T));
  float pane = box(w - mid, half_, .085);
  float jolt = .0018 * sn(t * 11.) * sn(t * 2.3);                 // the carriage shakes a little

  // The land outside.
  vec2 f = par(q, .10) + vec2(0., jolt);
  float hz = mix(.0, .02, T), h = f.y - hz;
  float dk = day();
  vec2 sun = vec2(mix(-.20, -.06, T) + .03 * sn(t * .05), hz + .075 + .20 * (dk - .35));
  float d = length(f - sun);
  vec3 c = mix(S3 * .95, S2 * .62, smoothstep(.0, .26, h));
  c = mix(c, S1 * .62, smoothstep(.12, .62, h));
  c += (S3 * .7 + S4 * .2) * exp(-d * 4.4) * (.65 + .45 * uPulse * (.4 + .6 * uLevel));
  float band = fbm3(vec2(f.x * 1.5 + t * .012, h * 8.));
  c = mix(c, S2 * .45 + S3 * .42, smoothstep(.50, .78, band) * smoothstep(.05, .2, h) * (.30 + .45 * uDensity));
  c = mix(c, S4 * 1.7, smoothstep(.064, .060, d));

  // Hills and woods at growing speed.
  for (int i = 0; i < 3; i++) {
    float k = float(i), go = t * (.012 + .030 * k + .05 * k * k);
    float X = (f.x + uCam.x * .1 * k + go) * (1.5 + .5 * k) + 13. * k;
    float y = .062 - .030 * k + (ridge3(X) - .5) * (.12 - .030 * k);
    if (i > 0) {
      float sc = 26. - 5. * k, tr = X * sc, ti = floor(tr), r = h1(int(ti) + i * 300);
      y += (.020 + .012 * k) * sqrt(max(1. - 4. * (tr - ti - .5) * (tr - ti - .5), 0.)) * step(.25, r) * (.4 + r);
    }
    vec3 col = mix(S2 * .50 + S3 * .26, S1 * .22 + S0 * .30, (k + .6) / 2.8);
    col += S3 * .30 * exp(-d * 5.) * (1. - .28 * k);
    float m = smoothstep(px * (1.5 + k), -px * (1.5 + k), h - y);
    c = mix(c, mix(col, S3 * .42 + S2 * .25, (.42 - .14 * k) * smoothstep(.10, .0, h)), m);
  }

  // The plain: furrows that stream by, faster towards us; a river of light under the sun.
  float low = max(-.022 - h, 0.), z = .11 / (low + .012), plain = smoothstep(px, -px, h + .022);
  float X = f.x * z * 1.5 + t * 2.3;
  float blurX = sat(.10 * (9. / z - .6));
  float fur = n2(vec2(X * .55, z * 2.8)) * .6 + n2(vec2(X * mix(2.2, .5, blurX), z * 9. + 4.)) * .4;
  vec3 field = mix(S1 * .14 + S0 * .26, S2 * .34 + S3 * .24, smoothstep(.2, .8, fur)) * (.8 + .4 * exp(-low * 6.));
  float water = smoothstep(.64, .70, n2(vec2(X * .22 + 3., z * 1.1))) * smoothstep(.012, .03, low);
  float shine = exp(-abs(f.x - sun.x) * 4.5);
  field = mix(field, S3 * .45 + S2 * .2 + (S4 * .8 + S3 * .5) * shine * (.7 + .4 * uPulse), water * .85);
  field += S3 * .24 * shine * fur * exp(-low * 4.);
  c = mix(c, field, plain);

  // Masts and wires by the line: one passes on every beat, smeared by its speed.
  float span = 2.6, phase = fract(uBeat + .52), mx = (f.x + uCam.x * .4) + (phase - .5) * span;
  mx -= span * floor(mx / span + .5);
  float mast = smoothstep(.050, .004, abs(mx)) * .62 * smoothstep(.62, .60, h);
  float arm = smoothstep(.012, .006, abs(h - .30)) * smoothstep(.24, .10, abs(mx)) * .55;
  float u = mx / span, sag = .24 + .11 * 4. * u * u;
  float wire = smoothstep(px * 2.6, px * .6, abs(h - sag)) * .6 + smoothstep(px * 2.6, px * .6, abs(h - sag - .085 - .05 * 4. * u * u)) * .5;
  vec3 iron = S0 * .25 + S1 * .08;
  c = mix(c, iron, sat(max(max(mast, arm), wire)));
  float bush = -.30 - .05 * T + .07 * n1(f.x * 3.2 + t * 5.3) + .03 * n1(f.x * 9. + t * 15.);
  c = mix(c, iron + S2 * .03, smoothstep(.030, -.030, h - bush));

  // Glass: the lamps of the carriage, faint; a few drops when dense.
  vec2 g = par(q, .9);
  float lampA = exp(-dot((g - vec2(.36, mid.y + half_.y - .11)) * vec2(7., 26.), (g - vec2(.36, mid.y + half_.y - .11)) * vec2(7., 26.)));
  float lampB = exp(-dot((g - vec2(-.16, mid.y + half_.y - .075)) * vec2(9., 36.), (g - vec2(-.16, mid.y + half_.y - .075)) * vec2(9., 36.)));
  c += (S4 * .42 + S3 * .2) * (lampA + .6 * lampB) * (.30 + .25 * uBass + .25 * (1. - dk));
  c += S4 * .040 * smoothstep(.012, .0, abs(g.x * .7 + g.y - .32) - .05) + S4 * .025 * smoothstep(.01, .0, abs(g.x * .7 + g.y - .14) - .018);

  // The inside: frame, wall, a sill; lit by what comes in.
  float glow = exp(-max(pane, 0.) * 7.);
  vec3 wall = S0 * .30 + S1 * .06 + (S3 * .22 + S2 * .06) * glow * (.45 + .25 * uPulse) * (.4 + .6 * dk);
  wall *= .86 + .14 * n2(w * vec2(230., 90.));
  float lip = smoothstep(.030, .024, pane) * smoothstep(.0, .006, pane);
  wall = mix(wall, S0 * .12, lip * .8);
  wall += (S3 * .6 + S4 * .4) * smoothstep(.006, .0, abs(pane - .031)) * sat(.25 - (w.y - mid.y) * 1.5) * .55;
  float sill = mid.y - half_.y - .055;
  float table = smoothstep(px * 2., -px * 2., w.y - sill);
  vec3 wood = mix(S0 * .35 + S2 * .05, S3 * .16 + S2 * .06, n2(vec2(w.x * 3., w.y * 70.)) * .5) + (S3 * .5 + S4 * .2) * exp(-(sill - w.y) * 22.) * (.35 + .3 * uPulse) * (.35 + .65 * dk);
  wall = mix(wall, wood, table);
  c = mix(c, wall, smoothstep(-px, px, pane));

  // A cup on the sill, trembling with the bass.
  vec2 cup = w - vec2(mix(-.40, -.24, smoothstep(1.6, 1.0, asp())), sill + .030 + .0015 * uBass * sn(t * 37.));
  float cd = box(cup, vec2(.036 + .10 * cup.y, .046), .008);
  cd = min(cd, abs(length(cup - vec2(.046, .004)) - .020) - .005);
  c = mix(c, S0 * .3 + S1 * .06 + (S4 * .5 + S3 * .4) * smoothstep(-.010, .0, cd) * .7, smoothstep(px, -px, cd));
  vec2 st = cup - vec2(0., .06);
  float steam = fbm2(vec2(st.x * 26. + sn(st.y * 20. - t) * .6, st.y * 9. - t * .45)) * exp(-abs(st.x) * 40. / (1. + max(st.y, 0.) * 9.)) * smoothstep(.0, .03, st.y) * smoothstep(.16, .04, st.y);
  c += (S4 * .4 + S3 * .2) * steam * .5;

  // The passenger.
  float size = mix(.40, .38, T), square = smoothstep(1.6, 1.0, asp());
  vec2 p = (par(q, 1.) - vec2(mix(mix(.56, .25, square), .22, T), mix(-.16, -.24, T)) - vec2(.004 * sn(t * .9), .003 * sn(t * 1.4) + jolt)) / size;
  float sd = sitter(p) * size;
  float m = smoothstep(px * 1.4, -px * 1.4, sd) * uFigure;
  float rim = smoothstep(-.016, -.001, sd) * sat(.12 - p.x * 1.4 + .1 * p.y);
  vec3 dark = S0 * .20 + S1 * .05;
  c = mix(c, dark + (S3 * .75 + S4 * .4) * rim * (.55 + .4 * uPulse) * (.4 + .6 * dk) + S3 * .05 * sat(-p.x + .3), m);
  outColor = vec4(grade(c * mix(1.35, 1.15, dk)), 1.);
}
