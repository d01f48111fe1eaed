// The test set through the network: what is taken for what, and the mistakes, the most confident first.

import { h, replaceChildren } from "../../../ui/dom.js";
import { dataFits, isEnlarged } from "../../../shared/data-fit.js";
import { percent } from "../../../shared/numbers.js";
import { TEXT } from "../../../ui/strings.js";
import { createGallery } from "./gallery.js";
import { confusionTable } from "./matrix.js";

const words = TEXT.mistakes;

/** {element, wants(state, frames), show(state, frames)}; open: hears a mistake that is pressed. */
export function createMistakes(app, open) {
  const choose = (cell) => app.set({ confusion: cell ? cell.join(".") : "" });
  const parts = partsOf(open, choose);
  let last = { mistakes: null, confusion: "" };

  function show(state, { mistakes }) {
    const isThere = Boolean(mistakes) && mistakes.request.model === state.model;
    parts.columns.hidden = !isThere;
    if (isThere) return draw(state, mistakes);
    last = { mistakes: null, confusion: "" };
    replaceChildren(parts.verdict, h("small", {}, dataFits(app, state.model) ? words.testing : words.other));
  }
  function draw({ model, confusion }, mistakes) {
    if (last.mistakes === mistakes && last.confusion === confusion) return;
    last = { mistakes, confusion };
    const names = app.models[model].classNames;
    const chosen = readCell(confusion, mistakes);
    replaceChildren(parts.verdict, verdictOf(mistakes), isEnlarged(app, model) && enlargedNote());
    replaceChildren(parts.matrix, confusionTable(mistakes, names, chosen, choose));
    parts.gallery.show(mistakes, names, chosen);
  }
  const wants = (state, frames) => wantsOf(app, state, frames);
  return { element: layout(parts), wants, show };
}

/** The cell of an address, [class, prediction]; null: none, or one that this network does not have. */
function readCell(confusion, { n_classes: k }) {
  const cell = confusion.split(".").map(Number);
  return confusion && cell.every((at) => at < k) ? cell : null;
}

function partsOf(open, choose) {
  const matrix = h("div");
  return {
    verdict: h("p", { class: "test-verdict", role: "status" }),
    matrix,
    gallery: createGallery(open, () => choose(null)),
    card: h("div", { class: "card wide", "data-lesson": "mistakes" }, h("p", { class: "hint" }, words.lead), matrix),
    columns: h("div", { class: "columns" }),
  };
}

function layout({ verdict, columns, card, gallery }) {
  columns.append(card, gallery.element);
  return h("div", { class: "mistakes" }, verdict, columns);
}

const verdictOf = ({ n, wrong }) => {
  const right = n - wrong.length;
  return `${right.toLocaleString("en")} of ${n.toLocaleString("en")} right: ${percent(right / n, 2)}`;
};

const enlargedNote = () => h("small", { class: "enlarged" }, words.enlarged);

function wantsOf(app, { model }, { training }) {
  if (!dataFits(app, model)) return { mistakes: null };
  const step = model === "trained" ? training?.step : null;
  return { mistakes: { name: "confusions", request: { model }, stamp: `${app.data.name} ${step}` } };
}
