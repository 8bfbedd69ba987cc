// Casset Shader Lab - what the treatments share: an image laid into a frame of any aspect.
// uv 0..1, y up, on the image; q in lens coordinates. Every read names its level of detail, so that
// renderers agree and mirrored edges show no seams; the nearest level is read, not two (a read costs
// 3 ms at 1024x576 on the CPU, one between levels 10).

// ---- laying the image out
float imageAspect() { return uImageSize.x / max(uImageSize.y, 1.); }
vec2 inside(float room) { // half size of the image, as large as fits into that share of the frame
  vec2 box = ext() * room;
  float a = imageAspect();
  return box.x < box.y * a ? vec2(box.x, box.x / a) : vec2(box.y * a, box.y);
}
vec2 filling() { // half size of the image when it covers the frame
  vec2 box = ext();
  float a = imageAspect();
  return box.x > box.y * a ? vec2(box.x, box.x / a) : vec2(box.y * a, box.y);
}
// 1 where the image has nearly the frame's own aspect: it is then shown edge to edge
float alike() { return step(abs(log2(imageAspect() / asp())), .3); }
float sharpLod(vec2 half_) { // the level whose texels are about as large as pixels
  return max(log2(uImageSize.y / (2. * half_.y * min(uRes.x, uRes.y) * max(uCam.z, .2))) - .15, 0.);
}

// ---- reading it
vec2 mirrored(vec2 uv) { return 1. - abs(mod(uv, 2.) - 1.); }
vec3 soft(vec2 uv, float lod) { // a smooth blur from a small level: cubic B-spline of four bilinear reads
  vec2 n = max(floor(uImageSize / exp2(lod)), 1.);
  vec2 x = uv * n - .5, i = floor(x), f = x - i;
  vec2 f2 = f * f, f3 = f2 * f;
  vec2 w0 = (1. - f) * (1. - f) * (1. - f) / 6., w1 = (4. - 6. * f2 + 3. * f3) / 6.;
  vec2 w3 = f3 / 6., w2 = 1. - w0 - w1 - w3;
  vec2 ga = w0 + w1, gb = w2 + w3;
  vec2 a = (i - .5 + w1 / ga) / n, b = (i + 1.5 + w3 / gb) / n;
  vec3 low = mix(imgBlur(vec2(b.x, a.y), lod), imgBlur(a, lod), ga.x);
  vec3 high = mix(imgBlur(b, lod), imgBlur(vec2(a.x, b.y), lod), ga.x);
  return mix(high, low, ga.y);
}
float softLod(float texels) { return max(floor(log2(max(uImageSize.x, uImageSize.y) / texels) + .5), 0.); }
vec3 glow(vec2 uv, float lod) { // a blur by one read: the small level's texels melt into each other
  vec2 n = max(floor(uImageSize / exp2(lod)), 1.);
  vec2 x = uv * n - .5, i = floor(x), f = x - i;
  return imgBlur((i + .5 + f * f * (3. - 2. * f)) / n, lod);
}
float within(vec2 uv) { // 1 on the image, 0 beyond its dissolving edge
  vec2 out_ = max(abs(uv - .5) - .5, 0.);
  return 1. - smoothstep(-.002, .07, max(out_.x, out_.y));
}
// The image, and around it its mirrored edges, which dissolve and darken with distance.
vec3 extended(vec2 uv, float lod) {
  vec2 out_ = max(abs(uv - .5) - .5, 0.), m = mirrored(uv);
  float away = max(out_.x, out_.y);
  vec3 c = imgBlur(m, lod);
  if (away > 0.) c = mix(c, soft(m, softLod(9.)), smoothstep(-.002, .085, away)); // four reads, only beyond the image
  return c * mix(1., .30, smoothstep(0., .34, away));
}
// What lies behind a plate: the image out of focus, larger than the frame, darkened, in slow motion.
vec3 backdrop(vec2 q) {
  vec2 uv = .5 + .5 * q / (filling() * 1.22);
  uv += .035 * vec2(sn(uTime * .13 + uv.y * 3.), sn(uTime * .11 + uv.x * 3.));
  vec3 c = soft(sat(uv), softLod(18.));
  float m = luma(c);
  c = mix(vec3(m), c, 1.25) * (.30 + .16 * uLevel + .10 * uPulse * uLevel);
  return max(c + S1 * .02, 0.);
}
// A plate at centre o: its shadow on what is behind, and coverage in a.
float plate(vec2 q, vec2 half_, float px) {
  vec2 d = abs(q) - half_;
  return smoothstep(px, -px, max(d.x, d.y));
}
float shadow(vec2 q, vec2 half_) {
  vec2 d = max(abs(q - vec2(.0, -.018)) - half_ + .03, 0.);
  return exp(-dot(d, d) * 260.) * .62;
}

// ---- leaving it: no filmic curve, so that a cover keeps its own colours
vec3 print_(vec3 c) {
  c = max(c * frameLight(), 0.);
  vec3 over = max(c - .80, 0.);
  c = min(c, .80) + .20 * over / (over + .20);
  vec3 a = sqrt(c), b = sqrt(a), d = sqrt(b);
  c = sat(.585122 * a + .783140 * b - .368263 * d);
  return dithered(c);
}
