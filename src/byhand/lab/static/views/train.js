// View 3: train a network in the page, or watch one that trains on the desk.

import { LOOKS, chart } from "../charts.js";
import { fill, h, number, percent, term } from "../dom.js";
import { rows } from "../forms.js";
import { largestSize, legend, paintSigned, picture } from "../pictures.js";
import { trainSettings } from "../settings.js";
import { TEXT } from "../strings.js";
import { timeline } from "../timeline.js";

const words = TEXT.train;
const HEIGHT = 190; // of a chart
const CHOICES = ["data", "hidden", "activation", "loss", "optimizer", "learningRate", "batchSize", "epochs", "initializer", "preparation", "shuffle", "seed"];

export function trainView(app, first) {
  const [form, figures, pictures, live, report] = ["form", "dl", "div", "div", "p"].map((tag) => h(tag));
  form.className = "settings";
  pictures.className = "thumbnails weights";
  live.className = "live";
  report.className = "readout";
  report.setAttribute("aria-live", "polite");
  figures.className = "figures";
  const [lossChart, accuracyChart] = [h("div", { class: "chart" }), h("div", { class: "chart" })];
  const button = (text, onclick, kind) => h("button", { type: "button", class: kind, onclick }, text);
  const start = button(words.start, toggle, "main");
  const times = timeline((changes) => app.set(changes), leaveOut);
  const element = h("section", {}, h("h2", {}, words.heading), h("p", { class: "lead" }, words.lead), live,
    h("div", { class: "columns" },
      h("div", { class: "card" }, form, h("p", { class: "hint" }, words.note)),
      h("div", { class: "card wide" },
        h("div", { class: "buttons" }, start, button(words.step, () => act("step", { steps: 1 })), button(words.epoch, () => act("step", { steps: 0 })), button(words.reset, reset)),
        figures, report, h("div", { class: "columns tight" }, lossChart, accuracyChart))),
    h("div", { class: "card" }, h("h3", {}, "What the first layer looks for"), legend({ plus: "ink speaks for", zero: "does not matter", minus: "ink speaks against" }), times.element, pictures));
  let state = first, frames = {}, charts = null, begun = 0; // trainings begun: what was recomputed belongs to one
  const canvases = [];

  /** Begin anew with the settings as they are. */
  async function begin() {
    if (!await app.open(state.data)) return false;
    begun++;
    return act("begin", { settings: trainSettings(state) });
  }
  /** Learn again without these, up to where the training is, and go on from there. */
  async function leaveOut(without) {
    app.set({ without, moment: -1, kept: -1 });
    begun++;
    await act("leaveOut", { without });
  }
  async function act(name, request) {
    try {
      if (name !== "begin" && !app.models.trained && !await begin()) return false;
      app.frames.training = await app.engine.ask(name, request);
      app.models = await app.engine.ask("models");
      app.refresh();
      return true;
    } catch (error) { app.tell(error.message); return false; }
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
      moment: isHere && moment >= 0 ? { ask: "moment", request: { to: moment }, stamp: begun } : null,
      difference: isHere && kept >= 0 && !training.running ? { ask: "difference", request: { one: kept, other }, stamp: begun } : null,
    };
  }

  function show(now, given) {
    const isNew = !form.children.length || CHOICES.some((name) => now[name] !== state[name]);
    [state, frames] = [now, given];
    if (isNew) fill(form, rows(CHOICES, state, change, app.tell));
    const training = frames.training;
    start.textContent = training?.running ? words.pause : words.start;
    drawLive();
    if (!training) return fill(report, "Press Start: the weights begin at random and learn while you watch.");
    drawFigures(training);
    drawCharts(training);
    drawWeights(now.moment >= 0 && frames.moment ? frames.moment.weights : training.weights, training.sizes[0]);
    times.show(now, frames);
    if (frames.moment && !app.models.moment) app.engine.ask("models").then((models) => { app.models = models; app.refresh(); });
  }

  function drawFigures({ epoch, epochs, step, loss, accuracy, validation, examples_per_second: speed, diverged, recipe }) {
    const rows = [[term("epoch"), `${epoch} of ${epochs}`], [term("step"), step.toLocaleString("en")], [term("loss"), loss === null ? "–" : number(loss, 4)],
      [term("accuracy"), accuracy === null ? "–" : percent(accuracy)], [term("validation"), validation ? percent(validation.accuracy, 2) : "after an epoch"],
      ["examples a second", speed ? Math.round(speed).toLocaleString("en") : "–"]];
    fill(figures, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    fill(report, diverged ? `In step ${diverged.step + 1} the loss was no longer a number: the learning rate is too high for this network. Lower it and reset.` : recipe !== "page" ? `${words.live}: ${recipe}` : epoch >= epochs ? "Done. Draw, Network and Mistakes can now show this network." : "");
    if (diverged) report.classList.add("bad"); else report.classList.remove("bad");
  }

  function drawCharts({ curve = [], history }) {
    const points = curve.length ? curve : history.map(({ epoch, loss, accuracy }) => ({ at: epoch, loss, accuracy }));
    const x = points.map(({ at }) => at), byEpoch = new Map(history.map((one) => [one.epoch, one.validation?.accuracy ?? one.validation_accuracy ?? null]));
    const held = points.map(({ at }) => byEpoch.get(at) ?? null), rough = points.map(({ accuracy }) => accuracy);
    charts ??= [
      chart(lossChart, { title: "loss on the minibatches", height: HEIGHT, label: "epoch", series: [{ label: "loss", ...LOOKS.line }] }),
      chart(accuracyChart, { title: "accuracy", height: HEIGHT, label: "epoch", series: [{ label: "minibatches", ...LOOKS.line }, { label: "held back", ...LOOKS.marked }] }),
    ];
    charts[0].set([x, points.map(({ loss }) => loss)]);
    charts[1].set([x, rough, held]);
    lossChart.setAttribute("aria-label", `Loss: ${points.length ? `${number(points[0].loss)} at first, ${number(points.at(-1).loss)} now` : "nothing yet"}`);
    accuracyChart.setAttribute("aria-label", `Accuracy: ${points.length ? `${percent(points.at(-1).accuracy)} on the latest minibatches` : "nothing yet"}`);
  }

  function drawWeights(weights, nIn) {
    const side = Math.sqrt(nIn), shape = Number.isInteger(side) ? [side, side] : [1, nIn];
    if (canvases.length !== weights.length) {
      canvases.splice(0, canvases.length, ...weights.map((_, j) => picture(`the weights of unit ${j}`, 56)));
      fill(pictures, canvases);
    }
    weights.forEach((numbers, j) => paintSigned(canvases[j], numbers, shape, largestSize(numbers)));
  }

  function drawLive() {
    const frame = frames.live;
    live.hidden = !frame;
    if (!frame) return;
    fill(live, h("div", { class: "card" }, h("h3", {}, `${words.live}: ${frame.recipe}, ${frame.sizes.join("-")}`),
      h("p", { class: "readout" }, `Epoch ${frame.epoch} of ${frame.epochs}`, frame.loss === null ? "" : `, loss ${number(frame.loss, 4)}`, frame.accuracy === null ? "" : `, accuracy ${percent(frame.accuracy, 2)}`, `, ${Math.round(frame.examples_per_second).toLocaleString("en")} examples a second`),
      h("div", { class: "thumbnails weights" }, frame.weights.map((numbers, j) => {
        const canvas = picture(`the weights of unit ${j}`, 56), side = Math.sqrt(numbers.length);
        paintSigned(canvas, numbers, Number.isInteger(side) ? [side, side] : [1, numbers.length]);
        return canvas;
      }))));
  }

  return { element, wants, show, leave: () => charts?.forEach(({ end }) => end()) };
}
