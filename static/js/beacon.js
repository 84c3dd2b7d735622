/* Tells which swaps of a slate were seen: half visible for one second, one message per slate. */
(() => {
  "use strict";
  const { trackUrl } = document.body.dataset;
  if (!trackUrl || !("IntersectionObserver" in window)) return;

  const SEEN_MS = 1000;
  const SEND_AFTER_MS = 1500;
  const slates = new Map();

  const send = (slate) => {
    clearTimeout(slate.timer);
    slate.timer = null;
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

  const csrfToken = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };

  const seen = (item) => {
    const { qid, product, position } = item.dataset;
    const slate = slates.get(qid);
    if (slate.known.has(position)) return;
    slate.known.add(position);
    slate.waiting.push({
      event_id: crypto.randomUUID(),
      event_type: "impression",
      product_id: Number(product),
      qid,
      position: Number(position),
      occurred_at: new Date().toISOString(),
    });
    slate.timer ||= setTimeout(send, SEND_AFTER_MS, slate);
  };

  const timers = new WeakMap();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        clearTimeout(timers.get(entry.target));
        if (entry.intersectionRatio >= 0.5) {
          timers.set(entry.target, setTimeout(seen, SEEN_MS, entry.target));
        }
      }
    },
    { threshold: [0, 0.5] },
  );

  const watch = () => {
    for (const item of document.querySelectorAll("[data-qid][data-position]:not([data-watched])")) {
      item.setAttribute("data-watched", "");
      if (!slates.has(item.dataset.qid)) {
        slates.set(item.dataset.qid, { known: new Set(), waiting: [], timer: null });
      }
      observer.observe(item);
    }
  };

  watch();
  document.addEventListener("htmx:afterSettle", watch);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) slates.forEach(send);
  });
})();
