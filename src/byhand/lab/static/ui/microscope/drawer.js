// The microscope as a drawer over a view: any number opens it; Escape closes it.

import { h } from "../dom.js";
import { TEXT } from "../strings.js";
import { createMicroscope } from "./index.js";

const words = TEXT.microscope.drawer;

/** {element, open(cell), wants(state, frames), show(state, frames)} */
export function createDrawer(app) {
  const microscope = createMicroscope(app);
  const button = (text, onclick) => h("button", { onclick }, text);
  const bar = h(
    "div",
    { class: "drawer-bar" },
    app.has("microscope") && button(words.full, () => app.set({ view: "microscope" })),
    button(words.close, () => close()),
  );
  const element = h("dialog", { class: "drawer", "aria-label": words.name }, bar, microscope.element);
  /** @type {HTMLElement | null} */
  let from = null;
  element.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());

  function open(cell) {
    from = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    element.show();
    app.set({ cell });
  }
  function close() {
    element.close();
    from?.focus();
    app.refresh();
  }
  const wants = (state, frames) => (element.open ? microscope.wants(state, frames) : {});
  const show = (state, frames) => element.open && microscope.show(state, frames);
  return { element, open, wants, show };
}
