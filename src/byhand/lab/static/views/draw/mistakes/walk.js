// A mistake that lies on the pad: what it is and what the network says, and the way to the next one and the one before.

import { h, replaceChildren } from "../../../ui/dom.js";
import { TEXT } from "../../../ui/strings.js";

const words = TEXT.mistakes;

/** What the state becomes when a mistake is opened: its question is why that, rather than what it is. */
export const settingsOf = ({ stored, index, label }) => ({ picture: stored, digit: index, label: -1, against: label });

/** {element, show(state, frames, names)} */
export function createWalk(app) {
  const status = h("span", { role: "status" });
  let [before, after] = /** @type {any[]} */ ([null, null]);
  const button = (key, text, label, onclick) =>
    h("button", { class: "small", "data-key": key, "aria-label": label, onclick }, text);
  const previous = button("previous-mistake", "‹", words.previous, () => app.set(settingsOf(before)));
  const next = button("next-mistake", "›", words.following, () => app.set(settingsOf(after)));
  const element = h("div", { class: "mistake-walk" }, status, previous, next);

  function show(state, { mistakes }, names) {
    const isOfThese = mistakes?.request.model === state.model && mistakes.data === app.data?.name;
    const list = isOfThese ? listOf(mistakes, state.confusion) : [];
    const at = list.findIndex(({ index }) => index === state.digit);
    element.hidden = at < 0;
    if (at < 0) return;
    [before, after] = [list[at - 1], list[at + 1]];
    previous.disabled = !before;
    next.disabled = !after;
    replaceChildren(status, textOf(list[at], names, `${at + 1} of ${list.length.toLocaleString("en")}`));
  }
  return { element, show };
}

/** All mistakes, or those of the chosen cell of the confusion matrix. */
export const listOf = ({ wrong }, confusion) =>
  confusion ? wrong.filter(({ label, answer }) => `${label}.${answer}` === confusion) : wrong;

const textOf = ({ label, answer }, names, place) =>
  words.walk.replace("{label}", names[label]).replace("{answer}", names[answer]).replace("{place}", place);
