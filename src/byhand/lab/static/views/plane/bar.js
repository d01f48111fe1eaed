// The bar of the plane: learn, step, begin anew, take back; how fast; how far it is; and the settings that matter most.

import { h, replaceChildren } from "../../ui/dom.js";
import { layerRows, rows } from "../../ui/forms.js";
import { number, percent } from "../../shared/numbers.js";
import { SETTINGS } from "../../shared/settings.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;
const QUICK = ["planeRate"];
const MORE = ["planeOptimizer", "planeBatch", "planeInit", "planeSeed"];
const SPEEDS = SETTINGS.planeSpeed.names;

/** {element, show(state, plane)} of a session. */
export function createBar(session) {
  const button = (text, onclick, kind) => h("button", { class: kind, onclick }, text);
  const start = button(words.start, () => session.toggle(), "main");
  const steps = createSteps(session);
  start.dataset.lesson = "plane-start";
  const figures = h("dl", { class: "figures" });
  const speed = speedSlider(session);
  const [quick, more] = [h("div", { class: "quick" }), h("div", { class: "panel-body" })];
  const buttons = [
    start,
    button(words.reset, () => session.reset()),
    button(words.one, () => session.advance(1)),
    button(words.many, () => session.advance(100)),
    ...steps.buttons,
  ];
  const panel = h("details", { class: "panel" }, h("summary", {}, words.settings), more);
  const element = h(
    "div",
    { class: "bar card" },
    h("div", { class: "bar-buttons" }, buttons),
    speed.element,
    figures,
    h("div", { class: "bar-settings" }, quick, panel),
  );
  let lastKey = "";

  function show(state, plane) {
    steps.show();
    start.textContent = plane?.running ? words.pause : words.start;
    speed.show(state.planeSpeed);
    if (plane) drawFigures(figures, plane);
    const key = JSON.stringify([...QUICK, ...MORE, "planeLayers", "compare"].map((name) => state[name]));
    if (key !== lastKey) drawForms(session, state, quick, more);
    lastKey = key;
  }

  return { element, show };
}

/** Undo, and redo where there is something to do again: {buttons, show()}. */
function createSteps(session) {
  const [undo, redo] = ["undo", "redo"].map((key) =>
    h("button", { "data-key": key, onclick: () => session[key]() }, words[key]),
  );
  function show() {
    undo.disabled = !session.canUndo;
    redo.hidden = !session.canRedo;
  }
  return { buttons: [undo, redo], show };
}

function drawForms(session, state, quick, more) {
  const change = (changes) => session.change(changes);
  const tell = (sentence) => session.tell(sentence);
  replaceChildren(quick, ...rows(QUICK, state, change, tell));
  replaceChildren(
    more,
    layerRows(state.planeLayers, (planeLayers) => change({ planeLayers }), tell),
    ...rows(MORE, state, change, tell),
    ...(session.isCurve ? [] : rows(["compare"], state, change, tell)),
  );
}

/** Epochs a second, from one to as many as there is time for. */
function speedSlider(session) {
  const output = h("output", {});
  const oninput = () => session.setSpeed(SPEEDS[Number(input.value)]);
  const input = h("input", { type: "range", min: 0, max: SPEEDS.length - 1, "aria-label": words.speed, oninput });
  function show(speed) {
    const text = speed === "max" ? words.fastest : words.perSecond.replace("{n}", speed);
    if (document.activeElement !== input) input.value = String(SPEEDS.indexOf(speed));
    input.setAttribute("aria-valuetext", text);
    if (output.textContent !== text) output.textContent = text;
  }
  return { element: h("label", { class: "speed" }, input, output), show };
}

/** How far it is, and how good; the first of them is the epoch. */
function drawFigures(element, { task, epoch, split, straight, networks: [one] }) {
  const fourDigits = (value) => number(value, 4);
  const ofTask =
    task === "curve"
      ? [
          ["squared error", fourDigits(one.loss)],
          [words.line, fourDigits(straight.loss)],
        ]
      : [
          ["accuracy", percent(one.accuracy)],
          ["loss", fourDigits(one.loss)],
        ];
  // there is no room for all four
  if (split) ofTask[1] = [words.heldOut, (task === "curve" ? fourDigits : percent)(one.heldOut)];
  const list = [["epoch", epoch.toLocaleString("en")], ...ofTask];
  const names = String(list.map(([name]) => name));
  if (element.dataset.names !== names)
    replaceChildren(element, ...list.map(([name]) => h("div", {}, h("dt", {}, name), h("dd", {}))));
  element.dataset.names = names;
  list.forEach(([, value], i) => (element.children[i].lastChild.textContent = value));
}
