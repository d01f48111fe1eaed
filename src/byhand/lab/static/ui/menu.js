// A menu of the header: a button that opens a panel below it. A press elsewhere or Escape closes it. What had the focus
// in the panel gives it to the button, so that it is somewhere when a dialog that an entry opened is closed.

import { h } from "./dom.js";

/** {element, close} of a menu with this heading, whose panel holds these children. */
export function createMenu(heading, children, attributes = {}) {
  const summary = h("summary", {}, heading);
  const element = h("details", { class: "menu", ...attributes }, summary, h("div", { class: "menu-body" }, children));
  const close = () => {
    if (element.contains(document.activeElement)) summary.focus();
    element.open = false;
  };
  const onpointerdown = ({ target }) => element.contains(target) || close();
  element.addEventListener("toggle", () => {
    if (element.open) addEventListener("pointerdown", onpointerdown);
    else removeEventListener("pointerdown", onpointerdown);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.preventDefault(); // a dialog around it stays open
    close();
  });
  return { element, close };
}
