// Experiments: runs side by side, a dot a seed, on one scale; first a bet, then the dots, then what they mean.

import { h, replaceChildren } from "../../ui/dom.js";
import { rows } from "../../ui/forms.js";
import { createNextStep } from "../../ui/next-step.js";
import { stateOfRun } from "../../shared/experiment-settings.js";
import { TEXT } from "../../ui/strings.js";
import { betForm, betsOf, judgement } from "./bets.js";
import { rowsOf } from "./dots.js";
import { measuresTable, needsDigits, notes, reading } from "./reading.js";
import { ExperimentSession } from "./session.js";
import { createShelves } from "./shelves.js";

const words = TEXT.experiments;

export function experimentsView(app, first) {
  const session = new ExperimentSession(app, first);
  const shelves = createShelves((experiment) => session.choose({ experiment }));
  const parts = partsOf(session);
  const element = h(
    "section",
    {},
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    h("div", { class: "experiments" }, shelves.element, layout(parts)),
  );
  let lastKey = "";

  const wants = () => ({
    experiments: { name: "experiments", request: {} },
    known: { name: "experimentResults", request: {} },
  });

  function show(now, { experiments: table, known }) {
    if (!table) return;
    session.follow(now, table);
    const { chosen, frame } = session;
    if (frame?.as_expected) app.ran = [...new Set([...(app.ran ?? []), chosen.id])];
    shelves.show(table, known, chosen.id, app.ran ?? []);
    const key = `${chosen.id} ${now.seeds} ${now.data}`;
    if (key !== lastKey) drawAbout(parts, session, app);
    lastKey = key;
    drawResult(parts, session, app);
  }

  return { element, wants, show };
}

function partsOf(session) {
  const run = { class: "main", "data-lesson": "experiment-start", onclick: () => session.toggle() };
  const [about, form, bets, drawing, reading, beside, hides, open] = Array.from({ length: 8 }, () => h("div"));
  [form.className, drawing.className, beside.className, open.className] = ["buttons", "trials", "aside", "buttons"];
  return {
    about,
    form,
    bets,
    drawing,
    reading,
    beside,
    hides,
    open,
    report: h("p", { class: "readout", role: "status" }),
    start: h("button", run, words.run),
    details: h("details", {}, h("summary", {}, words.hides), hides),
    next: createNextStep(words.next, () => session.next()),
  };
}

const layout = ({ about, bets, form, report, drawing, reading, beside, open, details, next }) =>
  h("div", { class: "card trial-card" }, about, bets, form, report, drawing, reading, beside, open, details, next);

/** What does not change while it runs. */
function drawAbout(parts, session, app) {
  const { chosen: one, table, state } = session;
  const star = one.surprising && h("span", { class: "badge" }, `★ ${words.star}`);
  replaceChildren(
    parts.about,
    h("h3", {}, `${one.number}  ${one.title}`, star),
    h("p", { class: "question" }, one.question),
  );
  const measure = table.measures[one.scale[0]].title;
  replaceChildren(
    parts.bets,
    betForm(one, app, measure, () => drawResult(parts, session, app)),
  );
  replaceChildren(parts.form, parts.start, settingsRows(session));
  const hints = one.hides.map((hidden) => h("li", {}, hidden));
  const command = h("p", { class: "hint" }, words.commandLine, h("code", {}, one.id));
  replaceChildren(parts.hides, h("ul", {}, hints), command);
  replaceChildren(parts.open, ...openers(app, session, table, one, state));
}

const settingsRows = (session) =>
  rows(
    needsDigits(session.chosen) ? ["seeds", "data"] : ["seeds"],
    session.state,
    (changes) => session.choose(changes),
    (sentence) => session.tell(sentence),
  );

/** A button a run that Train or Plane can do. */
function openers(app, session, table, one, { data }) {
  const all = one.runs
    .map((run) => [run.name, stateOfRun(table, one, run, data)])
    .filter(([, state]) => state && app.has(state.view));
  if (!all.length) return [];
  const button = ([name, state]) =>
    h("button", { onclick: () => session.open(state) }, `${name} → ${TEXT.views[state.view]}`);
  return [h("span", { class: "hint" }, words.open), ...all.map(button)];
}

function drawResult(parts, session, app) {
  const { chosen: one, frame, table, state } = session;
  const bets = betsOf(app, one.id);
  const isRunning = Boolean(frame?.running);
  parts.start.disabled = session.isNotFor && !isRunning;
  parts.start.textContent = isRunning
    ? words.stop
    : frame
      ? words.again
      : Object.keys(bets).length
        ? words.betAndRun
        : words.run;
  parts.bets.hidden = Boolean(frame);
  replaceChildren(parts.report, session.report(judgement(bets, frame?.runs ?? [], one.scale[0])));
  drawDots(parts.drawing, session, bets);
  replaceChildren(parts.reading, ...reading(one, frame, table), ...notes(one, frame, state.data, session.isNotFor));
  replaceChildren(parts.beside, ...measuresTable(one, frame, table));
}

/** Only dots that are new drop in. */
function drawDots(element, session, bets) {
  const { chosen: one, frame, table } = session;
  const runs = frame?.runs ?? one.runs.map(({ name, verdict }) => ({ name, verdict, measures: {} }));
  const isOver = Boolean(frame?.as_expected);
  const n = Math.max(0, ...runs.map(({ measures }) => measures[one.scale[0]]?.values.length ?? 0));
  element.hidden = !frame && !Object.keys(bets).length; // there is nothing on the axis
  const key = JSON.stringify([one.id, n, isOver, runs.map(({ measures }) => measures[one.scale[0]]?.mean), bets]);
  if (element.dataset.key === key) return;
  const nOld = element.dataset.of === one.id ? Number(element.dataset.n) : 0;
  Object.assign(element.dataset, { key, n, of: one.id });
  replaceChildren(element, ...rowsOf(one, runs, { marks: frame?.marks ?? [], bets, table, isOver, nOld }));
}
