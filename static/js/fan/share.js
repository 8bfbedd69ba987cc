/* Every [data-share] button: copies the link of the version in view. Whoever can do better listens
   for `casset:share` {address, track, visual} first and prevents it. */
import { toast } from "../toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const hook = button.closest("[data-hook]");
  const visual = hook?.dataset.visual ?? "";
  const address = new URL(button.dataset.share, location.href);
  if (visual) address.searchParams.set("v", visual);
  const detail = { address: address.href, track: hook?.dataset.track ?? "", visual };
  const asked = new CustomEvent("casset:share", { bubbles: true, cancelable: true, detail });
  if (!button.dispatchEvent(asked)) return;
  try {
    await navigator.clipboard.writeText(address.href);
    toast("Link copied.", "good");
  } catch {
    toast(`This browser did not let us copy. The link is ${address.href}`, "bad");
  }
});
