// Time travel: training is deterministic, so any moment of it is recomputed; two are compared; and what would have come
// of it without a batch or a digit is learned.

import { h, replaceChildren, select } from "./dom.js";
import { number, percent } from "../shared/numbers.js";
import { largestSize } from "./palette.js";
import { TEXT } from "./strings.js";
import { firstUnits, weightThumbnail } from "./weight-thumbnails.js";

const words = TEXT.timeline;
const FRAMES_KEPT = 16; // pictures a row of a comparison

/** Which units are compared, where it is not all of them. */
function shownOf({ weights }) {
  const first = firstUnits(Math.min(FRAMES_KEPT, weights.length), weights.length);
  return first && `; ${first}`;
}

/** The time line: change hears settings of the state, leaveOut the new list of what is left out. */
export function timeline(change, leaveOut) {
  const slider = h("input", {
    type: "range",
    min: 0,
    value: 0,
    "aria-label": words.travel,
    oninput: (event) => to(Number(event.target.value)),
  });
  const told = h("span", { class: "told" });
  const keep = h(
    "button",
    { type: "button", onclick: () => change({ kept: now.moment >= 0 ? now.moment : now.step }) },
    words.keep,
  );
  const back = h("button", { type: "button", onclick: () => change({ moment: -1, kept: -1 }) }, words.back);
  const compared = h("div", { class: "compared" });
  const without = h("div", { class: "without" });
  const element = h(
    "div",
    { hidden: true },
    h("label", { class: "timeline" }, h("span", {}, words.travel), slider, told),
    h("div", { class: "buttons" }, keep, back),
    compared,
    without,
  );
  let now = { moment: -1, step: 0 };
  let label = 7;
  let shown = "";
  const to = (step) => change({ moment: step >= now.step ? -1 : step });

  /**
   * Show where we are: the state, and the frames of the training, of the moment and of the difference.
   * @param {any} state
   * @param {Record<string, any>} frames
   */
  function show(state, { training, snapshot, difference }) {
    now = { moment: state.moment, step: training?.step ?? 0 };
    element.hidden = !training || training.recipe !== "page";
    if (element.hidden) return;
    slider.max = Math.max(training.step, state.moment);
    slider.value = state.moment >= 0 ? state.moment : training.step;
    const there = state.moment >= 0 && snapshot?.step === state.moment;
    replaceChildren(
      told,
      state.moment < 0
        ? words.now
        : there
          ? `${words.then} ${snapshot.step.toLocaleString("en")}, in epoch ${snapshot.epoch + 1}: ${words.held} ${percent(snapshot.accuracy, 2)}${snapshot.loss === null ? "" : `, loss ${number(snapshot.loss, 4)}`}, ${words.recomputed} ${snapshot.from.toLocaleString("en")} in ${number(snapshot.seconds, 2)} s`
          : words.computing,
    );
    back.disabled = state.moment < 0 && state.kept < 0;
    drawCompared(state, difference);
    const key = JSON.stringify([
      training.without,
      state.moment,
      training.running || training.step,
      training.before?.step,
      training.after?.step,
      label,
    ]);
    if (shown !== key) {
      shown = key;
      drawWithout(state, training);
    }
  }

  function drawCompared({ kept, moment }, difference) {
    if (kept < 0) return replaceChildren(compared);
    const fits = difference && difference.one === kept && difference.other === (moment >= 0 ? moment : now.step);
    const key = fits ? `${kept} ${difference.other}` : "";
    if (fits && compared.dataset.key === key) return;
    compared.dataset.key = key;
    if (!fits) return replaceChildren(compared, h("p", { class: "hint" }, words.computing));
    replaceChildren(
      compared,
      h(
        "p",
        { class: "readout" },
        `${words.difference} ${difference.other.toLocaleString("en")} ${words.minus} ${kept.toLocaleString("en")}, ${words.largest} ±${number(Math.max(...difference.weights.map(largestSize)), 4)}${shownOf(difference)}`,
      ),
      h(
        "div",
        { class: "thumbnails weights" },
        difference.weights
          .slice(0, FRAMES_KEPT)
          .map((numbers, j) => weightThumbnail(`how the weights of unit ${j} differ`, numbers)),
      ),
    );
  }

  function drawWithout(state, { without: left, running, before, after, step }) {
    const at = state.moment >= 0 ? state.moment : step;
    const add = (one) => leaveOut([...left, one]);
    const digit = select(
      Array.from({ length: 10 }, (_, k) => k),
      label,
      (text) => {
        label = Number(text);
      },
      {},
    );
    digit.setAttribute("aria-label", words.digit);
    replaceChildren(
      without,
      h("h3", { class: "apart" }, words.without),
      h("p", { class: "hint" }, words.withoutHelp),
      h(
        "div",
        { class: "buttons" },
        h(
          "button",
          { type: "button", disabled: running || state.moment < 0, onclick: () => add({ kind: "batch", step: at }) },
          `${words.batch} ${(at + 1).toLocaleString("en")}`,
        ),
        h(
          "span",
          { class: "inline" },
          h(
            "button",
            {
              type: "button",
              disabled: running,
              onclick: () => add({ kind: "class", label, from: state.moment >= 0 ? at : 0 }),
            },
            words.all,
          ),
          digit,
        ),
        left.length
          ? h("button", { type: "button", disabled: running, onclick: () => leaveOut([]) }, words.undo)
          : null,
      ),
      left.length ? h("p", { class: "readout" }, `${words.left}: ${left.map(said).join("; ")}`) : null,
      before && after
        ? h(
            "div",
            { class: "scroll plain", tabindex: 0, role: "region", "aria-label": words.table },
            results(before, after),
          )
        : null,
    );
  }

  return { element, show };
}

const said = (one) =>
  one.kind === "batch"
    ? `batch ${(one.step + 1).toLocaleString("en")}`
    : `every ${one.label}${one.from ? ` from step ${one.from.toLocaleString("en")}` : ""}`;

/** Validation accuracy before and after, class by class. */
function results(before, after) {
  const row = (name, one, cells) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", { class: "number" }, percent(one.accuracy, 2)),
      cells.map((share) => h("td", { class: "number" }, percent(share))),
    );
  return h(
    "table",
    { class: "sum" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", {}, words.right),
        h("th", { class: "number" }, "all"),
        before.classes.map((_, k) => h("th", { class: "number" }, k)),
      ),
    ),
    h("tbody", {}, row(words.before, before, before.classes), row(words.after, after, after.classes)),
  );
}
