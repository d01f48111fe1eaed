// The next step of a view: one button, bottom right, that always says the next thing.

import { h } from "./dom.js";

/** A button with this text that leads on; nothing where the page has not what it leads to. */
export function createNextStep(text, go, isThere = true) {
  if (!isThere) return null;
  return h("p", { class: "next-step" }, h("button", { class: "next", onclick: go }, text));
}
