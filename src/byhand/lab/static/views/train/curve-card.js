// Loss and accuracy of the whole training in one chart; a drag leads to any moment of it, which is recomputed.

import { SERIES_STYLES, chart } from "../../ui/charts.js";
import { h, replaceChildren } from "../../ui/dom.js";
import { makePlayhead } from "../../ui/playhead.js";
import { number, percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.train;
const times = TEXT.timeline;
const SERIES = [
  { label: words.batches, ...SERIES_STYLES.line, spanGaps: true },
  { label: words.validation, ...SERIES_STYLES.marked },
  { label: words.accuracy, ...SERIES_STYLES.share },
];

/** {element, show(state, frames), end()} of a session. */
export function createCurveCard(session) {
  const host = h("div", { class: "chart train-chart", "data-figure": "Loss and accuracy" });
  const position = h("span", { class: "position" });
  const report = h("p", { class: "readout", "aria-live": "polite" });
  const step = h("input", { type: "number", min: 0, onchange: ({ target }) => travelTo(session, target) });
  const back = h("button", { onclick: () => session.back() }, times.back);
  const timeline = timelineOf(session, { step, position, back });
  const element = h("div", { class: "curves card" }, head(), host, timeline, report);
  let curves = null;
  let mark = null;

  function build() {
    curves = chart(host, {
      series: SERIES,
      label: "epoch",
      x: { range: fromZero },
      log: true,
      right: true,
      legend: false,
    });
    const now = () => positionOf(session);
    mark = makePlayhead(host, () => curves.plot, { label: words.travel, now, go: travel, unit: () => unitOf(session) });
  }
  const travel = async (at) => session.travel(at);

  function show(state, { training, snapshot }) {
    if (!curves) build();
    curves.set(columnsOf(training));
    mark();
    timeline.hidden = !session.isHere;
    const at = state.moment >= 0 ? state.moment : (training?.step ?? 0);
    if (document.activeElement !== step) step.value = at;
    step.max = session.last;
    replaceChildren(position, describeMoment(state, snapshot));
    back.disabled = state.moment < 0 && state.kept < 0;
    drawReport(report, training);
  }

  return { element, show, end: () => curves?.end() };
}

/** The step that is shown, what it was like, and the way back. */
function timelineOf(session, { step, position, back }) {
  const pin = h("button", { onclick: () => session.pin() }, times.keep);
  const label = h("label", { class: "inline" }, h("span", {}, times.step), step);
  return h("div", { class: "timeline" }, label, position, h("span", { class: "buttons" }, pin, back));
}

/** What the lines are. */
function head() {
  const key = (name, kind) => h("span", { class: `key ${kind}` }, name);
  const keys = [key(words.batches, "batches"), key(words.validation, "held"), key(words.accuracy, "share")];
  return h("div", { class: "curve-head" }, h("h3", {}, words.chart), keys);
}

/** Go to the step that was typed, if there is one. */
function travelTo(session, { valueAsNumber: step }) {
  if (Number.isInteger(step) && step >= 0) session.travel(Math.min(step, session.last));
}

function positionOf(session) {
  const { moment } = session.state;
  const at = moment >= 0 ? moment : session.last;
  return { at, from: 0, to: session.last, text: `step ${at.toLocaleString("en")}` };
}

/** Steps of one unit of the chart's axis, an epoch, on average. */
function unitOf({ training }) {
  const at = training?.curve?.at(-1)?.at;
  return at ? training.step / at : 1;
}

/** One epoch, before there is anything else to see. */
const fromZero = (plot) => [0, plot.data[0].at(-1) || 1];

/** Batches and validation over the epochs, as the chart takes them; validation from before the first step on. */
function columnsOf(training) {
  const { curve = [], history = [], untrained } = training ?? {};
  const [batches, held] = [
    new Map(curve.map((point) => [point.at, point.loss])),
    new Map(history.map(({ epoch, validation }) => [epoch, validation])),
  ];
  if (untrained) held.set(0, untrained);
  const x = [...new Set([...batches.keys(), ...held.keys()])].sort((a, b) => a - b);
  const of = (map, read) => x.map((at) => (map.has(at) ? (read(map.get(at)) ?? null) : null));
  return [x, of(batches, (loss) => loss), of(held, (one) => one?.loss), of(held, (one) => one?.accuracy)];
}

/** Where we are in time. */
function describeMoment({ moment }, snapshot) {
  if (moment < 0) return times.now;
  if (snapshot?.step !== moment) return times.computing;
  const { step, epoch, accuracy, loss, from, seconds } = snapshot;
  const parts = [
    `${times.then} ${step.toLocaleString("en")}, in epoch ${epoch + 1}: ${times.held} ${percent(accuracy, 2)}`,
    loss === null ? "" : `loss ${number(loss, 4)}`,
    `${times.recomputed} ${from.toLocaleString("en")} in ${number(seconds, 2)} s`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** What went wrong, causes first, and the one thing to try; told once. */
function drawReport(element, training) {
  const { diverged, findings = [] } = training ?? {};
  const text = describeTraining(training);
  element.classList.toggle("bad", Boolean(diverged) || findings.length > 0);
  if (element.textContent !== text) element.textContent = text;
}

function describeTraining(training) {
  const { diverged, findings, epoch, epochs, step } = training ?? {};
  if (diverged) return words.diverged.replace("{step}", diverged.step + 1);
  if (!step) return words.press;
  const isDone = epoch >= epochs;
  if (!findings?.length) return isDone ? words.done : "";
  return [
    isDone ? "Done. " : "",
    ...findings.map(({ title, sentence }) => `${title}. ${sentence} `),
    remedy(findings),
  ].join("");
}

/** The page's settings, and their choices, by those of a finding. */
const SETTING_OF = {
  learning_rate: "learningRate",
  initializer: "initializer",
  hidden: "hidden",
  scaling: "preparation",
};
const CHOICE_OF = { standardize: "standard" };

/** The one thing to try. */
function remedy([{ setting, value }]) {
  if (setting === "patience") return words.stopEarlier;
  const choice = CHOICE_OF[value] ?? value;
  return words.remedy
    .replace("{setting}", TEXT.settings[SETTING_OF[setting]].label)
    .replace("{value}", TEXT.choices[choice] ?? choice);
}
