// The drawing surface: compiles the scenes' own sources, draws a frame, finishes it like film.

import { BLUR, FINISH, HOT, PLAIN, QUAD } from "./film.js";
import { levels } from "./picture.js";

const GLOW_SHORT_SIDE = 72;
const SLEEVE_PX = 1024;
const KEPT_PROGRAMS = 10;
const POLL_MS = 24;

export class Stage {
  /** Throws where the browser has no WebGL2. `onLost` and `onBack` tell of the graphics card. */
  constructor(canvas, { onLost = () => {}, onBack = () => {} } = {}) {
    this.canvas = canvas;
    const gl = canvas.getContext("webgl2", {
      alpha: false, antialias: false, depth: false, stencil: false, powerPreference: "high-performance",
    });
    if (!gl) throw new Error("This browser has no WebGL2.");
    this.gl = gl;
    this.sources = new Map(); // address → promise of text
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      onLost();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.#prepare();
      onBack();
    });
    this.#prepare();
  }

  get lost() {
    return this.gl.isContextLost();
  }

  #prepare() {
    const { gl } = this;
    this.programs = new Map();
    this.passes = new Map();
    this.textures = new Map();
    this.pending = null;
    this.frame = null;
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.disable(gl.DITHER);
    this.parallel = gl.getExtension("KHR_parallel_shader_compile");
    this.blank = this.#texture([{ width: 1, height: 1, light: new Float32Array(4) }]);
  }

  /** A scene's program, compiled without holding up the page. Addresses are those of its sources. */
  async scene(vertex, fragment) {
    if (!this.programs.has(fragment)) {
      const compiled = Promise.all([this.#text(vertex), this.#text(fragment)]).then((texts) => this.#compile(...texts));
      this.programs.set(fragment, compiled);
      compiled.catch(() => this.programs.delete(fragment));
      this.#forget();
    }
    return this.programs.get(fragment);
  }

  #text(address) {
    if (!this.sources.has(address)) {
      const text = fetch(address).then((answer) => {
        if (!answer.ok) throw new Error(`A scene's source could not be loaded (${answer.status}).`);
        return answer.text();
      });
      text.catch(() => this.sources.delete(address));
      this.sources.set(address, text);
    }
    return this.sources.get(address);
  }

  #forget() {
    for (const [key, compiled] of this.programs) {
      if (this.programs.size <= KEPT_PROGRAMS) return;
      this.programs.delete(key);
      compiled.then(({ program }) => this.gl.deleteProgram(program)).catch(() => {});
    }
  }

  #link(vertex, fragment) {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader);
    }
    gl.bindAttribLocation(program, 0, "corner");
    gl.linkProgram(program);
    return program;
  }

  async #compile(vertex, fragment) {
    const { gl, parallel } = this;
    const program = this.#link(vertex, fragment);
    while (parallel && !this.lost && !gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR)) {
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
    return this.#ready(program);
  }

  #ready(program) {
    const { gl } = this;
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      const log = gl.getAttachedShaders(program)?.map((shader) => gl.getShaderInfoLog(shader)).join("\n");
      throw new Error(this.lost ? "The graphics card is away." : `A scene does not compile here.\n${log}`);
    }
    const places = new Map();
    const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS);
    for (let i = 0; i < count; i++) {
      const { name, type, size } = gl.getActiveUniform(program, i);
      const plain = name.replace("[0]", "");
      places.set(plain, { place: gl.getUniformLocation(program, name), type, size });
    }
    return { program, places };
  }

  #pass(fragment) { // the finish's own small programs, compiled when first needed
    if (!this.passes.has(fragment)) this.passes.set(fragment, this.#ready(this.#link(QUAD, fragment)));
    return this.passes.get(fragment);
  }

  #use({ program, places }, values) {
    const { gl } = this;
    gl.useProgram(program);
    for (const [name, value] of Object.entries(values)) {
      const found = places.get(name);
      if (!found) continue; // the compiler drops what a scene does not use
      const { place, type, size } = found;
      if (type === gl.INT || type === gl.SAMPLER_2D) gl.uniform1i(place, value);
      else if (type === gl.INT_VEC2) gl.uniform2iv(place, value);
      else if (type === gl.FLOAT) gl.uniform1f(place, value);
      else if (type === gl.FLOAT_VEC2) gl.uniform2fv(place, value);
      else if (type === gl.FLOAT_VEC3) gl.uniform3fv(place, value.slice(0, 3 * size));
      else if (type === gl.FLOAT_VEC4) gl.uniform4fv(place, value);
    }
  }

  #triangle(target, width, height) {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.viewport(0, 0, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #bind(unit, texture) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
  }

  #target(width, height) {
    const { gl } = this;
    const texture = gl.createTexture();
    this.#bind(0, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    const buffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return { texture, buffer, width, height };
  }

  #texture(all) {
    const { gl } = this;
    const texture = gl.createTexture();
    this.#bind(0, texture);
    all.forEach(({ width, height, light }, level) => {
      gl.texImage2D(gl.TEXTURE_2D, level, gl.RGBA16F, width, height, 0, gl.RGBA, gl.FLOAT, light);
    });
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    return { texture, size: [all[0].width, all[0].height] };
  }

  #sizes(width, height) { // the drawn frame and the two small ones that halation is blurred in
    if (this.frame?.width === width && this.frame.height === height) return;
    const { gl } = this;
    for (const old of [this.frame, ...(this.glow ?? [])]) {
      if (!old) continue;
      gl.deleteFramebuffer(old.buffer);
      gl.deleteTexture(old.texture);
    }
    const scale = Math.max(1, Math.min(width, height) / GLOW_SHORT_SIDE);
    const small = [Math.round(width / scale), Math.round(height / scale)];
    this.frame = this.#target(width, height);
    this.glow = [this.#target(...small), this.#target(...small)];
  }

  /** Keep an image under a key; the last few are kept. */
  setImage(key, all) {
    this.textures.set(key, this.#texture(all));
    for (const [old, { texture }] of this.textures) {
      if (this.textures.size <= 3) break;
      this.gl.deleteTexture(texture);
      this.textures.delete(old);
    }
  }

  hasImage(key) {
    return this.textures.has(key);
  }

  /** Draw the record sleeve that stands in for a missing cover, and keep it under `key`. */
  setSleeve(key, program, values) {
    const { gl } = this;
    const square = this.#target(SLEEVE_PX, SLEEVE_PX);
    this.#use(program, { ...values, uRes: [SLEEVE_PX, SLEEVE_PX], uYuv: 0, uHasImage: 0, uImageSize: [1, 1], uImage: 0 });
    this.#bind(0, this.blank.texture);
    this.#triangle(square.buffer, SLEEVE_PX, SLEEVE_PX);
    const bytes = new Uint8Array(SLEEVE_PX * SLEEVE_PX * 4);
    gl.readPixels(0, 0, SLEEVE_PX, SLEEVE_PX, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.deleteFramebuffer(square.buffer);
    gl.deleteTexture(square.texture);
    this.setImage(key, levels(bytes, SLEEVE_PX, SLEEVE_PX));
  }

  /**
   * Draw one frame. `inner` is the size the scene is drawn at, `outer` the canvas's own; `film` is
   * {sharpness, halation, grain, take} or null for the frame before its finish; `image` a kept key;
   * `treatment` says that the program names the level of detail it reads.
   */
  draw(program, values, { inner, outer, film = null, mirror = false, image = "", treatment = false }) {
    const { gl, canvas } = this;
    const [width, height] = inner;
    this.#sizes(width, height);
    if (canvas.width !== outer[0] || canvas.height !== outer[1]) [canvas.width, canvas.height] = outer;
    const artwork = this.textures.get(image) ?? this.blank;
    this.#bind(0, artwork.texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, treatment ? gl.LINEAR_MIPMAP_NEAREST : gl.LINEAR_MIPMAP_LINEAR);
    this.#use(program, {
      ...values, uRes: inner, uYuv: Number(film !== null), uImage: 0,
      uHasImage: Number(artwork !== this.blank), uImageSize: artwork.size,
    });
    this.#triangle(this.frame.buffer, width, height);
    const shared = { uFrame: 0, uMirror: Number(mirror) };
    if (film) {
      const [a, b] = this.glow;
      this.#small(HOT, this.frame, a, { uScale: [width / a.width, height / a.height] });
      this.#small(BLUR, a, b, { uAxis: [1, 0] });
      this.#small(BLUR, b, a, { uAxis: [0, 1] });
      this.#bind(0, this.frame.texture);
      this.#bind(1, a.texture);
      this.#use(this.#pass(FINISH), {
        ...shared, uGlow: 1, uSharpness: film.sharpness, uHalation: film.halation, uGrain: film.grain, uTake: film.take,
      });
    } else {
      this.#bind(0, this.frame.texture);
      this.#use(this.#pass(PLAIN), shared);
    }
    this.#triangle(null, ...outer);
    this.pending = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  #small(fragment, from, to, values) {
    this.#bind(0, from.texture);
    this.#use(this.#pass(fragment), { ...values, uFrame: 0 });
    this.#triangle(to.buffer, to.width, to.height);
  }

  /** Whether the last frame has really been drawn. */
  get idle() {
    const { gl, pending } = this;
    if (!pending || this.lost) return true;
    const state = gl.clientWaitSync(pending, 0, 0);
    if (state === gl.TIMEOUT_EXPIRED) return false;
    gl.deleteSync(pending);
    this.pending = null;
    return true;
  }
}
