/* After a purchase: says when a training starts and how it ended, from /api/model/status alone.
   The order page carries data-bucket only when this purchase made a training due. */
(() => {
  "use strict";
  const order = document.querySelector("[data-status-url]");
  const region = document.getElementById("toasts");
  if (!order || !region) return;

  const EVERY_MS = 1000;
  const GIVE_UP_MS = 180000;
  const ENDED = ["promoted", "kept", "refused"];
  const { statusUrl, bucket, placedAt } = order.dataset;
  const opened = Date.now();
  let generation = null;
  let etag = null;
  let learning = false;
  let done = false;
  let timer = null;

  const say = (text) => {
    const toast = document.createElement("p");
    toast.textContent = text;
    region.append(toast);
  };

  const learnt = (status) => {
    const { training } = status;
    generation ??= status.generation;
    if (training.state === "running") {
      if (!learning) say("🎓 Learning from your purchases...");
      learning = true;
      return false;
    }
    // An older bucket's result is not the answer to this purchase.
    if (!ENDED.includes(training.state) || training.bucket < Number(bucket)) return false;
    // The first answer may come after the promotion: then the training itself began after the purchase.
    const grew = status.generation > generation || training.started_at >= placedAt;
    if (training.state === "promoted" && grew) {
      say("✨ AI model updated!");
    } else {
      say(training.message || "The training is over; the ranking stays as it was.");
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
        done = learnt(await answer.json());
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
