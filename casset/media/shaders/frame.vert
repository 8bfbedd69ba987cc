#version 300 es
// Casset Shader Lab - the vertex stage: one triangle over the frame, and what is the same for all its
// pixels. A software renderer would work these out for every pixel (2 ms of a frame at 1024x576).
precision highp float;
precision highp int;
in vec2 corner;
uniform vec3 uPal[5];
uniform float uTod;
uniform vec4 uFin;
flat out vec4 vLight; // night 0..1, noon 0..1, pale 0..1, exposure as a factor
flat out vec3 vFloor; // added by the black lift
flat out vec3 vShade; // the palette's shadow, below which nothing sinks
flat out vec3 vCool;  // the deep colour at unit brightness, for day for night
float luma(vec3 c) { return dot(c, vec3(.3, .6, .1)); }
void main() {
  float day = .5 + .5 * cos(6.2831853 * (uTod + .5)); // 0 midnight, .5 dawn and dusk, 1 noon
  float night = 1. - smoothstep(0., .5, day), noon = smoothstep(.52, .92, day);
  float pale = smoothstep(.03, .15, luma(uPal[0]));
  vLight = vec4(night, noon, pale, exp2(uFin.x));
  vFloor = uFin.w * (.25 * uPal[1] + .02);
  vShade = .62 * uPal[0] * (1. - .7 * night);
  vCool = uPal[1] / (luma(uPal[1]) + .004);
  gl_Position = vec4(corner, 0., 1.);
}
