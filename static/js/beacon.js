/* Tells which swaps of a slate were seen: half visible for one second, one message per slate.
   It goes when all of the slate was seen, when nothing more is for a while, or when slate or page
   goes. What this tab has told once is not told again, however often the slate is shown. */
(() => {
  "use strict";
  const { trackUrl } = document.body.dataset;
  if (!trackUrl || !("IntersectionObserver" in window)) return;

  const SEEN_MS = 1000;
  const QUIET_MS = 10000;
  const slates = new Map();

  const csrfToken = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };

  const remembered = (qid) => {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(`seen:${qid}`)) || []);
    } catch {
      return new Set(); // Storage may be forbidden: then a page forgets what the last one told.
    }
  };

  const remember = (qid, known) => {
    try {
      sessionStorage.setItem(`seen:${qid}`, JSON.stringify([...known]));
    } catch {
      /* As above. */
    }
  };

  const send = (slate) => {
    clearTimeout(slate.quiet);
    if (!slate.waiting.length) return;
    const body = JSON.stringify({ events: slate.waiting.splice(0, 50) });
    // JSON from the same origin; keepalive lets it outlive the page.
    fetch(trackUrl, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body,
    }).catch(() => {});
  };

  const seen = (item) => {
    const { qid, product, position } = item.dataset;
    const slate = slates.get(qid);
    observer.unobserve(item);
    if (slate.known.has(position)) return;
    slate.known.add(position);
    remember(qid, slate.known);
    slate.waiting.push({
      // Only over TLS; without a name of its own an event that is sent twice is two rows.
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
      if (!slates.has(qid)) slates.set(qid, { known: remembered(qid), waiting: [], quiet: null });
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
