// One example, one step, every number; any of them opens into those it was made of. A view, and a drawer over others.

import { truthOf } from "../../shared/true-label.js";
import { h, replaceChildren } from "../dom.js";
import { notesOf } from "../model-notes.js";
import { TEXT } from "../strings.js";
import { unreadable } from "../unsupported-model.js";
import { createArrayCard } from "./array-card.js";
import { Blanks, createNotice } from "./blanks.js";
import { createCellCard } from "./cell-card.js";
import { createControls } from "./controls.js";
import { cellIn, createWants } from "./frames.js";
import { textOf } from "./names.js";
import { createStrip } from "./strip.js";

const words = TEXT.microscope;

export function createMicroscope(app) {
  const open = (cell) => app.set({ cell: textOf(cell) });
  const controls = createControls(app);
  const blanks = new Blanks(app);
  const createBox = (cell) => blanks.createBox(cell);
  const [strip, array, opened] = [createStrip(open), createArrayCard(open), createCellCard(open, createBox)];
  const [empty, notice] = [h("div", { class: "readout" }), createNotice(app)];
  const cards = h(
    "div",
    { class: "columns" },
    array.element,
    h("div", { class: "card wide", "data-lesson": "number" }, opened.element),
  );
  const body = h("div", {}, strip.element, cards);
  const heading = [h("h2", {}, words.heading), h("p", { class: "lead" }, words.lead)];
  const element = h("section", { class: "microscope" }, heading, controls.element, empty, notice, body);
  let last = { step: null, key: "" };

  function show(state, frames) {
    const { step, cell } = frames;
    const truth = truthOf(app, state, frames);
    controls.show(state, { classNames: classNamesOf(app, state, step), truth: truth ?? -1 });
    body.hidden = !step;
    replaceChildren(empty, state.of === "digit" ? aboutDigit(app, state, { step, truth }) : "");
    if (!step) return;
    const at = cellIn(step, state.cell);
    blanks.follow(state, step);
    notice.hidden = !state.blanks;
    const key = JSON.stringify([textOf(at), state.theme, state.colours, blanks.key]);
    if (last.step !== step || last.key !== key) {
      last = { step, key };
      strip.show(step, at.name);
      array.show({ at, ...blanks.maskArray(at.name), width: pictureWidth(app, state, at.name) });
    }
    if (cell && textOf(cell) === textOf(at)) opened.show(step, blanks.maskCell(cell));
  }
  return { element, wants: createWants(app), show };
}

function classNamesOf(app, state, step) {
  if (state.of === "digit") return app.models[state.model]?.classNames ?? [];
  return Array.from({ length: step?.target.length ?? 0 }, (_, k) => `class ${k}`);
}

/** How many numbers are in a row, where the array is a picture. */
const pictureWidth = (app, { of, model }, name) =>
  name === "x" && of === "digit" ? app.models[model]?.imageShape?.[1] : undefined;

/** What must be said of the digit and its network before any number: what is missing, or how the numbers came about. */
function aboutDigit(app, state, { step, truth }) {
  const model = app.models[state.model];
  const other = unreadable(app, state);
  if (other) return other;
  if (step) return notesOf(model).join(" ");
  const [height, width] = model.imageShape;
  if (!state.picture) return words.empty;
  if (state.picture.length !== height * width) return TEXT.draw.otherSize.replace("{shape}", `${height} × ${width}`);
  return truth === null ? words.ask : "";
}
