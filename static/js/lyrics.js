/* The words of a song: they light up as they are sung, can be tapped into time, and moved as a whole. */
import { errorOf, headers, signedOut } from "./acts.js";
import { renew } from "./parts.js";
import { clock } from "./scrubber.js";
import { Song } from "./song.js";
import { toast } from "./toast.js";

const signIn = document.querySelector("[data-track]").dataset.signIn;
const BACK_S = 2.5; // how far undoing goes back, and how early one begins
let tab = begin();

// ---- new words, when they were placed -----------------------------------------------------------
document.addEventListener("track:update", async () => {
  if (tab?.isTapping()) return;
  const { address } = document.querySelector("[data-words]").dataset;
  const answer = await fetch(address, { headers: headers() }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const before = document.querySelector("[data-words]");
  renew(await answer.text());
  if (document.querySelector("[data-words]") === before) return;
  tab?.end();
  tab = begin();
});

const file = document.querySelector(".given input[type=file]");
file?.addEventListener("change", async () => {
  const [chosen] = file.files;
  if (!chosen) return;
  if (chosen.size > 2 ** 20) {
    toast("The file is larger than 1 MB. Give only the words of this song.", "bad");
  } else {
    document.querySelector(".given textarea").value = await chosen.text();
    document.querySelector("[data-file-name]").textContent = chosen.name;
  }
  file.value = ""; // the text is what is sent
});

async function post(address, values) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  try {
    const answer = await fetch(address, { method: "POST", body, headers: headers() });
    if (answer.ok) return (await answer.json()).said;
    const error = await errorOf(answer);
    if (answer.status === 401) signedOut(error.message, signIn);
    else toast(error.message, "bad");
  } catch {
    toast("Not saved: the server cannot be reached. Look at your connection, then try again.", "bad");
  }
  return "";
}

function begin() {
  const section = document.querySelector("[data-words]");
  const audio = section?.querySelector("[data-words-sound]");
  if (!audio) return null;
  const find = (name) => section.querySelector(`[data-${name}]`);
  const song = new Song(audio, { key: section.dataset.soundKey, signIn });
  const list = find("sung");
  const play = find("words-play");
  const slider = find("offset");
  const lines = [...section.querySelectorAll("[data-line]")].map((element) => ({
    element,
    start: element.dataset.start === undefined ? null : Number(element.dataset.start),
    end: Number(element.dataset.end ?? 0),
    words: [...element.querySelectorAll("[data-word]")].map((word) => ({
      element: word,
      text: word.textContent,
      start: word.dataset.start === undefined ? null : Number(word.dataset.start),
    })),
    text: element.querySelector("p").textContent.replace(/\s+/g, " ").trim(),
  }));
  const gone = new AbortController();
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: gone.signal });
  let frame = 0;
  let now = -1;

  // ---- playing ----------------------------------------------------------------------------------
  const offset = () => Number(slider.value);

  function light() {
    const at = song.time - offset();
    find("words-clock").textContent = clock(song.time);
    let line = -1;
    lines.forEach(({ start }, index) => {
      if (start !== null && start <= at) line = index;
    });
    if (line >= 0 && at > lines[line].end + 0.4) line = -1;
    if (line !== now) {
      lines[now]?.element.classList.remove("now");
      lines[line]?.element.classList.add("now");
      if (line >= 0 && song.wanted) follow(lines[line].element);
      now = line;
    }
    if (line < 0) return;
    const { words } = lines[line];
    words.forEach(({ element, start }, index) => {
      const next = words[index + 1]?.start ?? Infinity;
      element.classList.toggle("sung-word", start !== null && start <= at);
      element.classList.toggle("singing", start !== null && start <= at && at < next);
    });
  }

  /** Keep the line in the middle of its list, without moving the page. */
  function follow(element) {
    const top = element.offsetTop - list.offsetTop - (list.clientHeight - element.clientHeight) / 2;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.scrollTo({ top, behavior: smooth ? "smooth" : "auto" });
  }

  function tick() {
    light();
    if (song.wanted) frame = requestAnimationFrame(tick);
    else show(false);
  }

  async function start(from) {
    show(true);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(tick);
    if (!(await song.play(from)) && !song.wanted) show(false);
  }

  function stop() {
    song.stop();
    show(false);
  }

  function show(is) {
    play.setAttribute("aria-pressed", String(is));
    find("words-play-word").textContent = is ? "Pause" : "Play";
    const use = play.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, is ? "#pause" : "#play"));
  }

  on(play, "click", () => (song.wanted ? stop() : start(audio.currentTime || 0)));
  on(audio, "ended", stop);
  on(list, "click", (event) => {
    const button = event.target.closest("[data-from]");
    const line = lines.find(({ element }) => element === button?.closest("[data-line]"));
    if (!line) return;
    if (tapping) tapping.goTo(lines.indexOf(line));
    else if (line.start !== null) start(Math.max(0, line.start + offset() - 0.15));
  });

  // ---- moving all of them -----------------------------------------------------------------------
  function sayOffset() {
    const by = offset();
    const said = by ? `${Math.abs(by).toFixed(2)} s ${by > 0 ? "later" : "earlier"}` : "as they are";
    find("offset-said").textContent = said;
    slider.setAttribute("aria-valuetext", said);
  }
  on(slider, "input", () => {
    sayOffset();
    light();
  });
  on(slider, "change", () => post(section.dataset.move, { offset_s: slider.value }));
  sayOffset();

  // ---- tapping along ----------------------------------------------------------------------------
  let tapping = null;

  function tap() {
    const taps = []; // {line, word, at}
    let line = 0;
    let word = 0;
    const byWord = find("tap-words");
    const wordsOf = (index) => (lines[index] ? lines[index].text.split(" ") : []);
    const made = lines.map(({ start, words }) => ({ start, words: words.map((one) => one.start) }));

    function showTap() {
      const shown = find("tap-line");
      shown.replaceChildren();
      if (line < lines.length) {
        wordsOf(line).forEach((text, index) => {
          const span = document.createElement("span");
          span.textContent = `${text} `;
          if (byWord.checked) span.className = index < word ? "done" : "wait";
          shown.append(span);
        });
      } else shown.textContent = "That was the last line.";
      find("tap-next").textContent = lines[line + 1]?.text ?? "";
      lines.forEach(({ element }, index) => element.classList.toggle("target", index === line));
      if (lines[line]) follow(lines[line].element);
      find("tap-now").disabled = line >= lines.length;
      const missing = made.filter(({ start }) => start === null).length;
      const back = made.findIndex(({ start }, at) => at && start !== null && made[at - 1].start !== null && start < made[at - 1].start);
      find("tap-save").disabled = !taps.length || missing > 0 || back >= 0;
      find("tap-said").textContent = missing
        ? `${made.length - missing} of ${made.length} lines have a time.`
        : back >= 0 && taps.length
          ? "Go on: later lines still have times from before."
          : "";
    }

    function hit() {
      if (line >= lines.length) return;
      const at = Number((song.time - offset()).toFixed(3));
      taps.push({ line, word, before: { start: made[line].start, words: [...made[line].words] } });
      if (word === 0) made[line] = { start: Math.max(0, at), words: [] };
      if (byWord.checked) {
        made[line].words[word] = Math.max(0, at);
        word += 1;
      }
      if (!byWord.checked || word >= wordsOf(line).length) {
        lines[line].element.querySelector("[data-from]").textContent = clock(made[line].start);
        line += 1;
        word = 0;
      }
      showTap();
    }

    function undo() {
      const last = taps.pop();
      if (!last) return;
      ({ line, word } = last);
      made[line] = last.before;
      const { start } = made[line];
      lines[line].element.querySelector("[data-from]").textContent = start === null ? "–" : clock(start);
      audio.currentTime = Math.max(0, audio.currentTime - BACK_S);
      showTap();
    }

    async function save() {
      const kept = lines.map(({ text }, index) => {
        const { start: begins, words } = made[index];
        const texts = wordsOf(index);
        const timed = words.length === texts.length && words.every((at) => at !== null && at !== undefined);
        return {
          text,
          start: begins,
          words: timed ? texts.map((one, at) => ({ text: one, start: words[at] })) : [],
        };
      });
      find("tap-save").setAttribute("aria-busy", "true");
      const said = await post(section.dataset.tap, { lines: JSON.stringify(kept) });
      find("tap-save").removeAttribute("aria-busy");
      if (!said) return;
      toast(said, "good");
      close();
      document.dispatchEvent(new CustomEvent("track:update"));
    }

    function goTo(index) {
      line = index;
      word = 0;
      const from = made[Math.max(0, index - 1)]?.start ?? made[index]?.start ?? 0;
      start(Math.max(0, (made[index]?.start ?? from) + offset() - BACK_S));
      showTap();
    }

    function close() {
      tapping = null;
      stop();
      find("tapping").hidden = true;
      find("tap-start").hidden = false;
      lines.forEach(({ element }) => element.classList.remove("target"));
      find("tap-start").focus();
    }

    find("tapping").hidden = false;
    find("tap-start").hidden = true;
    byWord.onchange = () => {
      word = 0;
      showTap();
    };
    find("tap-now").onclick = hit;
    find("tap-undo").onclick = undo;
    find("tap-save").onclick = save;
    find("tap-stop").onclick = close;
    find("tap-now").focus({ preventScroll: true });
    showTap();
    start(Math.max(0, (lines[0].start ?? 0) + offset() - BACK_S));
    return { goTo, hit, undo, close };
  }

  on(find("tap-start"), "click", () => {
    tapping = tap();
  });
  on(document, "keydown", (event) => {
    if (!tapping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("textarea, input:not([type=checkbox], [type=range])")) return;
    if (event.key === " ") tapping.hit();
    else if (event.key === "Backspace") tapping.undo();
    else if (event.key === "Escape") tapping.close();
    else return;
    event.preventDefault();
  });
  // A button that has the focus would be pressed by the space bar a second time.
  on(document, "keyup", (event) => {
    if (tapping && event.key === " ") event.preventDefault();
  });

  light();
  return {
    isTapping: () => tapping !== null,
    end() {
      gone.abort();
      song.stop();
    },
  };
}
