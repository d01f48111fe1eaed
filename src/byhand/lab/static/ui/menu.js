// A menu of the header: a button that opens a panel below it. A press or the focus elsewhere or Escape closes it. What
// had the focus in the panel gives it to the button, so that it is somewhere when a dialog that an entry opened is
// closed.

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
  const onkeydown = (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.preventDefault(); // a dialog around it stays open
    close();
  };
  element.addEventListener("keydown", onkeydown); // "toggle" comes late
  element.addEventListener("toggle", () => {
    const listen = element.open ? addEventListener : removeEventListener;
    listen("pointerdown", onpointerdown);
    listen("keydown", onkeydown, true);
  });
  element.addEventListener("focusout", ({ relatedTarget: to }) => {
    if (to && !element.contains(to)) element.open = false;
  });
  return { element, close };
}
