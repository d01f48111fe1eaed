// View 3: train a network in the page, or watch one that trains on the desk.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { field, fill, h, number, percent, select, term } from "../dom.js";
import { largestSize, legend, paintSigned, picture } from "../pictures.js";
import { trainSettings } from "../settings.js";
import { SETTINGS } from "../state.js";
import { TEXT } from "../strings.js";

const words = TEXT.train;
const HEIGHT = 190; // of a chart
const NAMES = {
  digits: "1,797 small digits (8 × 8), bundled", mnist: "MNIST, 70,000 digits (28 × 28)", softmax_cross_entropy: "softmax cross-entropy",
  squared_error: "squared error", binary_cross_entropy: "binary cross-entropy", leaky_relu: "leaky ReLU", relu: "ReLU", sgd: "SGD", adam: "Adam", adamw: "AdamW",
  nesterov: "Nesterov", unit: "unit: 0 … 1", signed: "signed: −1 … 1", raw: "raw, as stored", he: "He", glorot: "Glorot", normal: "small normal", zeros: "all zero",
};
const CHOICES = ["data", "hidden", "activation", "loss", "optimizer", "learningRate", "batchSize", "epochs", "initializer", "preparation", "shuffle", "seed"];

export function trainView(app, first) {
  const [form, figures, pictures, timeline, live, report] = ["form", "dl", "div", "div", "div", "p"].map((tag) => h(tag));
  form.className = "settings";
  pictures.className = "thumbnails weights";
  live.className = "live";
  report.className = "readout";
  report.setAttribute("aria-live", "polite");
  figures.className = "figures";
  const [lossChart, accuracyChart] = [h("div", { class: "chart" }), h("div", { class: "chart" })];
  const button = (text, onclick, kind) => h("button", { type: "button", class: kind, onclick }, text);
  const start = button(words.start, toggle, "main");
  const element = h("section", {}, h("h2", {}, words.heading), h("p", { class: "lead" }, words.lead), live,
    h("div", { class: "columns" },
      h("div", { class: "card" }, form, h("p", { class: "hint" }, words.note)),
      h("div", { class: "card wide" },
        h("div", { class: "buttons" }, start, button(words.step, () => act("step", { steps: 1 })), button(words.epoch, () => act("step", { steps: 0 })), button(words.reset, reset)),
        figures, report, h("div", { class: "columns tight" }, lossChart, accuracyChart))),
    h("div", { class: "card" }, h("h3", {}, "What the first layer looks for"), legend({ plus: "ink speaks for", zero: "does not matter", minus: "ink speaks against" }), timeline, pictures));
  let state = first, frames = {}, charts = null, past = null;
  const canvases = [];

  /** Begin anew with the settings as they are. */
  async function begin() {
    if (!await app.open(state.data)) return false;
    past = null;
    return act("begin", { settings: trainSettings(state) });
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
  async function reset() { await begin(); }
  async function change(changes) {
    app.set(changes);
    if (app.models.trained) await begin(); // a change starts anew: what is shown is what the settings give
  }

  function drawForm() {
    const text = (name, type, parse) => h("input", { type, value: SETTINGS[name].write(state[name]), onchange: (event) => {
      const value = SETTINGS[name].read(event.target.value.trim());
      event.target.setAttribute("aria-invalid", String(value === null));
      if (value === null) return app.tell(`${name} cannot be "${event.target.value}"; ${parse}`);
      app.tell();
      change({ [name]: value });
    } });
    const from = (name) => select(SETTINGS[name].names, state[name], (value) => change({ [name]: value }), NAMES);
    fill(form,
      field("Data", from("data")), field("Hidden layers", text("hidden", "text", "write widths like 128 or 128-64, or nothing")),
      field(term("activation", "Activation"), from("activation")), field(term("loss", "Loss"), from("loss")), field(term("optimizer", "Optimizer"), from("optimizer")),
      field(term("learning rate", "Learning rate"), text("learningRate", "text", "it is a number above 0, such as 0.1")),
      field(term("minibatch", "Minibatch"), text("batchSize", "number", "it is a whole number from 1 to 4096")),
      field(term("epoch", "Epochs"), text("epochs", "number", "it is a whole number from 1 to 1000")),
      field(term("initialisation", "Weights begin"), from("initializer")), field(term("preparation", "Grey levels"), from("preparation")),
      field("Shuffle", h("input", { type: "checkbox", checked: state.shuffle, onchange: (event) => change({ shuffle: event.target.checked }) })),
      field(term("seed", "Seed"), text("seed", "number", "it is a whole number from 0")));
  }

  function wants() { return {}; }

  function show(now, given) {
    const isNew = !form.children.length || CHOICES.some((name) => now[name] !== state[name]);
    [state, frames] = [now, given];
    if (isNew) drawForm();
    const training = frames.training;
    start.textContent = training?.running ? words.pause : words.start;
    drawLive();
    if (!training) return fill(report, "Press Start: the weights begin at random and learn while you watch.");
    drawFigures(training);
    drawCharts(training);
    drawWeights(past?.weights ?? training.weights, training.sizes[0]);
    drawTimeline(training);
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
    charts ??= [chart(lossChart, "loss on the minibatches", ["loss"]), chart(accuracyChart, "accuracy", ["minibatches", "held back"])];
    charts[0].setData([x, points.map(({ loss }) => loss)]);
    charts[1].setData([x, rough, held]);
    lossChart.setAttribute("aria-label", `Loss: ${points.length ? `${number(points[0].loss)} at first, ${number(points.at(-1).loss)} now` : "nothing yet"}`);
    accuracyChart.setAttribute("aria-label", `Accuracy: ${points.length ? `${percent(points.at(-1).accuracy)} on the latest minibatches` : "nothing yet"}`);
  }

  function chart(host, title, names) {
    host.setAttribute("role", "img");
    const ink = getComputedStyle(document.body).color, grid = { stroke: "rgba(128,128,128,.25)", width: 1 };
    const looks = [{ stroke: "#3f7fd0", width: 1.5 }, { stroke: "#d07a00", width: 2, dash: [6, 4], points: { show: true, size: 6 }, spanGaps: true }];
    const plot = new uPlot({
      title, width: host.clientWidth || 300, height: HEIGHT, scales: { x: { time: false } },
      axes: [{ stroke: ink, grid, label: "epoch", labelSize: 16, size: 34 }, { stroke: ink, grid, size: 48 }],
      series: [{ label: "epoch" }, ...names.map((label, i) => ({ label, ...looks[i] }))], legend: { live: false, show: names.length > 1 }, cursor: { show: false },
    }, [[], ...names.map(() => [])], host);
    new ResizeObserver(() => host.clientWidth && plot.setSize({ width: host.clientWidth, height: HEIGHT })).observe(host);
    return plot;
  }

  function drawWeights(weights, nIn) {
    const side = Math.sqrt(nIn), shape = Number.isInteger(side) ? [side, side] : [1, nIn];
    if (canvases.length !== weights.length) {
      canvases.splice(0, canvases.length, ...weights.map((_, j) => picture(`the weights of unit ${j}`, 56)));
      fill(pictures, canvases);
    }
    weights.forEach((numbers, j) => paintSigned(canvases[j], numbers, shape, largestSize(numbers)));
  }

  const slider = h("input", { type: "range", min: 0, value: 0, "aria-label": words.timeline, oninput: async (event) => {
    const to = Number(event.target.value), newest = app.frames.training.snapshots.length;
    past = to >= newest ? null : await app.engine.ask("travel", { to }).catch(() => null);
    show(state, app.frames);
  } });
  function drawTimeline({ snapshots }) {
    if (!snapshots?.length) return fill(timeline);
    slider.max = snapshots.length;
    if (!past) slider.value = snapshots.length;
    const told = past ? `as they were after epoch ${past.epoch}, step ${past.step.toLocaleString("en")}` : "as they are now";
    if (!timeline.contains(slider)) fill(timeline, h("label", { class: "timeline" }, h("span", {}, words.timeline), slider, h("span", { class: "told" })));
    timeline.querySelector(".told").textContent = told;
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

  return { element, wants, show };
}
