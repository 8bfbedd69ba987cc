/* A password can be looked at before it is sent: better than typing it twice. */
for (const input of document.querySelectorAll("input[data-password]")) {
  const frame = document.createElement("div");
  frame.className = "secret";
  const button = document.createElement("button");
  button.type = "button";
  const name = input.labels[0]?.firstChild?.textContent.trim() ?? "password";
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? "Hide" : "Show";
    button.setAttribute("aria-label", `${visible ? "Hide" : "Show"} ${name.toLowerCase()}`);
  };
  button.addEventListener("click", () => show(input.type === "password"));
  const focused = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, button);
  show(false);
  if (focused) input.focus();
  input.form?.addEventListener("submit", () => show(false));
}
