/* The profile: the chosen picture is shown before it is sent; more rows for links. */
const file = document.querySelector("#id_avatar");
const face = document.querySelector("[data-face]");
file.addEventListener("change", () => {
  const [chosen] = file.files;
  if (!chosen) return;
  if (face.src.startsWith("blob:")) URL.revokeObjectURL(face.src);
  face.src = URL.createObjectURL(chosen);
  face.hidden = false;
});

const list = document.querySelector("[data-links]");
const more = document.querySelector("[data-add-link]");
const most = Number(list.dataset.links);
const isFull = () => list.children.length >= most;
more.hidden = isFull();
more.addEventListener("click", () => {
  const row = list.lastElementChild.cloneNode(true);
  const at = list.children.length;
  for (const input of row.querySelectorAll("input")) {
    const kind = input.name.split("-")[0];
    Object.assign(input, { id: `${kind}-${at}`, name: `${kind}-${at}`, value: "" });
    const label = input.closest(".field").querySelector("label");
    label.htmlFor = input.id;
    label.textContent = label.textContent.replace(/\d+/, at + 1);
  }
  list.append(row);
  row.querySelector("input").focus();
  more.hidden = isFull();
});
