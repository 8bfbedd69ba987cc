/* Every [data-share] button: opens the sheet that passes on the version in view (pass.js), or copies its
   link where there is no sheet (an embed) or it does not load. */
import { toast } from "../toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const hook = button.closest("[data-hook]");
  const address = new URL(button.dataset.share, location.href);
  const visual = hook?.dataset.visual ?? "";
  if (visual) address.searchParams.set("v", visual);
  const sheet = document.querySelector("[data-pass]");
  if (sheet && hook) {
    try {
      const { open } = await import("./pass.js");
      return open(sheet, hook, address.href);
    } catch {
      // no connection: the link below needs none
    }
  }
  try {
    await navigator.clipboard.writeText(address.href);
    toast("Link copied.", "good");
  } catch {
    toast(`This browser did not let us copy. The link is ${address.href}`, "bad");
  }
});
