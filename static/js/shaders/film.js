// The film finish as passes over a drawn Y'CbCr frame: the sums of casset/media/shaders/finish.py.
// Sharpening, halation and range are the film's own, held equal by a test. Two things are only alike:
// enlarging is bilinear (the film's is bicubic), and grain is drawn by a hash (the film's from a table).

const HEAD = `#version 300 es
precision highp float;
precision highp int;
out vec4 o;
`;

export const QUAD = `#version 300 es
in vec2 corner;
out vec2 at;
void main() { at = .5 + .5 * corner; gl_Position = vec4(corner, 0., 1.); }
`;

/** The frame as it is, enlarged. */
export const PLAIN = `${HEAD}in vec2 at;
uniform sampler2D uFrame;
uniform float uMirror;
void main() { o = vec4(texture(uFrame, vec2(mix(at.x, 1. - at.x, uMirror), at.y)).rgb, 1.); }
`;

/** What is brighter than 150 of 255, averaged over boxes of the drawn frame. */
export const HOT = `${HEAD}
uniform sampler2D uFrame;
uniform vec2 uScale; // pixels of the frame to one of ours
void main() {
  vec2 first = floor(gl_FragCoord.xy) * uScale, last = first + uScale;
  ivec2 a = ivec2(floor(first)), b = ivec2(ceil(last)) - 1, top = textureSize(uFrame, 0) - 1;
  float sum = 0., area = 0.;
  for (int y = a.y; y <= b.y; y++) {
    float h = min(float(y + 1), last.y) - max(float(y), first.y);
    for (int x = a.x; x <= b.x; x++) {
      float w = h * (min(float(x + 1), last.x) - max(float(x), first.x));
      sum += w * texelFetch(uFrame, min(ivec2(x, y), top), 0).r;
      area += w;
    }
  }
  float hot = max(floor(sum / area * 255. + .5) - 150., 0.) / 255.;
  o = vec4(hot, hot, hot, 1.);
}
`;

/** Two Gaussian blurs along one axis: near (1.6) in r, far (6) in g; b keeps the source. */
export const BLUR = `${HEAD}
uniform sampler2D uFrame;
uniform ivec2 uAxis;
int mirrored(int i, int top) { i = abs(i); return top == 0 ? 0 : (i > top ? 2 * top - i : i); }
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy), top = textureSize(uFrame, 0) - 1;
  vec2 sum = vec2(0.), weight = vec2(0.);
  for (int i = -18; i <= 18; i++) {
    ivec2 p = here + uAxis * i;
    p = clamp(ivec2(mirrored(p.x, top.x), mirrored(p.y, top.y)), ivec2(0), top);
    float x = float(i);
    vec2 w = vec2(abs(x) > 5. ? 0. : exp(-x * x / 5.12), exp(-x * x / 72.));
    sum += w * texelFetch(uFrame, p, 0).rg;
    weight += w;
  }
  o = vec4(sum / weight, texelFetch(uFrame, here, 0).b, 1.);
}
`;

/** Sharpened, with halation and grain, as sRGB. */
export const FINISH = `${HEAD}in vec2 at;
uniform sampler2D uFrame, uGlow;
uniform float uMirror, uSharpness, uHalation, uGrain; // grain: standard deviation in 8-bit steps
uniform int uTake;
uint mixed(uint v) {
  uint s = v * 747796405u + 2891336453u;
  uint w = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
  return (w >> 22u) ^ w;
}
float grain() { // four uniform bytes summed are nearly normal; their deviation is 147.8 steps
  uint h = mixed(uint(gl_FragCoord.x) + mixed(uint(gl_FragCoord.y) + uint(uTake) * 9781u));
  uvec4 b = uvec4(h, h >> 8u, h >> 16u, h >> 24u) & 255u;
  return (float(b.x + b.y + b.z + b.w) - 510.) / 147.8;
}
void main() {
  vec2 uv = vec2(mix(at.x, 1. - at.x, uMirror), at.y), d = .5 / vec2(textureSize(uFrame, 0));
  vec3 yuv = texture(uFrame, uv).rgb;
  float soft = .25 * (texture(uFrame, uv + d).r + texture(uFrame, uv - d).r
      + texture(uFrame, uv + vec2(d.x, -d.y)).r + texture(uFrame, uv + vec2(-d.x, d.y)).r);
  yuv.r = clamp(yuv.r + 4. / 3. * uSharpness * (yuv.r - soft), 0., 1.);
  vec3 g = texture(uGlow, uv).rgb;
  float glow = clamp(1.2 * max(g.r - g.b, 0.) + 1.2 * max(g.g - g.b, 0.), 0., 1.) * uHalation;
  yuv += glow * vec3(1., -.3, .55);
  yuv.r = clamp(yuv.r + uGrain * grain() / 255., 16. / 255., 235. / 255.);
  float y = (yuv.r * 255. - 16.) / 219.;
  vec2 c = (yuv.gb * 255. - 128.) / 224.;
  o = vec4(clamp(vec3(y + 1.5748 * c.y, y - .187324 * c.x - .468124 * c.y, y + 1.8556 * c.x), 0., 1.), 1.);
}
`;
