/* Tells which swaps of a slate were seen: half visible for one second, one message per slate.
   It goes when all of the slate was seen, when nothing more is for a while, or when slate or page
   goes. What this tab has told once is not told again, however often the slate is shown; what
   nobody answered goes with the next message, under the same names, so that it is one row. */
(() => {
  "use strict";
  const { trackUrl } = document.body.dataset;
  if (!trackUrl || !("IntersectionObserver" in window)) return;

  const SEEN_MS = 1000;
  const QUIET_MS = 10000;
  const MOST = 50; // Of one message, by the server's rule, and of what waits to be told again.
  const UNTOLD = "untold";
  const slates = new Map();
  const underWay = new Set();

  const csrfToken = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };

  const recall = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key)) || [];
    } catch {
      return []; // Storage may be forbidden: then a page forgets what the last one told.
    }
  };

  const remember = (key, values) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(values));
    } catch {
      /* As above. */
    }
  };

  const send = (slate) => {
    clearTimeout(slate.quiet);
    if (!slate.waiting.length) return;
    const fresh = slate.waiting.splice(0, MOST);
    const untold = recall(UNTOLD);
    const again = untold.filter(({ event_id }) => !underWay.has(event_id));
    const events = [...again, ...fresh].slice(-MOST);
    const named = events.map(({ event_id }) => event_id);
    for (const name of named) underWay.add(name);
    // Until it is answered; a page that goes does not hear the answer to its last message.
    remember(UNTOLD, [...untold, ...fresh.filter(({ event_id }) => event_id)].slice(-MOST));
    // JSON from the same origin; keepalive lets it outlive the page.
    fetch(trackUrl, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ events }),
    })
      .then(({ ok, status }) => {
        // What is refused for itself would be refused again.
        if (!ok && status !== 400) return;
        remember(
          UNTOLD,
          recall(UNTOLD).filter(({ event_id }) => !named.includes(event_id)),
        );
      })
      .catch(() => {})
      .finally(() => {
        for (const name of named) underWay.delete(name);
      });
  };

  const seen = (item) => {
    const { qid, product, position } = item.dataset;
    const slate = slates.get(qid);
    observer.unobserve(item);
    if (slate.known.has(position)) return;
    slate.known.add(position);
    remember(`seen:${qid}`, [...slate.known]);
    slate.waiting.push({
      // Only over TLS; without a name of its own an event is not sent again: it would be two rows.
      event_id: crypto.randomUUID?.(),
      event_type: "impression",
      product_id: Number(product),
      qid,
      position: Number(position),
      occurred_at: new Date().toISOString(),
    });
    clearTimeout(slate.quiet);
    if (slate.known.size >= slate.size) send(slate);
    else slate.quiet = setTimeout(send, QUIET_MS, slate);
  };

  const looking = new Map();
  const lookAway = (item) => {
    clearTimeout(looking.get(item));
    looking.delete(item);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries) {
        lookAway(target);
        // In a tab that nobody looks at, nothing is seen.
        if (intersectionRatio >= 0.5 && !document.hidden) {
          looking.set(target, setTimeout(seen, SEEN_MS, target));
        }
      }
    },
    { threshold: [0, 0.5] },
  );

  const watch = () => {
    for (const item of looking.keys()) if (!item.isConnected) lookAway(item);
    const shown = new Map();
    for (const item of document.querySelectorAll("[data-qid][data-position]")) {
      const { qid } = item.dataset;
      shown.set(qid, (shown.get(qid) || 0) + 1);
      if (!slates.has(qid))
        slates.set(qid, { known: new Set(recall(`seen:${qid}`)), waiting: [], quiet: null });
      if (item.hasAttribute("data-watched")) continue;
      item.setAttribute("data-watched", "");
      observer.observe(item);
    }
    for (const [qid, slate] of slates) {
      slate.size = shown.get(qid) || 0;
      if (!slate.size) send(slate);
    }
  };

  const leave = () => {
    [...looking.keys()].forEach(lookAway);
    slates.forEach(send);
  };

  watch();
  document.addEventListener("htmx:afterSettle", watch);
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    // Whoever comes back looks anew, for a whole second.
    for (const item of document.querySelectorAll("[data-watched]")) {
      observer.unobserve(item);
      observer.observe(item);
    }
  });
})();
