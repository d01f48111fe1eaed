// The next step of a view: one button, bottom right, that always says the next thing.

import { h } from "./dom.js";

/** A button with this text that leads on. */
export function createNextStep(text, go) {
  return h("p", { class: "next-step" }, h("button", { type: "button", class: "next", onclick: go }, text));
}
