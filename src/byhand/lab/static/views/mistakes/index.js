// The test set through the network: what is taken for what, and the mistakes, the surest first.

import { h, replaceChildren } from "../../ui/dom.js";
import { dataFits, isEnlarged } from "../../shared/data-fit.js";
import { percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { unreadable } from "../../ui/unsupported-model.js";
import { createGallery } from "./gallery.js";
import { confusionTable } from "./matrix.js";

const words = TEXT.mistakes;

export function mistakesView(app) {
  const parts = partsOf(app, (cell) => choose(cell));
  /** @type {{chosen: number[] | null, drawn: any, state: any, frames: any}} */
  const now = { chosen: null, drawn: null, state: null, frames: {} };

  function choose(cell) {
    now.chosen = cell;
    draw();
  }
  function show(state, frames) {
    Object.assign(now, { state, frames });
    const { mistakes } = frames;
    const isThere = Boolean(mistakes) && mistakes.request.model === state.model;
    parts.columns.hidden = !isThere;
    if (isThere) return draw();
    now.drawn = null;
    const other = unreadable(app, state);
    replaceChildren(parts.refusal, other);
    const text = dataFits(app, state.model) ? words.testing : words.other;
    replaceChildren(parts.verdict, other ? null : h("small", {}, text));
  }
  function draw() {
    const { chosen, drawn, state, frames } = now;
    const { mistakes } = frames;
    const names = app.models[state.model].classNames;
    if (drawn?.mistakes !== mistakes || drawn?.chosen !== chosen) {
      now.drawn = { mistakes, chosen };
      replaceChildren(parts.refusal);
      replaceChildren(parts.verdict, verdictOf(mistakes), isEnlarged(app, state.model) && enlargedNote());
      replaceChildren(parts.matrix, confusionTable(mistakes, names, chosen, choose));
    }
    parts.gallery.show(mistakes, names, chosen);
  }
  return { element: layout(parts), wants: (state, frames) => wantsOf(app, state, frames), show };
}

function partsOf(app, choose) {
  const verdict = h("p", { class: "verdict", role: "status" });
  const matrix = h("div");
  const gallery = createGallery(app.has("draw") ? (mistake) => openInDraw(app, mistake) : null, () => choose(null));
  const card = h(
    "div",
    { class: "card wide", "data-lesson": "mistakes" },
    h("p", { class: "hint" }, words.lead),
    matrix,
  );
  return {
    verdict,
    matrix,
    gallery,
    refusal: h("div"),
    columns: h("div", { class: "columns" }, card, gallery.element),
  };
}

const layout = ({ verdict, refusal, columns }) =>
  h("section", { class: "mistakes-view" }, h("h2", { class: "quiet" }, words.heading), verdict, refusal, columns);

/** A mistake opens with its question: why that, rather than what it is? */
const openInDraw = (app, { stored, index, label }) =>
  app.set({ view: "draw", picture: stored, digit: index, label: -1, against: label });

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
