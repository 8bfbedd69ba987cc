/* The Hook section (templates/tracks/_hook.html), on whatever page it stands: the window is saved
   when it was moved, the suggestions choose one, the hook plays from the song itself.

   It tells the page: `hook:play`, `hook:stop` and `hook:window` on the section. `hookSound()` is the
   <audio>, its clock the song's. */
import { errorOf, headers, signedOut } from "./acts.js";
import { clock } from "./scrubber.js";
import { Song } from "./song.js";
import { toast } from "./toast.js";

const SAVE_AFTER_MS = 450;
const SAME_S = 0.051;
const SAVED = "Saved.";
const SAID_MS = 4000;

const section = document.querySelector("[data-hook]");
const sound = section?.querySelector("[data-hook-sound]");
export const hookSound = () => sound;
export const hookWindow = () => section?.querySelector("hook-scrubber");

if (section) begin();

function begin() {
  const scrubber = hookWindow();
  const form = section.querySelector("[data-hook-form]");
  const play = section.querySelector("[data-hook-play]");
  const snap = document.querySelector("[data-hook-snap]");
  const chips = [...section.querySelectorAll("[data-hook-offer]")];
  const { signIn } = section.dataset;
  section.classList.add("live");

  // ---- showing ----------------------------------------------------------------------------------
  function show() {
    const { start, end } = scrubber;
    section.querySelector("[data-hook-start]").textContent = clock(start);
    section.querySelector("[data-hook-end]").textContent = clock(end);
    section.querySelector("[data-hook-length]").textContent = `${(end - start).toFixed(1)} s`;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(isOffer(chip)));
    section.querySelector("[data-hook-why]").textContent = chips.find(isOffer)?.dataset.why ?? "";
  }
  const isOffer = ({ dataset }) =>
    Math.abs(dataset.start - scrubber.start) < SAME_S && Math.abs(dataset.end - scrubber.end) < SAME_S;

  // ---- saving: one request at a time, the newest window last --------------------------------------
  let timer = 0;
  let saving = false;
  let again = false;
  const saved = { value: scrubber.value };

  function saveSoon() {
    say(""); // what was saved is no longer what stands there
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  }

  async function save() {
    clearTimeout(timer);
    if (saving) {
      again = true;
      return;
    }
    if (scrubber.value === saved.value) return;
    const { value } = scrubber;
    saving = true;
    again = false;
    say("Saving…");
    try {
      const body = new FormData();
      body.set("window", value);
      body.set("label", chips.find(isOffer)?.textContent.trim() ?? "");
      const answer = await fetch(form.action, { method: "POST", body, headers: headers() });
      if (answer.ok) {
        saved.value = value;
        say(SAVED);
      } else {
        const error = await errorOf(answer);
        say("Not saved.");
        if (answer.status === 401) signedOut(error.message, signIn);
        else toast(error.message, "bad");
      }
    } catch {
      say("Not saved: no connection. It is tried again when you move the window.");
    }
    saving = false;
    if (again) save();
  }

  let fading = 0;
  function say(text) {
    section.querySelector("[data-hook-said]").textContent = text;
    clearTimeout(fading);
    if (text === SAVED) fading = setTimeout(say, SAID_MS, "");
  }

  scrubber.addEventListener("input", () => {
    show();
    section.dispatchEvent(new CustomEvent("hook:window", { bubbles: true }));
    if (!sound.paused) keepInside();
  });
  scrubber.addEventListener("change", saveSoon);
  window.addEventListener("pagehide", () => {
    if (scrubber.value === saved.value || saving) return;
    const body = new FormData();
    body.set("window", scrubber.value);
    fetch(form.action, { method: "POST", body, headers: headers(), keepalive: true }).catch(() => {});
  });
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      scrubber.set(Number(chip.dataset.start), Number(chip.dataset.end));
      show();
      section.dispatchEvent(new CustomEvent("hook:window", { bubbles: true }));
      if (!sound.paused) sound.currentTime = scrubber.start;
      save();
    });
  }
  snap?.addEventListener("change", () => scrubber.toggleAttribute("snap", snap.checked));

  // ---- playing ----------------------------------------------------------------------------------
  const song = new Song(sound, {
    key: section.dataset.soundKey,
    url: section.dataset.sound,
    signIn,
  });
  let frame = 0;

  async function start(from) {
    showPlaying(true);
    if (await song.play(from)) {
      section.dispatchEvent(new CustomEvent("hook:play", { bubbles: true }));
    } else if (!song.wanted) showPlaying(false);
  }

  function stop() {
    song.stop();
    showPlaying(false);
    scrubber.playhead(null);
    section.dispatchEvent(new CustomEvent("hook:stop", { bubbles: true }));
  }

  function showPlaying(is) {
    play.setAttribute("aria-pressed", String(is));
    play.querySelector("[data-hook-play-word]").textContent = is ? "Stop" : "Play hook";
    const use = play.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, is ? "#stop" : "#play"));
    cancelAnimationFrame(frame);
    if (is) frame = requestAnimationFrame(tick);
  }

  function keepInside() {
    const { currentTime: now } = sound;
    if (scrubber.isHeld) return;
    if (now >= scrubber.end || now < scrubber.start - 0.3) sound.currentTime = scrubber.start;
  }

  function tick() {
    if (!sound.paused) {
      keepInside();
      scrubber.playhead(clampIn(sound.currentTime));
    }
    if (song.wanted) frame = requestAnimationFrame(tick);
    else showPlaying(false); // it could not go on
  }
  const clampIn = (at) => Math.min(Math.max(at, scrubber.start), scrubber.end);

  play.addEventListener("click", () => (song.wanted ? stop() : start(scrubber.start)));
  sound.addEventListener("ended", () => song.wanted && start(scrubber.start));
  show();
}
