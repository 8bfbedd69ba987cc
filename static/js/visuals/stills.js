/* The picker's small pictures, drawn here: this track's picture in this track's colours. One context draws
   them all, one after the other, each when its card comes on screen. The still of the gallery stands in
   its place before that, and stays where nothing can be drawn. */
import { Player } from "../shaders/player.js";
import { Stage } from "../shaders/stage.js";

const MOST_DENSITY = 2;
const KEPT = 160;
const REST_MS = 40; // between two, so that the page and the live picture go first
const NO_CLOCK = { playing: false, pause() {}, play() {} };

class Still extends Player {
  box = [96, 152];

  sizes() {
    return { inner: this.box, outer: this.box };
  }
}

export class Stills {
  #drawn = new Map(); // what is drawn, as text → address of the picture
  #queue = new Set();
  #player = null;
  #working = false;
  #isOff = false;

  /** `get()` resolves to {lab, song, image, levels}: `levels()` reads the image as scenes do. */
  constructor(get) {
    this.get = get;
    this.watch = null;
  }

  /** Draw the cards of a picker as they come on screen; `root` is what they scroll in. */
  look(cards, root) {
    this.stop();
    if (this.#isOff || navigator.connection?.saveData) return;
    this.watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#queue.add(target);
        else this.#queue.delete(target);
      }
      this.#work();
    }, { root, rootMargin: "80px" });
    for (const card of cards) this.watch.observe(card);
  }

  stop() {
    this.watch?.disconnect();
    this.#queue.clear();
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#queue.size && !this.#isOff) {
        const [card] = this.#queue;
        this.#queue.delete(card);
        if (await this.#draw(card)) await new Promise((resume) => setTimeout(resume, REST_MS));
      }
    } catch {
      this.stop(); // the gallery's stills stay
    }
    this.#working = false;
  }

  /** Whether something had to be drawn for the card. */
  async #draw(card) {
    const { lab, song, image, levels } = await this.get();
    const key = `${card.dataset.live} ${image}`;
    const known = this.#drawn.get(key);
    if (known) {
      this.#put(card, known);
      return false;
    }
    const player = this.#player ?? this.#begin(lab, song);
    const { stage } = player;
    const scene = JSON.parse(card.dataset.live);
    if (!stage.parallel && !scene.treatment) return false; // compiling would hold up the page each time
    if (image && !stage.hasImage(image)) stage.setImage(image, await levels());
    player.image = image;
    const density = Math.min(window.devicePixelRatio || 1, MOST_DENSITY);
    const { clientWidth: wide, clientHeight: high } = card.querySelector(".pic");
    if (!wide || !(await player.show(scene, scene.look))) return false;
    player.box = [wide, high].map((side) => 2 * Math.round((side * density) / 2));
    player.draw(Math.round(song.frames / 3));
    const blob = await new Promise((done) => stage.canvas.toBlob(done, "image/jpeg", 0.9));
    if (!blob || stage.lost) return false;
    const address = URL.createObjectURL(blob);
    this.#drawn.set(key, address);
    for (const [old, gone] of this.#drawn) {
      if (this.#drawn.size <= KEPT) break;
      this.#drawn.delete(old);
      URL.revokeObjectURL(gone);
    }
    this.#put(card, address);
    return true;
  }

  /** Throws where the browser has no WebGL2; it is not asked twice, nor after the graphics card went. */
  #begin(lab, song) {
    const off = () => { this.#isOff = true; };
    try {
      const stage = new Stage(document.createElement("canvas"), { onLost: off });
      this.#player = new Still({ stage, song, clock: NO_CLOCK, lab });
    } catch (error) {
      off();
      throw error;
    }
    return this.#player;
  }

  #put(card, address) {
    const picture = card.querySelector("img");
    picture.src = address;
    picture.loading = "eager";
    card.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  }
}
