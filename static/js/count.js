/* How many characters a sentence has, and how many it still needs or has too many. */
export function count(textarea, shown, least, most) {
  const tell = () => {
    const length = [...textarea.value.trim().replace(/\s+/g, " ")].length;
    shown.classList.toggle("short", length < least);
    shown.classList.toggle("over", length > most);
    if (length < least) shown.textContent = `${length} of at least ${least}`;
    else if (length > most) shown.textContent = `${length - most} too many`;
    else shown.textContent = `${length} of ${most}`;
  };
  textarea.addEventListener("input", tell);
  tell();
}
