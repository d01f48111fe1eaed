// Below the pad: pens, undo and clear, digits to take, and the test digits that are at hand.

import { h, replaceChildren, select } from "../../ui/dom.js";
import { dataFits, isEnlarged } from "../../shared/data-fit.js";
import { truthOf } from "../../shared/true-label.js";
import { SAMPLES } from "../../ui/sample-digits.js";
import { hasStepBack, hasStepForward } from "../../ui/sheet.js";
import { PENS, paintStrokes } from "../../ui/strokes.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw;
const SAMPLE_SIDE = 72; // pixels of a sample's picture

/** {element, show()} of a pad. */
export function createTools(app, pad, first) {
  const undo = h("button", { "data-key": "undo", onclick: () => pad.undo() }, words.undo);
  const clear = h("button", { "data-key": "clear", onclick: () => pad.clear() }, words.clear);
  const redo = h("button", { "data-key": "redo", onclick: () => pad.redo() }, words.redo);
  const pens = select(Object.keys(PENS), first.pen, (pen) => app.set({ pen }), words.pens);
  pens.setAttribute("aria-label", words.pen);
  const element = h(
    "div",
    { class: "pad-tools" },
    h("div", { class: "buttons" }, pens, undo, clear, redo),
    sampleRow(pad),
  );
  return {
    element,
    show() {
      undo.disabled = !hasStepBack();
      redo.hidden = !hasStepForward();
    },
  };
}

/** Digits that were drawn before: a press draws one. */
function sampleRow(pad) {
  const sample = ({ digit, strokes }) => {
    const canvas = h("canvas", { width: SAMPLE_SIDE, height: SAMPLE_SIDE, "aria-hidden": "true" });
    paintStrokes(canvas, strokes, "#14181f");
    const label = words.take.replace("{digit}", digit);
    return h("button", { class: "sample", "aria-label": label, onclick: () => pad.draw(strokes) }, canvas);
  };
  return h("div", { class: "samples", role: "group", "aria-label": words.samples }, SAMPLES.map(sample));
}

/** The test digits: {element, show(state, frames)}; none where the data at hand are of another size. */
export function createTestDigits(app, pad, first) {
  let { digit, model } = first;
  const load = loader(app, pad, () => model);
  const input = numberInput(app, first, load);
  const next = h("button", { onclick: () => load(digit + 1) }, words.next);
  const row = h("div", { class: "buttons" }, next, input);
  const [other, isA] = [h("p", { class: "hint" }), h("p", { class: "readout", "aria-live": "polite" })];

  function show(state, frames) {
    ({ digit, model } = state);
    const { imageShape, classNames } = app.models[state.model];
    const fits = dataFits(app, state.model);
    const truth = truthOf(app, { ...state, label: -1 }, frames) ?? -1;
    row.hidden = !fits;
    other.hidden = fits;
    other.textContent = words.otherData
      .replace("{theirs}", app.data.imageShape.join(" × "))
      .replace("{shape}", imageShape.join(" × "));
    const small = isEnlarged(app, model) ? ` ${words.enlarged}` : "";
    const isTest = truth >= 0 && digit >= 0;
    const sentence = words.isA.replace("{digit}", digit).replace("{name}", classNames[truth]);
    replaceChildren(isA, isTest ? sentence + small : "");
    if (document.activeElement !== input) input.value = String(Math.max(0, digit));
  }
  return { element: h("div", { class: "test-digits" }, row, isA, other), show };
}

const loader = (app, pad, modelNow) => async (index) => {
  try {
    const { stored, index: found } = await app.client.request("digit", { index, model: modelNow() });
    app.showError();
    pad.lay(stored, found);
  } catch (error) {
    app.showError(error.message);
  }
};

function numberInput(app, first, load) {
  const last = (app.data.n_test ?? 1e4) - 1;
  const onchange = ({ target }) => {
    const at = target.valueAsNumber;
    const fits = Number.isInteger(at) && at >= 0 && at <= last;
    target.setAttribute("aria-invalid", String(!fits));
    if (fits) load(at);
    else app.showError(words.wrongNumber.replace("{last}", last.toLocaleString("en")));
  };
  const value = Math.max(0, first.digit);
  return h("input", { type: "number", min: 0, max: last, value, "aria-label": words.random, onchange });
}
