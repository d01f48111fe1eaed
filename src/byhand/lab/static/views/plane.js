// View 4: points in the plane, the boundary between their classes as it moves, and what every hidden unit says where.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { field, fill, h, number, percent, select, term } from "../dom.js";
import { largestSize, legend, paintClasses, paintSigned, picture, CLASSES } from "../pictures.js";
import { planeSettings } from "../settings.js";
import { SETTINGS } from "../state.js";
import { TEXT } from "../strings.js";

const words = TEXT.plane, SIDE = 420, HEIGHT = 150;
const CHOICES = ["set", "noise", "arms", "spread0", "spread1", "planeHidden", "planeActivation", "planeOptimizer", "planeRate", "planeBatch", "planeInit", "planeSeed", "compare", "points"];

export function planeView(app, first) {
  const [form, boards, figures, report, network, editor] = ["form", "div", "dl", "p", "div", "div"].map((tag) => h(tag));
  form.className = "settings";
  boards.className = "columns";
  figures.className = "figures";
  report.className = "readout";
  report.setAttribute("aria-live", "polite");
  const lossChart = h("div", { class: "chart low", role: "img", "aria-label": "loss" });
  const button = (text, onclick, kind) => h("button", { type: "button", class: kind, onclick }, text);
  const start = button(words.start, () => act(app.frames.plane?.running ? "planePause" : "planeStart"), "main");
  const element = h("section", { class: "plane" }, h("h2", {}, words.heading), h("p", { class: "lead" }, words.lead),
    h("div", { class: "columns" },
      h("div", { class: "card" }, form),
      h("div", { class: "card wide" },
        h("div", { class: "buttons" }, start, button(words.one, () => act("planeStep", { epochs: 1 })), button(words.many, () => act("planeStep", { epochs: 100 })), button(words.reset, begin)),
        figures, report, boards, lossChart)),
    h("div", { class: "card" }, h("h3", {}, words.units), legend({ plus: "high", zero: "zero", minus: "below zero" }), network),
    h("div", { class: "card" }, h("details", {}, h("summary", {}, words.byHand), editor)));
  let state = first, frames = {}, chart = null, begun = null, pointClass = 0;
  const canvases = new Map();

  async function begin() { begun = CHOICES.map((name) => state[name]); await act("planeBegin", { settings: planeSettings(state) }); }
  async function act(name, request = {}) {
    try {
      app.frames.plane = await app.engine.ask(name, request);
      app.tell();
    } catch (error) { app.tell(error.message); }
    app.refresh();
  }

  /** A press on the board puts a point of the chosen class there; the set is then the user's own. */
  function place(event, canvas) {
    const { box, points, classes } = frames.plane, area = canvas.getBoundingClientRect();
    const x = box[0] + (event.clientX - area.left) / area.width * (box[1] - box[0]), y = box[3] - (event.clientY - area.top) / area.height * (box[3] - box[2]);
    const own = state.points ?? Array.from(classes, (k, i) => [points[2 * i], points[2 * i + 1], k]).slice(0, state.set === "own" ? undefined : 0);
    app.set({ set: "own", points: [...own, [x, y, pointClass].map((value, i) => i < 2 ? Number(value.toFixed(3)) : value)] });
  }

  function drawForm() {
    const from = (name, names = SETTINGS[name].names, labels = words.names) => select(names, state[name], (text) => app.set({ [name]: SETTINGS[name].read(text) }), labels);
    const text = (name, type = "text") => h("input", { type, value: SETTINGS[name].write(state[name]), onchange: (event) => {
      const value = SETTINGS[name].read(event.target.value.trim());
      event.target.setAttribute("aria-invalid", String(value === null));
      return value === null ? app.tell(`"${event.target.value}" cannot be here`) : app.set({ [name]: value });
    } });
    const slider = (name, label) => field(`${label}: ${state[name]}`, h("input", { type: "range", min: SETTINGS[name].least, max: SETTINGS[name].most, step: 0.05, value: state[name], "aria-label": label, onchange: (event) => app.set({ [name]: Number(event.target.value) }) }));
    fill(form,
      field("Points", select(SETTINGS.set.names, state.set, (set) => app.set({ set, points: null }), words.names)),
      state.set === "gaussians" ? [slider("spread0", "Spread of class 0"), slider("spread1", "Spread of class 1")] : state.set === "own" ? null : slider("noise", "Noise"),
      state.set === "spiral" ? field("Arms", from("arms", [2, 3, 4, 5, 6])) : null,
      field("Hidden layers", text("planeHidden")), field(term("activation", "Activation"), from("planeActivation")), field(term("optimizer", "Optimizer"), from("planeOptimizer")),
      field(term("learning rate", "Learning rate"), text("planeRate")), field(term("minibatch", "Minibatch"), text("planeBatch", "number")),
      field(term("initialisation", "Weights begin"), from("planeInit")), field(term("seed", "Seed"), text("planeSeed", "number")),
      field("Beside one without hidden layer", h("input", { type: "checkbox", checked: state.compare, onchange: (event) => app.set({ compare: event.target.checked }) })),
      field("A press on the board puts", select([0, 1, 2, 3, 4, 5], pointClass, (k) => { pointClass = Number(k); }, Object.fromEntries([0, 1, 2, 3, 4, 5].map((k) => [k, `a point of class ${k}`])))));
  }

  function wants(now) {
    state = now;
    const stale = !begun || CHOICES.some((name, i) => begun[i] !== now[name]);
    if (stale) { begun = CHOICES.map((name) => now[name]); queueMicrotask(begin); }
    return {};
  }

  function show(now, given) {
    const isNew = !form.children.length || CHOICES.some((name) => now[name] !== form.shown?.[name]);
    [state, frames] = [now, given];
    if (isNew) { form.shown = now; drawForm(); }
    const { plane } = frames;
    start.textContent = plane?.running ? words.pause : words.start;
    if (!plane) return;
    drawFigures(plane);
    drawBoards(plane);
    drawUnits(plane.networks[0], plane.unit_side);
    drawLoss(plane.networks);
    if (!plane.running && editor.closest("details").open) drawEditor(plane.networks[0]);
  }

  function drawFigures({ epoch, networks, bayes, diverged }) {
    const rows = [[term("epoch"), epoch.toLocaleString("en")], ...networks.flatMap(({ loss, accuracy }, i) => [
      [i ? "loss, no hidden layer" : term("loss"), loss === null ? "–" : number(loss, 4)], [i ? "right, no hidden layer" : "right", percent(accuracy)]])];
    if (bayes) rows.push(["least error possible", percent(bayes.error, 2)]);
    fill(figures, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    fill(report, diverged ? `In epoch ${diverged.epoch} the loss was no longer a number: the steps are too long. Lower the learning rate and begin again.` : bayes ? "The white line is where the better of the two classes changes: no network can do better than that." : "");
    report.classList.toggle("bad", Boolean(diverged));
  }

  function board(i) {
    if (!canvases.has(i)) {
      const canvas = h("canvas", { width: SIDE, height: SIDE, class: "board", role: "img" });
      canvas.addEventListener("click", (event) => place(event, canvas));
      canvases.set(i, canvas);
    }
    return canvases.get(i);
  }

  function drawBoards({ networks, side, points, classes, box, bayes }) {
    const shown = networks.map((one, i) => {
      const canvas = board(i), sizes = one.layers.map(({ n_out }) => n_out).join("-");
      paintClasses(canvas, one.map, side, one.n_classes, bayes?.classes);
      paintPoints(canvas, points, classes, box);
      canvas.setAttribute("aria-label", `What the network 2-${sizes} says everywhere; ${percent(one.accuracy)} of the points are right`);
      return h("figure", {}, canvas, h("figcaption", {}, `2-${sizes}${i ? ": only straight lines" : ""}`));
    });
    if (boards.children.length !== shown.length || shown.some((figure, i) => boards.children[i].innerText !== figure.innerText)) fill(boards, shown);
    else shown.forEach((figure, i) => boards.children[i].replaceChildren(...figure.childNodes));
  }

  /** Classes by shape as well as colour. */
  function paintPoints(canvas, points, classes, [left, right, low, high]) {
    const context = canvas.getContext("2d");
    classes.forEach((k, i) => {
      const x = (points[2 * i] - left) / (right - left) * SIDE, y = (high - points[2 * i + 1]) / (high - low) * SIDE, r = 5, sides = [0, 3, 4, 5, 6, 8][k % 6];
      context.beginPath();
      if (!sides) context.arc(x, y, r, 0, 7);
      else for (let s = 0; s < sides; s++) context[s ? "lineTo" : "moveTo"](x + 1.25 * r * Math.sin(2 * Math.PI * s / sides), y - 1.25 * r * Math.cos(2 * Math.PI * s / sides));
      context.closePath();
      Object.assign(context, { fillStyle: `rgb(${CLASSES[k % 6].join(" ")})`, strokeStyle: "#fff", lineWidth: 1.5 });
      context.fill();
      context.stroke();
    });
  }

  /** One canvas a unit, kept from frame to frame. */
  function unitCanvas(key, name) {
    if (!canvases.has(key)) canvases.set(key, picture(name, 84));
    canvases.get(key).setAttribute("aria-label", name);
    return canvases.get(key);
  }

  function drawUnits({ layers, units }, side) {
    const columns = units.map((maps, l) => h("div", { class: "layer" }, h("p", { class: "hint" }, `layer ${l + 1}, ${layers[l].activation}`),
      h("div", { class: "thumbnails" }, maps.map((map, j) => {
        const name = `layer ${l + 1}, unit ${j}: up to ±${number(largestSize(map), 2)}`, canvas = unitCanvas(`${l} ${j}`, name);
        paintSigned(canvas, map, [side, side]);
        const { W, b, n_in, n_out } = layers[l], from = Array.from({ length: Math.min(n_in, 2) }, (_, k) => W[k * n_out + j]);
        return h("figure", {}, canvas, l === 0 ? h("figcaption", {}, number(from[0], 2), " x ", from[1] < 0 ? "− " : "+ ", number(Math.abs(from[1]), 2), " y ", b[j] < 0 ? "− " : "+ ", number(Math.abs(b[j]), 2)) : h("figcaption", {}, `unit ${j}`));
      }))));
    fill(network, columns.length ? columns : h("p", { class: "hint" }, "There is no hidden layer: the boundary can only be straight."));
  }

  function drawLoss(networks) {
    const x = networks[0].history.map(({ epoch }) => epoch), ink = getComputedStyle(document.body).color;
    if (!chart || chart.series.length !== networks.length + 1) {
      chart?.destroy();
      const looks = [{ stroke: "#3f7fd0", width: 1.5 }, { stroke: "#d07a00", width: 1.5, dash: [6, 4] }];
      chart = new uPlot({ title: "loss", width: lossChart.clientWidth || 300, height: HEIGHT, scales: { x: { time: false } }, legend: { show: false }, cursor: { show: false },
        axes: [{ stroke: ink, size: 30 }, { stroke: ink, size: 48 }], series: [{}, ...networks.map((_, i) => ({ label: `network ${i}`, ...looks[i] }))] }, [[], ...networks.map(() => [])], lossChart);
    }
    chart.setData([x, ...networks.map(({ history }) => history.map(({ loss }) => loss))]);
  }

  /** Every weight and bias, output biases too, to be changed by hand. */
  function drawEditor({ layers }) {
    const input = (layer, name, at) => h("input", { type: "number", step: 0.1, value: layers[layer][name][at].toFixed(3), "aria-label": `${name === "b" ? "bias" : "weight"} ${at} of layer ${layer + 1}`,
      onchange: (event) => Number.isFinite(event.target.valueAsNumber) && act("planeEdit", { layer, name, at, value: event.target.valueAsNumber }) });
    fill(editor, layers.map(({ n_in, n_out }, l) => n_in * n_out > 400 ? h("p", { class: "hint" }, `Layer ${l + 1} has ${n_in * n_out} weights: too many to edit here.`) : h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `weights of layer ${l + 1}` },
      h("table", { class: "weights" }, h("caption", {}, `layer ${l + 1}: a row an input, the last row the biases`),
        h("tbody", {}, Array.from({ length: n_in }, (_, k) => h("tr", {}, Array.from({ length: n_out }, (_, j) => h("td", {}, input(l, "W", k * n_out + j))))),
          h("tr", { class: "total" }, Array.from({ length: n_out }, (_, j) => h("td", {}, input(l, "b", j)))))))));
  }
  editor.closest("details").addEventListener("toggle", () => frames.plane && drawEditor(frames.plane.networks[0]));

  return { element, wants, show, leave: () => app.frames.plane?.running && act("planePause") };
}
