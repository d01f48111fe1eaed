// View 3: train a network in the page, or watch a run of the command line.

import { trainingCurves } from "../../ui/training-curves.js";
import { h, replaceChildren, term } from "../../ui/dom.js";
import { rows } from "../../ui/forms.js";
import { general, number, percent } from "../../shared/numbers.js";
import { legend, picture } from "../../ui/palette.js";
import { matters, trainSettings } from "../../shared/training-settings.js";
import { SETTINGS } from "../../shared/settings.js";
import { TEXT } from "../../ui/strings.js";
import { firstUnits, paintWeights, weightThumbnail } from "../../ui/weight-thumbnails.js";
import { timeline } from "../../ui/time-travel.js";
import { warmUpOf } from "../../shared/schedules.js";

const words = TEXT.train;
const SETTING_OF = { learning_rate: "learningRate", initializer: "initializer", hidden: "hidden" }; // of a finding
const CHOICES = [
  "data",
  "hidden",
  "activation",
  "dropout",
  "batchNorm",
  "loss",
  "optimizer",
  "momentum",
  "learningRate",
  "batchSize",
  "epochs",
  "seed",
];
// folded away
const MORE = ["schedule", "warmUp", "labelSmoothing", "residual", "initializer", "preparation", "shuffle"];

/** Which of the first layer's units are shown, where it is not all of them. */
function shownOf({ weights, sizes }) {
  const first = firstUnits(weights.length, sizes[1]);
  return first ? `Shown: ${first}.` : "";
}

/** What must be said of the weights that are shown. */
const notesOn = (training) => [shownOf(training), training.is_folded ? TEXT.notes.folded : ""].filter(Boolean);

/** Those of the settings that are not as they were at first. */
const changedOf = (state) =>
  MORE.filter((name) => matters(name, state) && state[name] !== SETTINGS[name].initial).map((name) =>
    TEXT.settings[name].label.toLowerCase(),
  );

export function trainView(app, first) {
  const liveNote = h("p", { class: "hint" });
  const [form, basic, rare, heading, hint, figures, pictures, folded, live, report] = [
    "form",
    "div",
    "div",
    "summary",
    "p",
    "dl",
    "div",
    "p",
    "div",
    "p",
  ].map((tag) => h(tag));
  const more = h("details", { class: "more", open: changedOf(first).length > 0 }, heading, rare);
  form.append(basic, more);
  for (const part of [basic, rare]) part.className = "settings";
  hint.className = folded.className = "hint";
  pictures.className = "thumbnails weights";
  live.className = "live";
  report.className = "readout";
  report.setAttribute("aria-live", "polite");
  figures.className = "figures";
  const [curves, liveCurves] = [trainingCurves(), trainingCurves()];
  const [liveHeading, liveReport, liveEnd, livePictures] = ["h3", "p", "p", "div"].map((tag) => h(tag));
  liveReport.className = liveEnd.className = "readout";
  liveEnd.setAttribute("role", "status");
  livePictures.className = "thumbnails weights";
  live.append(
    h("div", { class: "card" }, liveHeading, liveReport, liveEnd, liveCurves.element, liveNote, livePictures),
  );
  const button = (text, onclick, kind) => h("button", { type: "button", class: kind, onclick }, text);
  const start = button(words.start, toggle, "main");
  const times = timeline((changes) => app.set(changes), leaveOut);
  const element = h(
    "section",
    {},
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    live,
    h(
      "div",
      { class: "columns" },
      h("div", { class: "card" }, form, hint),
      h(
        "div",
        { class: "card wide" },
        h(
          "div",
          { class: "buttons" },
          start,
          button(words.step, () => act("step", { steps: 1 })),
          button(words.epoch, () => act("step", { steps: 0 })),
          button(words.reset, reset),
        ),
        figures,
        report,
        curves.element,
      ),
    ),
    h(
      "div",
      { class: "card" },
      h("h3", {}, words.looks),
      legend({ plus: "positive weight", zero: "zero", minus: "negative weight" }),
      folded,
      times.element,
      pictures,
    ),
  );
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};
  let drawnLive = {};
  let begun = 0; // trainings begun: what was recomputed belongs to one
  const canvases = [];

  /** What a training begins from; what is left out can change on the way. */
  const keyOf = (now) => JSON.stringify({ ...trainSettings(now), data: now.data, without: null });

  /** Begin anew with the settings as they are; if that cannot be, nothing is shown of another training. */
  async function begin() {
    if (!(await app.openData(state.data))) return false;
    begun++;
    const key = keyOf(state);
    const began = await act("begin", { settings: trainSettings(state) });
    app.trainedWith = began ? key : null;
    if (!began) {
      delete app.frames.training;
      app.refresh();
    }
    return began;
  }
  /** Learn again without these, up to where the training is, and go on from there. */
  async function leaveOut(without) {
    app.set({ without, moment: -1, kept: -1 });
    begun++;
    await act("leaveOut", { without });
  }
  async function act(name, request) {
    try {
      if (!["begin", "pause"].includes(name) && app.trainedWith !== keyOf(state) && !(await begin())) return false;
      app.frames.training = await app.client.request(name, request);
      app.models = await app.client.request("models");
      app.refresh();
      return true;
    } catch (error) {
      app.showError(error.message);
      return false;
    }
  }
  async function toggle() {
    const training = app.frames.training;
    if (training?.running) return act("pause");
    if (training && (training.epoch >= training.epochs || training.diverged)) await begin();
    return act("start");
  }
  async function reset() {
    app.set({ moment: -1, kept: -1, without: [] });
    await begin();
  }
  async function change(changes) {
    app.set({ ...changes, moment: -1, kept: -1 });
    if (app.models.trained) await begin(); // a change starts anew: what is shown is what the settings give
  }

  /** A link to a moment begins the training, and the moment is computed ahead. */
  function wants({ moment, kept }, { training }) {
    const isHere = training?.recipe === "page" && app.models.trained;
    if (!isHere && (moment >= 0 || kept >= 0) && !begun) begin();
    const other = moment >= 0 ? moment : training?.step;
    return {
      snapshot: isHere && moment >= 0 ? { name: "snapshot", request: { to: moment }, stamp: begun } : null,
      difference:
        isHere && kept >= 0 && !training.running
          ? { name: "difference", request: { one: kept, other }, stamp: begun }
          : null,
    };
  }

  function show(now, given) {
    const isNew = !basic.children.length || [...CHOICES, ...MORE].some((name) => now[name] !== state[name]);
    [state, frames] = [now, given];
    if (isNew) drawForm();
    const training = frames.training;
    start.textContent = training?.running ? words.pause : words.start;
    drawLive();
    if (!training) return drawNothing();
    drawFigures(training);
    curves.set(training);
    drawWeights(now.moment >= 0 && frames.snapshot ? frames.snapshot.weights : training.weights);
    replaceChildren(folded, notesOn(training).join(" "));
    times.show(now, frames);
    if (frames.snapshot && !app.models.snapshot)
      app.client.request("models").then((models) => {
        app.models = models;
        app.refresh();
      });
  }

  function drawForm() {
    const told = { ...state, warmUp: warmUpOf(state) };
    const changed = changedOf(state);
    const { hidden } = state;
    for (const [part, names] of [
      [basic, CHOICES],
      [rare, MORE],
    ])
      replaceChildren(
        part,
        rows(
          names.filter((name) => matters(name, state)),
          told,
          change,
          app.showError,
        ),
      );
    replaceChildren(heading, words.more, changed.length ? `: ${changed.join(", ")}` : "");
    replaceChildren(
      hint,
      state.residual && !hidden.some((n, l) => n === hidden[l - 1]) ? `${words.noWay} ` : "",
      words.note,
    );
  }

  /** Before a training, and where the settings cannot be. */
  function drawNothing() {
    replaceChildren(report, words.press);
    report.classList.remove("bad");
    [figures, pictures, folded].forEach((part) => replaceChildren(part));
    canvases.length = 0;
    curves.clear();
    times.show(state, frames);
  }

  function drawFigures({
    epoch,
    epochs,
    step,
    loss,
    accuracy,
    validation,
    examples_per_second: speed,
    diverged,
    findings,
    learning_rate: rate,
  }) {
    const rows = [
      [term("epoch"), `${epoch} of ${epochs}`],
      [term("step"), step.toLocaleString("en")],
      [term("loss"), loss === null ? "–" : number(loss, 4)],
      [term("accuracy"), accuracy === null ? "–" : percent(accuracy)],
      [term("validation set", "validation"), validation ? percent(validation.accuracy, 2) : "after an epoch"],
      [
        term("validation set", "validation loss"),
        validation ? (validation.loss === null ? "–" : number(validation.loss, 4)) : "after an epoch",
      ],
      ["examples a second", speed ? Math.round(speed).toLocaleString("en") : "–"],
      ...(rate === undefined ? [] : [["next learning rate", general(rate, 4)]]),
    ];
    replaceChildren(
      figures,
      rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
    replaceChildren(
      report,
      diverged
        ? `In step ${diverged.step + 1} the loss was no longer a number: the learning rate is too high for this network. Lower it and reset.`
        : findings.length
          ? [epoch >= epochs ? "Done. " : "", ...told(findings)]
          : epoch >= epochs
            ? "Done. Draw, Network and Mistakes can now show this network."
            : "",
    );
    report.classList.toggle("bad", Boolean(diverged) || findings.length > 0);
  }

  /** What went wrong, causes first, and the one thing to try. */
  function told(findings) {
    const [{ setting, value }] = findings;
    const remedy = words.remedy
      .replace("{setting}", TEXT.settings[SETTING_OF[setting]].label)
      .replace("{value}", TEXT.choices[value] ?? value);
    return [...findings.map(({ title, sentence }) => `${title}. ${sentence} `), remedy];
  }

  function drawWeights(weights) {
    if (canvases.length !== weights.length) {
      canvases.splice(0, canvases.length, ...weights.map((_, j) => picture(`the weights of unit ${j}`, 56)));
      replaceChildren(pictures, canvases);
    }
    weights.forEach((numbers, j) => paintWeights(canvases[j], numbers));
  }

  /** A run on the command line: how far it is, its curve, and in the end what to do next. */
  function drawLive() {
    const frame = frames.live;
    live.hidden = !frame;
    if (!frame || (frame === drawnLive.frame && frame.ended === drawnLive.ended)) return;
    drawnLive = { frame, ended: frame.ended };
    replaceChildren(liveHeading, `${words.live}: ${frame.recipe}, ${frame.sizes.join("-")}`);
    replaceChildren(
      liveReport,
      `Epoch ${frame.epoch} of ${frame.epochs}`,
      frame.loss === null ? "" : `, loss ${number(frame.loss, 4)}`,
      frame.accuracy === null ? "" : `, accuracy ${percent(frame.accuracy, 2)}`,
      `, ${Math.round(frame.examples_per_second).toLocaleString("en")} examples a second`,
    );
    replaceChildren(liveEnd, !frame.ended ? "" : frame.epoch >= frame.epochs ? words.ended : words.lost);
    liveCurves.set(frame);
    replaceChildren(
      livePictures,
      frame.weights.map((weights, j) => weightThumbnail(`the weights of unit ${j}`, weights)),
    );
    replaceChildren(liveNote, shownOf(frame));
  }

  return { element, wants, show, leave: () => [curves, liveCurves].forEach(({ end }) => end()) };
}
