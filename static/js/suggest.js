/* The search field as a combobox: arrows choose a suggestion, Enter opens it, Escape puts the list
   away, and how many there are is told. Fetched when the field first has the focus (start.js). */
(() => {
  "use strict";
  const field = document.getElementById("find");
  const place = document.getElementById("suggested");
  const told = document.createElement("p");
  let chosen = null;

  const options = () => [...place.querySelectorAll("[role=option]")];
  const choose = (option) => {
    chosen?.removeAttribute("aria-selected");
    chosen = option;
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const show = (open) => {
    place.hidden = !open;
    field.setAttribute("aria-expanded", open && options().length > 0);
    choose(null);
  };

  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  field.form.append(told);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "suggestions");
  show(true);

  field.addEventListener("keydown", (event) => {
    const all = options();
    const open = field.getAttribute("aria-expanded") === "true";
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      if (!open) show(true);
      // The field itself stands between the last and the first.
      const at = chosen ? all.indexOf(chosen) + step : step > 0 ? 0 : all.length - 1;
      choose(all[at] ?? null);
    } else if (event.key === "Enter" && open && chosen) {
      chosen.click();
    } else if (event.key === "Escape" && !place.hidden && place.children.length) {
      show(false);
    } else {
      return;
    }
    event.preventDefault();
  });
  field.addEventListener("focus", () => show(true));
  place.addEventListener("htmx:afterSwap", () => {
    show(true);
    const found = options().length;
    told.textContent = found ? `${found} suggestion${found > 1 ? "s" : ""}, arrow keys choose` : place.textContent.trim();
  });
})();
