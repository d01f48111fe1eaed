// "Who taught you this?": the training digits that pushed this answer most, for and against, with their shares.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { paintInk, picture } from "../../ui/palette.js";
import { topOf } from "../../ui/sheet-reader.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw.teachers;
const SHOWN = 6; // for, and against

/** {element, requestOf(state, prediction, stamp), show(state, frames, names)}; open: hears a digit that is pressed. */
export function createTeachers(app, open) {
  const body = h("div", { class: "teachers-body" });
  const element = h("div", { class: "card teachers" }, h("h3", {}, words.heading), body);
  let isAsked = false;
  const ask = () => {
    isAsked = true;
    app.refresh();
  };

  /** The small digits are at hand and few; MNIST's 60,000 are fetched and asked when somebody wants to know. */
  function requestOf({ model, picture: stored }, prediction, stamp) {
    if (!fits(app, model) || !(isAsked || app.data.name === "digits")) return null;
    const request = { model, stored, label: prediction.winner, count: SHOWN };
    return { name: "influence", request, stamp: `${app.data.name} ${stamp}`, after: 300 };
  }

  function show(state, { influence, prediction }, names) {
    const isOf = influence?.request.stored === state.picture && influence.request.model === state.model;
    body.classList.toggle("stale", Boolean(influence) && !isOf);
    if (influence && prediction) return replaceChildren(body, ...rows(influence, names, open));
    const button = h("button", { onclick: ask }, words.ask);
    replaceChildren(
      body,
      !fits(app, state.model) ? h("p", { class: "hint" }, words.other) : isAsked ? words.busy : button,
    );
  }
  return { element, requestOf, show };
}

/** Are the training digits at hand those of this network, and is it one of dense layers? */
function fits({ data, models }, model) {
  const { imageShape, layers } = models[model];
  return data.imageShape.join() === imageShape?.join() && !layers.some(({ residual }) => residual);
}

function rows(influence, names, open) {
  const { supporters, opponents, label, n } = influence;
  const sentence = words.said.replace("{n}", n.toLocaleString("en")).replaceAll("{name}", names[label]);
  return [
    h("p", { class: "hint" }, sentence),
    row(words.supporters, supporters, names, open),
    row(words.opponents, opponents, names, open),
  ];
}

function row(title, examples, names, open) {
  return h(
    "div",
    { class: "teacher-row" },
    h("b", {}, title),
    examples.length ? examples.map((one) => teacher(one, names, open)) : h("span", { class: "hint" }, words.none),
  );
}

function teacher({ stored, label, score, index }, names, open) {
  const canvas = picture("", 56, { "aria-hidden": "true" });
  const side = Math.sqrt(stored.length);
  paintInk(canvas, stored, [side, side], topOf(stored));
  const share = number(score);
  const text = `${names[label]} ${score > 0 ? "+" : ""}${share}: ${words.open.replace("{index}", index)}`;
  return h(
    "button",
    { class: "thumbnail", "aria-label": text, onclick: () => open(stored) },
    canvas,
    h("small", {}, `${names[label]} ${score > 0 ? "+" : ""}${share}`),
  );
}
