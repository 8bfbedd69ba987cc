// title: Above the clouds
// words: cloud, clouds, sky, above, fly, plane, airplane, heaven, high, air, blue, day, dream, angel, float, freedom, wind, weightless
// sizes: EWS WS
// energy: 0.0 0.9
// tod: 0.1 0.9
// figure: none
// image: none
// motion: medium
// weather: cloud
// about: Flight over a sea of cloud with towers lit from the side; pulse brightens their edges and the sun, bass lifts the towers, level opens the light.
#include "common.glsl"

void main() {
  vec2 q = lens();
  float T = tall(), t = uTime, px = px1(), dk = day();
  float hz = mix(-.03, .0, T), side = h1(1) < .5 ? -1. : 1.;
  vec2 f = par(q, .08);
  float h = f.y - hz;
  vec2 sun = vec2(side * mix(.40, .18, T), hz + .10 + .28 * (dk - .3) + .06 * T);
  vec2 toSun = normalize(vec3(sun - f, .35)).xy;
  float d = length(f - sun);

  // Clear air above: deep at the top, pale at the horizon; high thin streaks.
  vec3 c = mix(S3 * .50 + S4 * .22, S2 * .80, smoothstep(.0, .26, h));
  c = mix(c, S1 * .95 + S2 * .10, smoothstep(.12, .75, h));
  float streak = fbm2(vec2(f.x * 1.1 + f.y * .6 + t * .012, f.y * 7. - f.x * 1.2)) ;
  c = mix(c, S4 * .75 + S3 * .15, smoothstep(.50, .85, streak) * .40 * smoothstep(.08, .3, h));
  c += (S4 * .42 + S3 * .35) * exp(-d * 4.2) * (.60 + .55 * uPulse + .15 * uLevel);
  c = mix(c, S4 * 1.9, smoothstep(.046, .038, d));

  // An aircraft far off with its trail, or birds, by seed.
  float fl = fract(t * .012 + h1(6));
  vec2 pl = f - vec2(side * (mix(.95, .6, T) - 2.2 * fl), hz + mix(.30, .46, T) + .05 * fl);
  float trail = smoothstep(.0045 + .004 * abs(pl.x), .0, abs(pl.y - pl.x * -.023 * side)) * smoothstep(.0, .01, pl.x * side) * smoothstep(.75, .02, pl.x * side);
  c += S4 * trail * .55;
  c += S4 * .9 * smoothstep(.006, .002, length(pl * vec2(.5, 1.4)));

  // Banks of cloud from far to near. Each is a heap of rounded bumps whose edge is frayed by noise;
  // light comes from the sun's side, shadow gathers below.
  for (int i = 0; i < 5; i++) {
    float k = float(i) / 4., near = k * k;
    vec2 w = par(q, .12 + .75 * near);
    float sc = mix(3.4, .85, sqrt(k)), go = t * (.006 + .060 * near) * side;
    vec2 u = vec2((w.x + go) * sc + 9.7 * float(i), (w.y - hz) * sc);
    float big = n1(u.x * .9), bump = n1(u.x * 2.3 + 4.);
    float tower = big * big * (.55 + .35 * uBass * (1. - k)) + .22 * bump;
    float y = hz + .040 - (.26 + .42 * T) * k - .12 * near + tower * mix(.20, .30, k) * (.7 + .5 * uDensity);
    vec2 e = u * mix(4.2, 3.4, k) + vec2(0., -t * .02);
    float lump = n2(e), fray = .68 * lump + .32 * n2(R2 * e * 2.3 + 5.);
    float slope = lump - n2(e + toSun * .40);                            // does the lump face the sun?
    float edge = y + (fray - .45) * mix(.075, .16, k) - w.y;
    float m = smoothstep(-.010 - .02 * k, .016 + .03 * k, edge);
    float under = sat(edge / mix(.10, .26, k));
    float litUp = sat(.46 + slope * 1.25 + .5 * (fray - .5) + .42 * (1. - under) - .34 * under + .25 * (big - .4));
    vec3 white = S4 * .62 + S3 * .12 * (1. - k), shade = S1 * .46 + S2 * .30 + S4 * .03;
    vec3 col = mix(shade, white, litUp * litUp * (1.6 - .6 * litUp));
    col = mix(col, S3 * .85 + S4 * .2, .30 * exp(-d * 2.6) * (1. - .5 * k));
    col += (S4 * .40 + S3 * .35) * smoothstep(.05, .0, edge) * exp(-d * 2.0) * (.40 + .80 * uPulse);      // silver edges
    col = mix(col, S3 * .50 + S4 * .30 + S2 * .12, (1. - k) * (1. - k) * .45);                               // far banks sink in haze
    c = mix(c, col * (.80 + .26 * dk), m * (.97 - .05 * k));
  }
  // Light through the whole picture towards the sun.
  float an = (f.x - sun.x) / (abs(f.y - sun.y - .9) + .2);
  float ray = n1(an * 6. + 20. + t * .04) * n1(an * 15. + 50. - t * .06);
  c += (S3 * .35 + S4 * .3) * ray * exp(-d * 1.9) * (.20 + .40 * uLevel);
  c = mix(c, c * c * 1.05, .75 * sat(dot(S0, vec3(1.3))));        // pale palettes need deeper shade
  outColor = vec4(grade(c * 1.12), 1.);
}
