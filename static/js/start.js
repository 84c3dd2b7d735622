/* Fetches the other scripts once the page stands on the screen: nobody waits for them to read, and every
   form works without. Not before "load": htmx that comes between the document's end and that never starts.
   While a request runs its place is busy; an answer that fails to come is told. */
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
  const busy = ({ type, target, detail }) =>
    (detail.target ?? target).setAttribute("aria-busy", type === "htmx:beforeRequest");
  const unheard = () => {
    const said = document.createElement("p");
    said.className = "error";
    said.textContent = "That did not work. Please try again.";
    document.getElementById("toasts").replaceChildren(said);
  };
  for (const name of ["beforeRequest", "afterRequest"]) addEventListener(`htmx:${name}`, busy);
  for (const name of ["sendError", "responseError"]) addEventListener(`htmx:${name}`, unheard);
  // The browser tells of a paint once it is seen; a callback of its frame often comes before.
  const seen = () => new PerformanceObserver((_, observer) => { observer.disconnect(); bring(then); })
    .observe({ type: "paint", buffered: true });
  const tells = self.PerformanceObserver?.supportedEntryTypes?.includes("paint");
  addEventListener("load", tells ? seen : () => bring(then));
  document.getElementById("find").addEventListener("focus", () => bring(search), { once: true });
})();
