/* Fetches the other scripts once the page was painted: nobody waits for them to read, and every form
   works without. Not before "load": htmx that comes between the document's end and that never starts. */
(() => {
  "use strict";
  const { then, search } = document.currentScript.dataset;
  const bring = (addresses) => {
    for (const address of addresses.split(" ")) {
      const script = document.createElement("script");
      script.async = false;
      script.src = address;
      document.head.append(script);
    }
  };
  // A frame's callback runs before its paint, what it puts off after it.
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(bring, 0, then)));
  document.getElementById("find").addEventListener("focus", () => bring(search), { once: true });
})();
