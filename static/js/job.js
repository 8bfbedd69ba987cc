/* A film's page, live. An event says that something changed; the page then asks for its parts. */
import { act } from "./acts.js";
import { stopOthers } from "./clips.js";
import { count } from "./count.js";
import { watch } from "./events.js";
import { remember, renew } from "./parts.js";
import { refresher } from "./refreshing.js";

const page = document.querySelector("[data-job]");
const { parts, channel, since, signIn } = page.dataset;

remember();
whenRenewed();

const refresh = refresher({
  address: () => parts,
  take: (html) => {
    renew(html);
    whenRenewed();
  },
  gone: "/studio/",
  signIn,
  together_ms: 250,
  rest_ms: 900,
});

function whenRenewed() {
  const state = document.querySelector('[data-part="state"]');
  document.title = state.dataset.title;
  const { colours } = state.dataset;
  if (colours && !document.querySelector("[data-theme-of-film]")) {
    const theme = document.createElement("link"); // the plan, and with it the colours, came later
    Object.assign(theme, { rel: "stylesheet", href: colours });
    theme.dataset.themeOfFilm = "";
    document.head.append(theme);
  }
  const shown = document.getElementById("change-count");
  const sentence = document.getElementById("change-prompt");
  if (shown && sentence && !shown.textContent) count(sentence, shown, 50, 500);
}

// ---- what happens -----------------------------------------------------------------------------
const say = (text) => {
  document.querySelector("[data-said]").textContent = text;
};

watch(
  [channel],
  {
    progress: ({ progress, estimated_remaining: left }) => {
      const bar = document.querySelector("[data-progress]");
      if (!bar) return refresh();
      bar.value = progress;
      document.querySelector("[data-percent]").textContent = `${progress} %`;
      document.querySelector("[data-left]").textContent = timeLeft(left);
      document.title = document.title.replace(/^\d+ %/, `${progress} %`);
    },
    stage_update: () => refresh(),
    message: ({ text }) => {
      say(text);
      refresh();
    },
    cost_update: () => refresh(),
    clip_ready: ({ clip_index: index, ready, total }) => {
      say(`Shot ${index + 1} is ready, ${ready} of ${total}.`);
      refresh();
    },
    completed: () => {
      say("The film is ready.");
      refresh();
    },
    error: ({ error }) => {
      say(error);
      refresh();
    },
  },
  {
    since,
    onState: (state, why) => {
      const told = document.querySelector("[data-connection]");
      told.hidden = state !== "lost";
      told.textContent = why || "No connection. This page goes on by itself when it is back.";
      if (state === "live") refresh();
    },
  },
);

function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 8) return "a few seconds left";
  if (seconds < 55) return `about ${Math.max(10, Math.round(seconds / 5) * 5)} s left`;
  return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
}

// ---- what one can do --------------------------------------------------------------------------
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  if (event.submitter?.getAttribute("aria-busy")) return;
  if (await act(form, event.submitter, signIn)) {
    if (form.id === "revise") document.getElementById("change")?.removeAttribute("open");
    refresh();
  }
});

document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-asks]");
  if (asks) {
    event.preventDefault();
    document.getElementById(asks.dataset.asks).showModal();
    return;
  }
  const seek = event.target.closest("[data-seek]");
  const film = document.querySelector("[data-film]");
  if (!seek || !film) return;
  event.preventDefault();
  stopOthers();
  film.currentTime = Number(seek.dataset.seek) + 0.01;
  film.scrollIntoView({ block: "nearest" });
  film.play().catch(() => {});
});

// ---- where the film is, on the picture of the song -----------------------------------------------
document.addEventListener(
  "timeupdate",
  ({ target: film }) => {
    if (!film.matches?.("[data-film]")) return;
    const head = document.querySelector("[data-playhead]");
    if (!head || !film.duration) return;
    const share = film.currentTime / film.duration;
    head.setAttribute("x", `${share * 100}%`);
    head.setAttribute("visibility", "visible");
    const bars = document.querySelectorAll(".bar-of");
    bars.forEach((bar, at) => bar.classList.toggle("past", (at + 0.5) / bars.length < share));
  },
  true,
);
