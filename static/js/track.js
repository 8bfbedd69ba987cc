/* A track's page, live: an event says that something changed; the page then asks for its parts. */
import { act, errorOf, fields, headers, signedOut } from "./acts.js";
import { watch } from "./events.js";
import { remember, renew } from "./parts.js";
import { refresher } from "./refreshing.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-track]");
const { parts, channel, since, signIn } = page.dataset;
const tab = page.querySelector(".tabs [aria-current]")?.textContent.trim().toLowerCase() ?? "";

remember();

export const refresh = refresher({
  address: () => `${parts}?tab=${tab}`,
  take,
  gone: "/studio/tracks/",
  signIn,
});

function take(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  // The hook's section lives on: it may be under somebody's finger. Only its state is renewed.
  const hook = fresh.querySelector('[data-part="hook"]');
  const here = document.querySelector('[data-part="hook"]');
  const isNew = here && hook && Boolean(hook.querySelector("[data-hook]")) !== Boolean(here.querySelector("[data-hook]"));
  if (isNew) {
    location.reload(); // heard: from now on there is a hook to choose
    return;
  }
  hook?.removeAttribute("data-part");
  if (document.activeElement?.closest('[data-part="cover"]')) fresh.querySelector('[data-part="cover"]')?.remove();
  renew(fresh.body.innerHTML);
  const state = document.querySelector('[data-part="state"]');
  if (state) document.title = state.dataset.title;
  const theme = document.querySelector("[data-theme-of-track]");
  if (theme && themed) theme.href = `${theme.href.split("?")[0]}?${Date.now()}`;
  themed = false;
}
let themed = false;

// ---- what happens -----------------------------------------------------------------------------
const say = (text) => {
  page.querySelector("[data-said]").textContent = text;
};

watch(
  [channel],
  {
    track_update: ({ status, percent }) => {
      if (percent !== undefined && percent < 100) {
        const bar = page.querySelector("[data-progress]");
        if (!bar) return; // words are being placed while one looks at something else
        bar.value = percent;
        page.querySelector("[data-percent]").textContent = `${percent} %`;
        return;
      }
      if (status === "ready" && percent === 100) say("The song was listened to.");
      document.dispatchEvent(new CustomEvent("track:update"));
      refresh();
    },
    hook_update: ({ status }) => {
      if (status === "ready") say("The hook is cut.");
      document.dispatchEvent(new CustomEvent("hook:update"));
      refresh();
    },
    film_update: () => document.dispatchEvent(new CustomEvent("film:update")),
  },
  {
    since,
    onState: (state, why) => {
      const told = page.querySelector("[data-connection]");
      told.hidden = state !== "lost";
      told.textContent = why || "No connection. This page goes on by itself when it is back.";
      if (state !== "live") return;
      refresh();
      document.dispatchEvent(new CustomEvent("film:update")); // what happened meanwhile is in the rows
    },
  },
);

// ---- what one can do --------------------------------------------------------------------------
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  if (event.submitter?.getAttribute("aria-busy")) return;
  if (await act(form, event.submitter, signIn)) {
    if (form.matches("[data-reloads]")) location.reload();
    else refresh();
  }
});

// A file that is chosen is sent at once.
document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("[data-sends-at-once]") || !input.files.length) return;
  const form = input.form;
  const label = input.closest("label");
  label.setAttribute("aria-busy", "true");
  say("Sending the file.");
  try {
    const body = fields(form);
    const { piece, small } = form.dataset;
    if (piece && input.files[0].size > Number(small)) {
      const { upload } = await import("./upload.js");
      const onProgress = ({ share }) => say(`Sent ${Math.round(10 * share)}0 %.`);
      body.set("upload", await upload({ file: input.files[0], purpose: piece, onProgress }).id);
      body.delete(input.name);
    }
    const answer = await fetch(form.action, { method: "POST", body, headers: headers() });
    if (answer.ok) {
      themed = true;
      toast((await answer.json()).said, "good");
    } else {
      const error = await errorOf(answer);
      if (answer.status === 401) signedOut(error.message, signIn);
      else toast(error.message, "bad");
    }
  } catch (error) {
    const sentence = "The file could not be sent. Look at your connection, then choose it again.";
    toast(error.code ? error.message : sentence, "bad");
  }
  label.removeAttribute("aria-busy");
  input.value = "";
  input.blur();
  refresh();
});

for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    drop.classList.toggle("over", type === "dragover");
    if (type === "dragleave") return;
    event.preventDefault();
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    const input = drop.querySelector("input");
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-asks]");
  if (!asks) return;
  event.preventDefault();
  document.getElementById(asks.dataset.asks).showModal();
});
