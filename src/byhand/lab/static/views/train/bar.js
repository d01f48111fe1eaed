// The bar of Train: learn, step, begin anew; how far it is and how good; the settings.

import { h, replaceChildren, term } from "../../ui/dom.js";
import { rows } from "../../ui/forms.js";
import { general, number, percent } from "../../shared/numbers.js";
import { warmUpOf } from "../../shared/schedules.js";
import { SETTINGS } from "../../shared/settings.js";
import { isRelevant } from "../../shared/training-settings.js";
import { TEXT } from "../../ui/strings.js";

/** @import { State } from "../../shared/types.js" */

const words = TEXT.train;
const QUICK = ["hidden", "learningRate", "epochs"];
/** @type {(keyof State)[]} */
const BASIC = ["data", "activation", "dropout", "batchNorm", "loss", "optimizer", "momentum", "batchSize", "seed"];
/** @type {(keyof State)[]} */
const MORE = ["schedule", "warmUp", "labelSmoothing", "residual", "initializer", "preparation", "shuffle"];

/** Those of the settings that are not as they were at first. */
const listChanges = (state) =>
  [...BASIC, ...MORE]
    .filter((name) => isRelevant(name, state) && state[name] !== SETTINGS[name].initial)
    .map((name) => TEXT.settings[name].label.toLowerCase());

/** {element, show(state, training)} of a session. */
export function createBar(session) {
  const button = (text, onclick, kind) => h("button", { class: kind, onclick }, text);
  const start = button(words.start, () => session.toggle(), "main");
  start.dataset.lesson = "train-start";
  const figures = h("dl", { class: "figures" });
  const [quick, heading, panel] = [h("div", { class: "quick" }), h("summary"), h("div", { class: "panel-body" })];
  const [threads, note] = [h("p", { class: "hint threads" }), h("p", { class: "hint" })];
  const buttons = [
    start,
    button(words.step, () => session.advance(1)),
    button(words.epoch, () => session.advance(0)),
    button(words.reset, () => session.reset()),
  ];
  const settings = h("details", { class: "panel" }, heading, panel);
  const element = h(
    "div",
    { class: "bar card" },
    h("div", { class: "bar-buttons" }, buttons),
    quick,
    threads,
    settings,
    figures,
  );
  let lastKey = "";

  function show(state, training) {
    start.textContent = training?.running ? words.pause : words.start;
    drawFigures(figures, state, training);
    const key = JSON.stringify([...QUICK, ...BASIC, ...MORE].map((name) => state[name]));
    if (key !== lastKey) drawForms(session, state, { quick, heading, panel, note });
    lastKey = key;
    note.textContent = `${hasNoWay(state) ? `${words.noWay} ` : ""}${words.note}`;
    threads.textContent = describeThreads(training);
  }

  return { element, show };
}

function drawForms(session, state, { quick, heading, panel, note }) {
  const effective = { ...state, warmUp: warmUpOf(state) };
  const change = (changes) => session.change(changes);
  const tell = (sentence) => session.tell(sentence);
  const form = (names) =>
    rows(
      names.filter((name) => isRelevant(name, state)),
      effective,
      change,
      tell,
    );
  const changed = listChanges(state);
  replaceChildren(quick, ...form(QUICK));
  replaceChildren(heading, words.settings, changed.length ? `: ${changed.join(", ")}` : "");
  replaceChildren(panel, ...form(BASIC), h("h3", { class: "apart" }, words.more), ...form(MORE), note);
}

const hasNoWay = ({ hidden, residual }) => residual && !hidden.some((n, l) => n === hidden[l - 1]);

/** On how many threads the page trains, or why on one; nothing of a run of the command line. */
function describeThreads({ threads = 0, is_parallel: isParallel } = /** @type {any} */ ({})) {
  const { several, small, refused, notIsolated } = words.threads;
  if (threads !== 1) return threads ? several.replace("{n}", threads) : "";
  return isParallel ? (crossOriginIsolated ? refused : notIsolated) : small;
}

/** How far it is, and how good; before a training, where it would begin. */
function drawFigures(element, { epochs }, training) {
  const { epoch = 0, step = 0, learning_rate: rate, examples_per_second: speed } = training ?? {};
  const format = (value, text) => (value === null || value === undefined ? "" : text(value));
  const fourDigits = (value) => number(value, 4);
  const held = training?.validation ?? training?.untrained;
  const list = [
    [() => term("epoch"), `${epoch} of ${training?.epochs ?? epochs}`],
    [() => term("step"), step.toLocaleString("en")],
    [() => "next learning rate", format(rate, (value) => general(value, 4))],
    [() => term("validation set", "validation"), format(held?.accuracy, (value) => percent(value, 2))],
    [() => term("validation set", "validation loss"), format(held?.loss, fourDigits)],
    [() => term("loss"), format(training?.loss, fourDigits)],
    [() => term("accuracy"), format(training?.accuracy, percent)],
    [() => "examples a second", speed ? Math.round(speed).toLocaleString("en") : ""],
  ];
  if (!element.children.length)
    replaceChildren(element, ...list.map(([name]) => h("div", {}, h("dt", {}, name()), h("dd", {}))));
  list.forEach(([, value], i) => {
    element.children[i].lastChild.textContent = value;
    element.children[i].classList.toggle("unknown", value === ""); // before the first step
  });
}
