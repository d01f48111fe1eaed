// A menu of the header: a button that opens a panel below it. A press elsewhere or Escape closes it.

import { h } from "./dom.js";

/** {element, close} of a menu with this heading, whose panel holds these children. */
export function createMenu(heading, children, attributes = {}) {
  const summary = h("summary", {}, heading);
  const element = h("details", { class: "menu", ...attributes }, summary, h("div", { class: "menu-body" }, children));
  const close = () => (element.open = false);
  addEventListener("pointerdown", ({ target }) => element.contains(target) || close());
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    summary.focus();
  });
  return { element, close };
}
