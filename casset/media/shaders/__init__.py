"""Shader Lab: one GLSL ES 3.00 source per scene, drawn offline through EGL and in the browser by WebGL2."""
