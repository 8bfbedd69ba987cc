/* What makes the site an app on a phone: a worker that shows a page where there is no connection. */
import "./type.js";

if ("serviceWorker" in navigator && window.isSecureContext) {
  const begin = () => navigator.serviceWorker.register("/worker.js").catch(() => {});
  const later = () => setTimeout(begin, 2500); // after what somebody came for
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
}
