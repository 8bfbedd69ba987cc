/* A hook in a frame: it waits for the first press, and its links open beside the page around it. */
import { Hook, mindSheets } from "./hook.js";
import "./share.js";

const hook = new Hook(document.querySelector("[data-hook]"));
hook.isNear = true;
mindSheets();
document.addEventListener("keydown", (event) => hook.key(event));
addEventListener("load", () => hook.tend(), { once: true });
