/* What happens on the server, while it happens.

     const stop = watch(["job-17"], { clip_ready: ({ clip }) => … }, {
       since: 42,                       // events.latest() when the page was made
       onState: (state, why) => … });   // "live", "reconnecting", "lost"

   Nothing is missed and nothing comes twice, whatever happens to the connection: each event has a
   number, and a new connection begins after the last one. "lost" with a sentence in `why` is final
   (signed out, not theirs); without one, trying goes on. */
const LOST_AFTER = 4; // tries in a row
const PAUSE_MAX_MS = 30_000;
const HIDDEN_MS = 60_000; // browsers have six connections for all tabs of a site

export function watch(channels, handlers, { since = "", onState = () => {} } = {}) {
  let lastId = String(since ?? "");
  let source = null;
  let state = "";
  let failures = 0;
  let timer = 0;
  let hiding = 0;
  let asking = null;
  let over = false;

  const tell = (next, why = "") => {
    if (next === state && !why) return;
    state = next;
    onState(next, why);
  };

  function address() {
    const query = new URLSearchParams(channels.map((channel) => ["channel", channel]));
    if (lastId) query.set("last_event_id", lastId);
    return `/events/?${query}`;
  }

  function open() {
    if (source || over) return;
    clearTimeout(timer);
    const opened = new EventSource(address());
    source = opened;
    opened.onopen = () => {
      failures = 0;
      tell("live");
    };
    opened.onerror = () => {
      failures += 1;
      tell(failures >= LOST_AFTER ? "lost" : "reconnecting");
      if (opened.readyState === EventSource.CLOSED) {
        rest();
        ask();
      } // else the browser tries again by itself
    };
    for (const [type, handle] of Object.entries(handlers)) {
      // An "error" of the server is a message; one of the connection has no data.
      opened.addEventListener(type, (event) => {
        if (event.data === undefined) return;
        lastId = event.lastEventId;
        handle(JSON.parse(event.data), event);
      });
    }
  }

  /** Close the connection, ready to go on from here. */
  function rest() {
    clearTimeout(timer);
    asking?.abort();
    source?.close();
    source = null;
  }

  /** Find out why the server refused, which EventSource does not tell, and try again if it may help. */
  async function ask() {
    const mine = (asking = new AbortController());
    let error = { retryable: true };
    let pause_s = 0;
    try {
      const answer = await fetch(address(), { signal: mine.signal });
      if (!answer.ok) {
        pause_s = Number(answer.headers.get("Retry-After"));
        error = (await answer.json()).error;
      }
    } catch {
      // no network: try again
    }
    if (mine.signal.aborted || over) return;
    mine.abort(); // an open stream is left to EventSource
    if (!error.retryable) {
      stop();
      tell("lost", error.message);
      return;
    }
    const pause_ms = Math.min(PAUSE_MAX_MS, Math.max(pause_s * 1000, 1000 * 2 ** failures));
    timer = setTimeout(open, pause_ms * (0.75 + Math.random() / 2));
  }

  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(rest, HIDDEN_MS);
    else open();
  };
  const listeners = [
    [document, "visibilitychange", onVisibility],
    [window, "pagehide", rest],
    [window, "pageshow", open],
    [window, "online", open],
  ];
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener);

  function stop() {
    over = true;
    rest();
    clearTimeout(hiding);
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
  }

  open();
  return stop;
}
