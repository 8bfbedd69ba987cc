/* The page of one hook. It tries to play at once: somebody followed a link to hear it. */
import { Hook, mindSheets } from "./hook.js";
import { spares } from "./look.js";
import "./app.js";
import "./counts.js";
import "./share.js";

const hook = new Hook(document.querySelector("[data-hook]"), { keepsAddress: true });
hook.isNear = true;
mindSheets();
document.addEventListener("keydown", (event) => hook.key(event));

// The poster comes first; what is heavy waits until the page stands.
function begin() {
  hook.tend();
  if (spares() || document.documentElement.hasAttribute("data-quiet")) return;
  hook.play().catch(() => {}); // most browsers want a tap first
}
if (document.readyState === "complete") begin();
else addEventListener("load", begin, { once: true });
