/* The page without a connection: it goes on by itself once there is one. */
const again = () => location.reload();
document.querySelector("[data-again]").addEventListener("click", again);
addEventListener("online", again);
