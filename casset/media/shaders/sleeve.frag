// SLEEVE: the record sleeve of a song without artwork, square, for the treatments to treat.
#include "common.glsl"
void main() {
  vec3 c = max(sleeve(gl_FragCoord.xy / uRes), 0.);
  vec3 a = sqrt(c), b = sqrt(a), d = sqrt(b);
  outColor = vec4(sat(.585122 * a + .783140 * b - .368263 * d), 1.);
}
