/* Parts of a page that the server draws anew: only what differs is put in, so that a film that
   plays goes on playing and nobody loses their place. */
const pristine = new WeakMap(); // element → the markup it came with

/** Remember how the parts came, before any script changed them. */
export function remember(root = document) {
  for (const element of root.querySelectorAll("[data-part], [data-key]")) {
    if (!pristine.has(element)) pristine.set(element, element.outerHTML);
  }
}

/** Put the parts in `html` in the place of those of the same name. */
export function renew(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement?.id;
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!old || pristine.get(old) === part.outerHTML) continue;
    const [was, is] = [old.querySelector("[data-list]"), part.querySelector("[data-list]")];
    if (was && is && !old.hidden && !part.hidden) renewList(old, part, was, is);
    else replace(old, part);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

function renewList(old, part, was, is) {
  const markup = part.outerHTML;
  const known = new Map([...was.children].map((child) => [child.dataset.key, child]));
  const wanted = [...is.children].map((child) => {
    const mine = known.get(child.dataset.key);
    known.delete(child.dataset.key);
    if (mine) return pristine.get(mine) === child.outerHTML ? mine : replace(mine, child);
    pristine.set(child, child.outerHTML);
    return child;
  });
  for (const gone of known.values()) gone.remove();
  wanted.forEach((child, at) => {
    if (was.children[at] !== child) was.insertBefore(child, was.children[at] ?? null);
  });
  // What stands around the list: a heading with a number.
  for (const head of part.querySelectorAll(".head")) old.querySelector(".head")?.replaceWith(head);
  pristine.set(old, markup);
}

function replace(old, fresh) {
  pristine.set(fresh, fresh.outerHTML);
  for (const inner of fresh.querySelectorAll("[data-key]")) pristine.set(inner, inner.outerHTML);
  for (const open of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  old.replaceWith(fresh);
  return fresh;
}
