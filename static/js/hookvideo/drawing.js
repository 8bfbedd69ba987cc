/* Draws frames of a hook video on a canvas: the preview, and the picture of the browser's own export.
   Where things stand comes from layout.js; type and blur are the browser's, so the server's film is
   the one that counts. */
import { boxes, fit } from "./layout.js";
import { lyricsOf } from "./lyrics.js";
import { choose } from "./scrim.js";
import { baseline, draw as drawText, font, set, widthOf } from "./type.js";

const GLYPH_EM = 1.12;
const GLYPH_GAP_EM = 0.42;
const BLUR_PX = 40; // the short side of what a backdrop is enlarged from

export class Drawing {
  /** `data` is the server's answer to /api/hooks/drawing, `numbers` its layout, `size` the canvas's pixels. */
  constructor(numbers, data, aspect, size, { cover = null, avatar = null } = {}) {
    Object.assign(this, { numbers, data, aspect, size, cover, avatar });
    this.short = Math.min(...size);
    this.colours = { accent: "#ffa45c", ink: "#f7f3f0", ground: "#140a0c", ...data.theme };
    this.tiny = document.createElement("canvas");
    this.pane = document.createElement("canvas");
    this.#layOut();
    this.opacity = {};
    this.veil = null;
    this.glass = numbers.glass.least;
  }

  #layOut() {
    const { numbers, data, short } = this;
    const context = this.tiny.getContext("2d");
    const said = {
      artist: data.artist,
      handle: data.handle ? `@${data.handle}` : "",
      title: data.title,
      watermark: data.watermark.replace(/^[a-z]+:\/\/(www\.)?/i, "").replace(/\/$/, "") || "casset",
      attribution: data.attribution,
    };
    const everything = boxes(numbers, this.aspect, { titleRows: 2 });
    this.texts = {};
    for (const [name, text] of Object.entries(said)) {
      const item = everything[name];
      const em = item.size * short;
      const room = (item.right - item.left) * short - (name === "watermark" ? (GLYPH_EM + GLYPH_GAP_EM) * em : 0);
      this.texts[name] = set(context, text, item, em, room);
    }
    this.items = boxes(numbers, this.aspect, {
      titleRows: this.texts.title.rows.length,
      attribution: this.texts.attribution.rows.length > 0,
      handle: this.texts.handle.rows.length > 0,
      lyrics: data.lines.length > 0,
    });
    this.lyrics = data.lines.length ? lyricsOf(context, this.items, data.lines, numbers, short) : null;
  }

  px(item) {
    const { short } = this;
    return { left: item.left * short, top: item.top * short, right: item.right * short, bottom: item.bottom * short };
  }

  /** Look at some moments of the picture and choose how dark it must be under each text. */
  survey(pictures) {
    const scale = 120 / this.short;
    const [wide, high] = this.size.map((side) => Math.round(side * scale));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: wide, height: high });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const seen = [];
    for (const picture of pictures.length ? pictures : [null]) {
      context.setTransform(scale, 0, 0, scale, 0, 0);
      this.#picture(context, picture);
      seen.push(context.getImageData(0, 0, wide, high));
    }
    const places = {};
    for (const [name, text] of Object.entries(this.texts)) {
      if (text.rows.length && this.items[name]) places[name] = this.px(this.items[name]);
    }
    if (this.lyrics) Object.assign(places, this.lyrics.places);
    places.bars = this.px(this.items.bars);
    const found = choose(this.numbers, { places, items: this.items, seen, scale, high: this.size[1], short: this.short, colours: this.colours });
    this.opacity = found.opacity;
    this.glass = found.glass;
    this.veil = found.rows;
    this.veilColour = found.tint.join(" ");
  }

  /** One frame: `picture` is a video, image or canvas, `t` seconds of the hook, `tall` the bars' heights. */
  frame(context, picture, t, tall, played) {
    this.#picture(context, picture, t);
    this.#scrim(context);
    this.#artist(context);
    for (const name of ["title", "attribution"]) this.#still(context, name);
    this.#watermark(context);
    this.lyrics?.draw(context, t, { ...this.colours, opacity: this.opacity });
    if (tall) this.#bars(context, tall, played);
  }

  /** The picture alone, as a Canvas has it. */
  bare(context, picture, t) {
    this.#picture(context, picture, t);
  }

  #picture(context, picture, t = 0) {
    const [wide, high] = this.size;
    context.fillStyle = this.colours.ground;
    context.fillRect(0, 0, wide, high);
    const source = picture ?? this.cover;
    if (!source) return this.#glow(context);
    const own = sizeOf(source);
    if (!own[0]) return undefined;
    if (!picture) return this.#coverPicture(context, own, t);
    const place = fit(this.numbers.fit, own, this.size);
    if (place.backdrop) this.#backdrop(context, source, own, this.numbers.fit.backdrop_dim);
    if (place.backdrop) this.#softPane(context, source, place);
    else context.drawImage(source, place.sx, place.sy, place.sw, place.sh, place.dx, place.dy, place.dw, place.dh);
    return undefined;
  }

  #glow(context) {
    const [wide, high] = this.size;
    const light = context.createRadialGradient(0.6 * wide, 0.4 * high, 0, 0.6 * wide, 0.4 * high, 0.7 * this.short);
    light.addColorStop(0, this.colours.accent);
    light.addColorStop(1, this.colours.ground);
    context.fillStyle = light;
    context.fillRect(0, 0, wide, high);
  }

  #backdrop(context, source, [width, height], dim) {
    const [wide, high] = this.size;
    const ratio = BLUR_PX / this.short;
    Object.assign(this.tiny, { width: Math.round(wide * ratio), height: Math.round(high * ratio) });
    const small = this.tiny.getContext("2d");
    const scale = Math.max(wide / width, high / height);
    const [sw, sh] = [wide / scale, high / scale];
    small.imageSmoothingQuality = "high";
    small.filter = "blur(3px)"; // where the browser has it; else the enlarging alone is soft
    small.drawImage(source, (width - sw) / 2, (height - sh) / 2, sw, sh, 0, 0, this.tiny.width, this.tiny.height);
    small.filter = "none";
    context.imageSmoothingQuality = "high";
    context.drawImage(this.tiny, 0, 0, wide, high);
    context.fillStyle = `rgb(0 0 0 / ${1 - dim})`;
    context.fillRect(0, 0, wide, high);
  }

  /** The whole picture, its free edges melting into the backdrop. */
  #softPane(context, source, place) {
    const { pane } = this;
    if (pane.width !== place.dw || pane.height !== place.dh) Object.assign(pane, { width: place.dw, height: place.dh });
    const inner = pane.getContext("2d");
    inner.globalCompositeOperation = "copy";
    inner.drawImage(source, place.sx, place.sy, place.sw, place.sh, 0, 0, place.dw, place.dh);
    inner.globalCompositeOperation = "destination-in";
    const reach = this.numbers.fit.feather * this.short;
    const [wide, high] = this.size;
    if (place.dh < high) fadeEdges(inner, [0, 0, 0, place.dh], reach / place.dh, [place.dw, place.dh], [1, 1]);
    if (place.dw < wide) {
      fadeEdges(inner, [0, 0, place.dw, 0], reach / place.dw, [place.dw, place.dh], [place.dx > 0, place.dx + place.dw < wide]);
    }
    inner.globalCompositeOperation = "source-over";
    context.drawImage(pane, place.dx, place.dy);
  }

  #coverPicture(context, own, t) {
    const rules = this.numbers.aspects[this.aspect].cover;
    this.#backdrop(context, this.cover, own, this.numbers.move.backdrop_dim);
    const side = rules.side * this.short;
    const zoom = 1 + this.numbers.move.zoom * Math.min(1, t / Math.max(this.data.hookDurationSec, 1));
    const least = Math.min(...own) / zoom;
    const { pane } = this;
    if (pane.width !== Math.round(side)) Object.assign(pane, { width: Math.round(side), height: Math.round(side) });
    const inner = pane.getContext("2d");
    inner.globalCompositeOperation = "copy";
    inner.drawImage(this.cover, (own[0] - least) / 2, (own[1] - least) / 2, least, least, 0, 0, side, side);
    inner.globalCompositeOperation = "destination-in";
    const { bottom, left } = rules.fade;
    if (bottom) fadeEdges(inner, [0, 0, 0, side], bottom, [side, side], [0, 1]);
    if (left) fadeEdges(inner, [0, 0, side, 0], left, [side, side], [1, 0]);
    inner.globalCompositeOperation = "source-over";
    context.drawImage(pane, rules.left * this.short, rules.top * this.short);
  }

  #scrim(context) {
    if (!this.veil) return;
    const [wide, high] = this.size;
    const shade = context.createLinearGradient(0, 0, 0, high);
    const last = this.veil.length - 1;
    this.veil.forEach((share, row) => shade.addColorStop(row / last, `rgb(${this.veilColour} / ${share.toFixed(4)})`));
    context.fillStyle = shade;
    context.fillRect(0, 0, wide, high);
  }

  #artist(context) {
    const { items, short, numbers, colours } = this;
    const pill = this.px(items.glass);
    const face = this.px(items.avatar);
    const ends = ["artist", "handle"].filter((name) => items[name] && this.texts[name].rows.length);
    const longest = Math.max(...ends.map((name) => items[name].left * short + widthOf(context, this.texts[name])), face.right);
    const right = ends.length ? longest + numbers.aspects[this.aspect].artist.end * short : face.right + face.left - pill.left;
    const height = pill.bottom - pill.top;
    context.beginPath();
    context.roundRect(pill.left, pill.top, right - pill.left, height, height / 2);
    context.fillStyle = `rgb(0 0 0 / ${this.glass})`;
    context.fill();
    context.lineWidth = numbers.glass.border * short;
    context.strokeStyle = `rgb(255 255 255 / ${numbers.glass.border_opacity})`;
    context.stroke();
    this.#face(context, face);
    for (const name of ends) this.#still(context, name);
    context.fillStyle = colours.ink;
  }

  #face(context, { left, top, right, bottom }) {
    const radius = (right - left) / 2;
    context.save();
    context.beginPath();
    context.arc(left + radius, top + radius, radius, 0, 2 * Math.PI);
    context.clip();
    if (this.avatar) {
      const own = sizeOf(this.avatar);
      const least = Math.min(...own);
      context.drawImage(this.avatar, (own[0] - least) / 2, (own[1] - least) / 2, least, least, left, top, right - left, bottom - top);
    } else {
      context.fillStyle = this.colours.accent;
      context.fillRect(left, top, right - left, bottom - top);
      context.fillStyle = this.colours.ground;
      font(context, "bold", radius);
      context.textAlign = "center";
      context.fillText([...this.data.artist.trim()][0]?.toUpperCase() ?? "", left + radius, top + radius + 0.34 * radius);
      context.textAlign = "start";
    }
    context.restore();
  }

  #still(context, name, shift = 0) {
    const item = this.items[name];
    const text = this.texts[name];
    if (!item || !text.rows.length) return;
    context.globalAlpha = this.opacity[name] ?? item.opacity;
    context.fillStyle = this.colours.ink;
    const leading = item.leading * item.size * this.short;
    text.rows.forEach((row, at) => {
      drawText(context, row, text, item.left * this.short + shift, baseline(this.numbers, item.top * this.short + at * leading, leading, text.em));
    });
    context.globalAlpha = 1;
  }

  #watermark(context) {
    const item = this.items.watermark;
    const { em } = this.texts.watermark;
    const side = GLYPH_EM * em;
    const leading = item.leading * item.size * this.short;
    context.globalAlpha = this.opacity.watermark ?? item.opacity;
    cassette(context, item.left * this.short, item.top * this.short + (leading - side) / 2, side, this.colours.ink);
    this.#still(context, "watermark", (GLYPH_EM + GLYPH_GAP_EM) * em);
  }

  #bars(context, tall, played) {
    const rules = this.numbers.bars;
    const { left, top, right, bottom } = this.px(this.items.bars);
    const pitch = (right - left) / (rules.count - 1 + rules.width);
    const half = Math.max(0.7, (pitch * rules.width) / 2);
    const middle = (top + bottom) / 2;
    const most = (bottom - top) / 2 - 0.5;
    const split = left + played * (right - left);
    const path = new Path2D();
    for (let bar = 0; bar < rules.count; bar += 1) {
      const reach = Math.max(tall[bar] * most, half);
      path.roundRect(left + bar * pitch, middle - reach, 2 * half, 2 * reach, half);
    }
    for (const [from, to, colour, alpha] of [
      [left - 2, split, this.colours.accent, 1],
      [split, right + 2, this.colours.ink, this.opacity.bars_rest ?? rules.rest_opacity],
    ]) {
      context.save();
      context.beginPath();
      context.rect(from, top - 2, Math.max(0, to - from), bottom - top + 4);
      context.clip();
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.fill(path);
      context.restore();
    }
  }
}

function sizeOf(source) {
  return [source.videoWidth ?? source.naturalWidth ?? source.displayWidth ?? source.width, source.videoHeight ?? source.naturalHeight ?? source.displayHeight ?? source.height];
}

function fadeEdges(context, line, reach, [width, height], [first, last]) {
  const mask = context.createLinearGradient(...line);
  const share = Math.min(0.5, reach);
  const ease = [0, 0.25, 0.5, 0.75, 1];
  const clear = (x) => `rgb(0 0 0 / ${x * x * (3 - 2 * x)})`;
  for (const x of ease) mask.addColorStop(x * share, first ? clear(x) : "#000");
  for (const x of [...ease].reverse()) mask.addColorStop(1 - x * share, last ? clear(x) : "#000");
  context.fillStyle = mask;
  context.fillRect(0, 0, width, height);
}

/** Casset's mark, a cassette in outline, as the site's icon has it (24 x 24). */
function cassette(context, left, top, side, colour) {
  const unit = side / 24;
  context.save();
  context.translate(left, top);
  context.scale(unit, unit);
  context.strokeStyle = colour;
  context.lineWidth = 1.9;
  context.lineJoin = "round";
  context.beginPath();
  context.roundRect(2.5, 5, 19, 14, 3.4);
  for (const x of [8.3, 15.7]) {
    context.moveTo(x + 2, 11);
    context.arc(x, 11, 2, 0, 2 * Math.PI);
  }
  context.moveTo(7.5, 19);
  context.lineTo(8.9, 16.2);
  context.lineTo(15.1, 16.2);
  context.lineTo(16.5, 19);
  context.stroke();
  context.restore();
}
