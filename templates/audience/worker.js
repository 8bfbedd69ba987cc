{% load static %}/* The app's worker: it shows a page of ours where there is no connection, and does nothing else.
   Sound and pictures never pass through it. */
const SHELF = "casset-offline-{{ version }}";
const PAGE = "{% url 'audience:offline' %}";
const PARTS = [
  PAGE,
  "{% static 'css/tokens.css' %}",
  "{% static 'css/casset.css' %}",
  "{% static 'css/parts.css' %}",
  "{% static 'css/offline.css' %}",
  "{% static 'js/fan/offline.js' %}",
  "{% static 'icons.svg' %}",
];

self.addEventListener("install", (event) => {
  const fresh = PARTS.map((address) => new Request(address, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("casset-offline-") && name !== SHELF) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept(PAGE)));
  } else if (PARTS.includes(address.pathname)) {
    event.respondWith(fetch(request).catch(() => kept(address.pathname)));
  }
});

async function kept(address) {
  const shelf = await caches.open(SHELF);
  return (await shelf.match(address)) ?? Response.error();
}
