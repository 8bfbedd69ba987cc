/* Asking the server from a page that stays as it is, also when the session ran out meanwhile. */
import { toast } from "./toast.js";

/** The newest token: signing in, also in another tab, makes a new one. */
export function csrfToken() {
  const found = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return found ? found.slice("csrftoken=".length) : "";
}

export const headers = () => ({ "X-Requested-With": "script", "X-CSRFToken": csrfToken() });

/** A form's fields without the token of the day the page was made. */
export function fields(form, submitter) {
  const data = new FormData(form, submitter);
  data.delete("csrfmiddlewaretoken");
  return data;
}

/** Say that one is signed out, with a way back in that leaves this page open. */
export function signedOut(sentence, signIn) {
  toast(sentence, "bad");
  const said = document.querySelector("[data-toasts] .toast:last-of-type p");
  if (!said) return;
  const link = document.createElement("a");
  link.href = signIn;
  link.target = "_blank";
  link.className = "link";
  link.textContent = "Sign in in a new tab";
  said.append(" ", link, ".");
}

/** What went wrong, as a sentence, whatever the server answered. */
export async function errorOf(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return { code: "UNREADABLE", message: `The server answered with ${answer.status}. Try again.` };
  }
}

/** Press `submitter` of a form that does one thing; true when it was done. */
export async function act(form, submitter, signIn) {
  const address = submitter?.getAttribute("formaction") || form.action;
  submitter?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: fields(form, submitter),
      headers: headers(),
    });
    if (answer.ok) {
      const { said } = await answer.json();
      if (said) toast(said, "good");
      return true;
    }
    const error = await errorOf(answer);
    if (answer.status === 401) signedOut(error.message, signIn);
    else toast(error.message, "bad");
  } catch {
    toast("The server cannot be reached. Look at your connection, then try again.", "bad");
  } finally {
    submitter?.removeAttribute("aria-busy");
  }
  return false;
}
