/* After a purchase: says when a training starts and how it ended, from /api/model/status alone.
   data-bucket on the order page is the newest group of purchases that a training can be due for. */
(() => {
  "use strict";
  const order = document.querySelector("[data-status-url]");
  const region = document.getElementById("toasts");
  if (!order || !region) return;

  const EVERY_MS = 1000;
  const GIVE_UP_MS = 180000;
  const ENDED = ["promoted", "kept", "refused"];
  const { statusUrl, placedAt } = order.dataset;
  const bucket = Number(order.dataset.bucket);
  const opened = Date.now();
  let generation = null;
  let etag = null;
  let learning = false;
  let updated = false;
  let done = false;
  let timer = null;

  const say = (text) => {
    const toast = document.createElement("p");
    toast.textContent = text;
    region.append(toast);
  };

  const began = () => {
    if (!learning) say("🎓 Learning from your purchases...");
    learning = true;
  };

  // The weights are measured after the promotion; until then it is not known what moved.
  const measured = ({ weights, moved }) => {
    if (weights === "computing") return false;
    if (moved) say(`✨ AI model updated! ${moved}`);
    return true;
  };

  // True when there is nothing more to wait for.
  const told = (status) => {
    if (updated) return measured(status);
    const { generation: now, training } = status;
    generation ??= now;
    if (training.state === "running") {
      began();
      return false;
    }
    // A due bucket that nobody has taken yet, or that broke down and is tried again.
    const ended = ENDED.includes(training.state) || training.given_up;
    if (!ended || training.bucket < bucket) return bucket === 0;
    // One that began after the purchase and ended before anybody asked is told from its beginning, too.
    const since = Date.parse(training.started_at) >= Date.parse(placedAt);
    if (learning || since) {
      began();
      // The first answer may come after the promotion; then the training began after the purchase.
      if (training.state === "promoted" && (now > generation || since)) {
        updated = true;
        say("✨ AI model updated!");
        return measured(status);
      }
      say(training.message);
    }
    return true;
  };

  const poll = async () => {
    if (done || document.hidden) return;
    try {
      const headers = { Accept: "application/json" };
      if (etag) headers["If-None-Match"] = etag;
      const answer = await fetch(statusUrl, { headers, cache: "no-store" });
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        done = told(await answer.json());
      }
    } catch {
      /* Offline for a moment: the next poll asks again. */
    }
    if (!done && Date.now() - opened < GIVE_UP_MS) timer = setTimeout(poll, EVERY_MS);
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) poll();
  });
  poll();
})();
