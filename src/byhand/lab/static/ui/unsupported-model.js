// What is shown in the place of a view that needs a picture, when the network does not look at one.

import { h } from "./dom.js";
import { TEXT } from "./strings.js";

const words = TEXT.unreadable;

/** A card that says what the network takes, and leads to what works; null where it looks at pictures. */
export function unreadable(app, state) {
  const model = app.models[state.model];
  if (!model || model.imageShape) return null;
  const { n_in } = model.layers[0];
  const to = (changes) => () => app.set(changes);
  return h(
    "div",
    { class: "card unreadable" },
    h("p", {}, words.takes.replace("{numbers}", `${n_in} ${n_in === 1 ? "number" : "numbers"}`)),
    h(
      "div",
      { class: "buttons" },
      h("button", { onclick: to({ model: "pretrained" }) }, words.ready),
      app.has("plane") && h("button", { onclick: to({ view: "plane" }) }, words.plane),
    ),
  );
}
