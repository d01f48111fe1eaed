// View 4: points in the plane, the boundary between their classes as it moves, and what every hidden unit says where;
// or points of a curve, the curve a network draws through them, and what every hidden unit adds to it.

import { mark, paintBoard, pressed } from "../../ui/plane-canvas.js";
import { LOOKS, chart } from "../../ui/charts.js";
import { field, h, replaceChildren, select, term } from "../../ui/dom.js";
import { layerRows, rows } from "../../ui/forms.js";
import { number, percent } from "../../shared/numbers.js";
import { largestSize, legend, paintSigned, picture } from "../../ui/palette.js";
import { planeSettings } from "../../shared/training-settings.js";
import { CURVES, MOST_CLASSES, MOST_POINTS } from "../../shared/settings.js";
import { TEXT } from "../../ui/strings.js";
import { firstUnits } from "../../ui/weight-thumbnails.js";

const words = TEXT.plane;
const HEIGHT = 150;
const CURVE_HEIGHT = 340;
const PARTS_HEIGHT = 260;
const CHOICES = [
  "set",
  "noise",
  "arms",
  "spread0",
  "spread1",
  "planeLayers",
  "planeOptimizer",
  "planeRate",
  "planeBatch",
  "planeInit",
  "planeSeed",
  "compare",
  "points",
];
const KEPT = [...CHOICES, "classNames", "columns"];
const MOST_UNDO = 20; // as the worker has it
const PRESETS = [
  [
    [4, "relu"],
    [4, "relu"],
  ],
  [
    [16, "relu"],
    [8, "relu"],
  ],
];
const AT_XOR = {
  set: "xor",
  noise: 0,
  points: null,
  compare: true,
  planeLayers: [[8, "tanh"]],
  planeOptimizer: "sgd",
  planeRate: 0.1,
  planeBatch: 8,
  planeInit: "he",
};

/** A layer's name, its activation, and which units have maps, where it is not all of them. */
function layerTitle({ activation, n_out }, l, nShown) {
  return [`layer ${l + 1}`, TEXT.choices[activation] ?? activation, firstUnits(nShown, n_out)]
    .filter(Boolean)
    .join(", ");
}

export function planeView(app, first) {
  const [form, presets, own, boards, figures, report, told, network, editor, parts] = [
    "form",
    "div",
    "div",
    "div",
    "dl",
    "p",
    "p",
    "div",
    "div",
    "div",
  ].map((tag) => h(tag));
  form.className = "settings";
  presets.className = "buttons";
  boards.className = "columns";
  figures.className = "figures";
  report.className = "readout";
  report.setAttribute("aria-live", "polite");
  told.className = "hint";
  const partsNote = h("p", { class: "hint" });
  parts.className = "card wide";
  const lossChart = h("div", { class: "chart low" });
  const curveChart = h("div", { class: "chart pressed" });
  const partsChart = h("div", { class: "chart" });
  const button = (text, onclick, kind) => h("button", { type: "button", class: kind, onclick }, text);
  const start = button(words.start, () => act(app.frames.plane?.running ? "planePause" : "planeStart"), "main");
  const unitsCard = h(
    "div",
    { class: "card wide" },
    h("h3", {}, words.units),
    legend({ plus: "high", zero: "zero", minus: "below zero" }),
    network,
  );
  const element = h(
    "section",
    { class: "plane" },
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    h(
      "div",
      { class: "columns" },
      h("div", { class: "card" }, form, h("h3", { class: "apart" }, words.presets), presets),
      h(
        "div",
        { class: "card wide" },
        h(
          "div",
          { class: "buttons" },
          start,
          button(words.one, () => act("planeStep", { epochs: 1 })),
          button(words.many, () => act("planeStep", { epochs: 100 })),
          button(words.reset, begin),
        ),
        figures,
        report,
        boards,
        curveChart,
        told,
        lossChart,
      ),
      h("div", { class: "card" }, h("h3", {}, words.own), own),
      unitsCard,
      parts,
    ),
    h("div", { class: "card" }, h("details", {}, h("summary", {}, words.byHand), editor)),
  );
  replaceChildren(parts, h("h3", {}, words.parts), partsChart, h("p", { class: "hint" }, words.partsHelp), partsNote);
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};
  let pointClass = 0;
  let shown = null;
  // outlives this view: settings it began from, and those that can be brought back
  app.plane ??= { begun: null, undo: [] };
  const canvases = new Map();
  const charts = {};

  const isCurve = () => CURVES.includes(state.set);
  const chosenOf = (now) => CHOICES.map((name) => now[name]);
  async function begin() {
    app.plane.begun = chosenOf(state);
    await act("planeBegin", { settings: planeSettings(state) });
  }
  async function act(name, request = {}) {
    try {
      app.frames.plane = await app.client.request(name, request);
      app.showError();
    } catch (error) {
      app.showError(error.message);
    }
    app.refresh();
  }

  /** Set, begin with that, and train: the engine answers in the order it is asked. */
  async function beginWith(changes) {
    app.set(changes);
    await begin();
    await act("planeStart");
  }

  /** Begin with other points; the points that were there, and what was learned from them, can be brought back. */
  async function replacePoints(changes) {
    app.plane.undo = [...app.plane.undo, Object.fromEntries(KEPT.map((name) => [name, state[name]]))].slice(-MOST_UNDO);
    app.plane.begun = chosenOf({ ...state, ...changes });
    app.set(changes);
    await act("planeBegin", { settings: planeSettings(state), keep: true });
  }

  async function undo() {
    const before = app.plane.undo.pop();
    app.plane.begun = chosenOf(before);
    app.set(before);
    await act("planeUndo");
  }

  /** Points become the user's own with the first that is put there; those that are shown stay. */
  function place(at) {
    const { points, classes } = frames.plane;
    const set = isCurve() ? "curve" : "own";
    const k = isCurve() ? 0 : pointClass;
    const short = (value) => Number(value.toFixed(3));
    const before = state.points ?? Array.from(classes, (c, i) => [short(points[2 * i]), short(points[2 * i + 1]), c]);
    if (before.length >= MOST_POINTS) return app.showError(`there is room for ${MOST_POINTS} points`);
    return replacePoints({
      set,
      points: [...before, [...at.map(short), k]],
      ...(state.set === set ? {} : { classNames: [], columns: [] }),
    });
  }

  // Forms

  function drawForms() {
    const choose = (changes) =>
      "set" in changes ? replacePoints({ ...changes, points: null, classNames: [], columns: [] }) : app.set(changes);
    const row = (...names) => rows(names, state, choose, app.showError);
    const isOwn = ["own", "curve"].includes(state.set);
    replaceChildren(
      form,
      row("set"),
      state.set === "gaussians" ? row("spread0", "spread1") : isOwn ? null : row("noise"),
      state.set === "spiral" ? row("arms") : null,
      layerRows(state.planeLayers, (planeLayers) => app.set({ planeLayers }), app.showError),
      row("planeOptimizer", "planeRate", "planeBatch", "planeInit", "planeSeed"),
      isCurve() ? null : row("compare"),
    );
    const ends = ([layers]) =>
      [isCurve() ? 1 : 2, ...layers.map(([units]) => units), frames.plane?.networks[0].layers.at(-1).n_out ?? 2].join(
        "-",
      );
    replaceChildren(
      presets,
      PRESETS.map((layers) => button(ends([layers]), () => app.set({ planeLayers: layers }))),
      button(words.line, () => beginWith(AT_XOR)),
    );
    drawOwn();
  }

  function drawOwn() {
    const names = Object.fromEntries(
      Array.from({ length: MOST_CLASSES }, (_, k) => [k, `${words.ofClass} ${state.classNames[k] ?? k}`]),
    );
    const [x, y] = ["x", isCurve() ? "t" : "y"].map((name) =>
      h("input", { type: "number", step: 0.1, value: 0, "aria-label": name }),
    );
    const file = h("input", {
      type: "file",
      accept: ".csv,text/csv,.txt",
      class: "away",
      id: "table",
      onchange: (event) => app.openFiles([...event.target.files]),
    });
    replaceChildren(
      own,
      isCurve()
        ? null
        : field(
            words.press,
            select(
              Object.keys(names),
              pointClass,
              (k) => {
                pointClass = Number(k);
              },
              names,
            ),
          ),
      h(
        "div",
        { class: "buttons" },
        h("label", { class: "inline" }, "x", x),
        h("label", { class: "inline" }, isCurve() ? "t" : "y", y),
        button(
          words.place,
          () => Number.isFinite(x.valueAsNumber + y.valueAsNumber) && place([x.valueAsNumber, y.valueAsNumber]),
        ),
        app.plane.undo.length ? button(words.undo, undo) : null,
      ),
      h("div", { class: "buttons" }, file, h("label", { for: "table", class: "button" }, words.file)),
      h("p", { class: "hint" }, words.fileHelp),
    );
  }

  // What is shown

  function wants(now) {
    state = now;
    const { begun } = app.plane;
    const stale = !begun || chosenOf(now).some((value, i) => String(value) !== String(begun[i]));
    if (stale) {
      app.plane.begun = chosenOf(now);
      queueMicrotask(begin);
    }
    return {};
  }

  function show(now, given) {
    [state, frames] = [now, given];
    const { plane } = frames;
    const key = [...CHOICES, "classNames"]
      .map((name) => now[name])
      .concat(plane?.networks[0].layers.at(-1).n_out, app.plane.undo.length);
    if (!shown || key.some((value, i) => value !== shown[i])) {
      shown = key;
      drawForms();
    }
    start.textContent = plane?.running ? words.pause : words.start;
    if (!plane) return;
    const curve = plane.task === "curve";
    for (const [part, is] of [
      [boards, !curve],
      [unitsCard, !curve],
      [curveChart, curve],
      [parts, curve],
    ])
      part.hidden = !is;
    drawFigures(plane);
    drawTold(plane);
    if (curve) drawCurve(plane);
    else {
      drawBoards(plane);
      drawUnits(plane.networks[0], plane.unit_side);
    }
    drawLoss(plane);
    if (!plane.running && editor.closest("details").open) drawEditor(plane.networks[0]);
  }

  function drawFigures({ task, epoch, networks, bayes, straight, diverged }) {
    const suffix = (i) => (i ? ", no hidden layer" : "");
    const figure = (value, text) => (value === null || value === undefined ? "–" : text(value));
    const list = [
      [term("epoch"), epoch.toLocaleString("en")],
      ...networks.flatMap(({ loss, accuracy, error }, i) => [
        [
          i ? `loss${suffix(i)}` : term(task === "curve" ? "squared error" : "loss"),
          figure(loss, (value) => number(value, 4)),
        ],
        task === "curve" ? null : [`accuracy${suffix(i)}`, percent(accuracy)],
        bayes ? [i ? `true error${suffix(i)}` : term("true error"), figure(error, (value) => percent(value, 2))] : null,
      ]),
    ];
    if (bayes)
      list.push(["best straight line", percent(straight.error, 2)], [term("Bayes error"), percent(bayes.error, 2)]);
    if (task === "curve") list.push(["best straight line", number(straight.loss, 4)]);
    replaceChildren(
      figures,
      list.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
    const tenth = Number((state.planeRate / 10).toPrecision(6));
    replaceChildren(
      report,
      diverged
        ? [
            `In epoch ${diverged.epoch} the loss was no longer a number: training diverged. Lower the learning rate and begin again. `,
            button(words.tenth, () => beginWith({ planeRate: tenth }), "small"),
          ]
        : bayes
          ? words.bayes
          : "",
    );
    report.classList.toggle("bad", Boolean(diverged));
  }

  /** Names of the classes, and how a table's columns became places on the board. */
  function drawTold({ task }) {
    const scaled = state.columns.map(([name, mean, deviation], i) =>
      `${i && task === "curve" ? "t" : "xy"[i]} = (${name} − ${number(mean, 3)}) / ${number(deviation, 3)}`.replace(
        "− −",
        "+ ",
      ),
    );
    const marks = state.classNames.map((name, k) => {
      const canvas = h("canvas", { width: 16, height: 16, class: "mark", "aria-hidden": "true" });
      mark(canvas, k);
      return h("span", { class: "named" }, canvas, ` ${name} `);
    });
    replaceChildren(
      told,
      h("div", {}, marks),
      scaled.length ? `Each column less its mean, divided by its deviation: ${scaled.join("; ")}.` : "",
    );
  }

  function drawBoards(plane) {
    const figuresOf = plane.networks.map((one, i) => {
      const canvas = board(i);
      const sizes = one.layers.map(({ n_out }) => n_out).join("-");
      paintBoard(canvas, one, plane);
      canvas.setAttribute(
        "aria-label",
        `What the network 2-${sizes} predicts everywhere; accuracy ${percent(one.accuracy)}`,
      );
      return h("figure", {}, canvas, h("figcaption", {}, `2-${sizes}${i ? ": only straight lines" : ""}`));
    });
    if (
      boards.children.length !== figuresOf.length ||
      figuresOf.some((figure, i) => boards.children[i].innerText !== figure.innerText)
    )
      replaceChildren(boards, figuresOf);
    else figuresOf.forEach((figure, i) => boards.children[i].replaceChildren(...figure.childNodes));
  }

  function board(i) {
    if (!canvases.has(i)) {
      const canvas = h("canvas", { class: "board", role: "img" });
      canvas.addEventListener("click", (event) => place(pressed(event, canvas, frames.plane.box)));
      canvases.set(i, canvas);
    }
    return canvases.get(i);
  }

  /** One canvas a unit, kept from frame to frame. */
  function unitCanvas(key, name) {
    if (!canvases.has(key)) canvases.set(key, picture(name, 84));
    canvases.get(key).setAttribute("aria-label", name);
    return canvases.get(key);
  }

  function drawUnits({ layers, units }, side) {
    const columns = units.map((maps, l) =>
      h(
        "div",
        { class: "layer" },
        h("p", { class: "hint" }, layerTitle(layers[l], l, maps.length)),
        h(
          "div",
          { class: "thumbnails" },
          maps.map((map, j) => {
            const name = `layer ${l + 1}, unit ${j}: up to ±${number(largestSize(map), 2)}`;
            const canvas = unitCanvas(`${l} ${j}`, name);
            paintSigned(canvas, map, [side, side]);
            const { W, b, n_out } = layers[l];
            const signed = (value) => `${value < 0 ? "−" : "+"} ${number(Math.abs(value), 2)}`;
            return h(
              "figure",
              {},
              canvas,
              h(
                "figcaption",
                {},
                l === 0 ? `${number(W[j], 2)} x ${signed(W[n_out + j])} y ${signed(b[j])}` : `unit ${j}`,
              ),
            );
          }),
        ),
      ),
    );
    replaceChildren(network, columns.length ? columns : h("p", { class: "hint" }, words.none));
  }

  // Charts: each is made anew when its lines are others

  function charted(name, host, series, options) {
    if (charts[name]?.key !== String(series.map(({ label }) => label))) {
      charts[name]?.end();
      charts[name] = { key: String(series.map(({ label }) => label)), ...chart(host, { ...options, series }) };
    }
    return charts[name];
  }

  function drawLoss({ networks, task }) {
    const lines = [
      { label: "with hidden layers", ...LOOKS.line },
      { label: "without", ...LOOKS.dashed },
    ].slice(0, networks.length);
    charted("loss", lossChart, lines, {
      title: task === "curve" ? "squared error" : "loss",
      height: HEIGHT,
      label: "epoch",
    }).set([
      networks[0].history.map(({ epoch }) => epoch),
      ...networks.map(({ history }) => history.map(({ loss }) => loss)),
    ]);
    lossChart.setAttribute(
      "aria-label",
      `loss: ${networks[0].loss === null ? "nothing yet" : number(networks[0].loss, 4)}`,
    );
  }

  function drawCurve({ x, points, networks: [one], straight, box }) {
    const sizes = ["1", ...one.layers.map(({ n_out }) => n_out)].join("-");
    const at = Array.from({ length: points.length / 2 }, (_, i) => i);
    const all = [
      ...Array.from(x, (value, i) => [value, one.said[i], straight.said[i], null]),
      ...at.map((i) => [points[2 * i], null, null, points[2 * i + 1]]),
    ].sort(([a], [b]) => a - b);
    const lines = [
      { label: `network ${sizes}`, ...LOOKS.line, width: 2.5, spanGaps: true },
      { label: "best straight line", ...LOOKS.dashed, spanGaps: true },
      { label: "points", ...LOOKS.dots },
    ];
    curveChart.box = box; // its scale asks for it
    const { plot, set } = charted("curve", curveChart, lines, {
      title: "prediction",
      height: CURVE_HEIGHT,
      label: "x",
      x: { range: () => curveChart.box.slice(0, 2) },
    });
    set([0, 1, 2, 3].map((column) => all.map((one) => one[column])));
    plot.over.onclick = (event) => {
      const area = plot.over.getBoundingClientRect();
      place([plot.posToVal(event.clientX - area.left, "x"), plot.posToVal(event.clientY - area.top, "y")]);
    };
    curveChart.setAttribute(
      "aria-label",
      `The curve of the network ${sizes} through ${at.length} points; the best straight line beside it`,
    );
    drawParts(one, x);
  }

  function drawParts({ layers, parts: lines, said, bias }, x) {
    const looks = lines.map((_, j) => ({
      label: `unit ${j}`,
      stroke: ["#3f7fd0", "#d07a00", "#00896a", "#a04a94"][j % 4],
      width: 1.2,
      dash: j % 8 > 3 ? [5, 4] : undefined,
    }));
    const ink = getComputedStyle(document.body).color;
    const whole = { label: "sum with the bias", stroke: ink, width: 3 };
    charted("parts", partsChart, [...looks, whole], {
      title: `bias of the output: ${number(bias, 3)}`,
      height: PARTS_HEIGHT,
      label: "x",
      legend: lines.length <= 12,
    }).set([Array.from(x), ...lines.map((line) => Array.from(line)), Array.from(said)]);
    partsChart.querySelector(".u-title").textContent = lines.length
      ? `bias of the output: ${number(bias, 3)}`
      : words.noneOfCurve;
    const first = firstUnits(lines.length, layers[layers.length - 1].n_in);
    replaceChildren(partsNote, lines.length && first ? `Drawn: ${first}.` : "");
    partsChart.setAttribute(
      "aria-label",
      `What each of ${lines.length} hidden units adds to the output along x, and their sum`,
    );
  }

  /** Every weight and bias, output biases too, to be changed by hand. */
  function drawEditor({ layers }) {
    const input = (layer, name, at) =>
      h("input", {
        type: "number",
        step: 0.1,
        value: layers[layer][name][at].toFixed(3),
        "aria-label": `${name === "b" ? "bias" : "weight"} ${at} of layer ${layer + 1}`,
        onchange: (event) =>
          Number.isFinite(event.target.valueAsNumber) &&
          act("planeEdit", { layer, name, at, value: event.target.valueAsNumber }),
      });
    replaceChildren(
      editor,
      layers.map(({ n_in, n_out }, l) =>
        n_in * n_out > 400
          ? h("p", { class: "hint" }, `Layer ${l + 1} has ${n_in * n_out} weights: too many to edit here.`)
          : h(
              "div",
              { class: "scroll", tabindex: 0, role: "region", "aria-label": `weights of layer ${l + 1}` },
              h(
                "table",
                { class: "weights" },
                h("caption", {}, `layer ${l + 1}: a row an input, the last row the biases`),
                h(
                  "tbody",
                  {},
                  Array.from({ length: n_in }, (_, k) =>
                    h(
                      "tr",
                      {},
                      Array.from({ length: n_out }, (_, j) => h("td", {}, input(l, "W", k * n_out + j))),
                    ),
                  ),
                  h(
                    "tr",
                    { class: "total" },
                    Array.from({ length: n_out }, (_, j) => h("td", {}, input(l, "b", j))),
                  ),
                ),
              ),
            ),
      ),
    );
  }
  editor.closest("details").addEventListener("toggle", () => frames.plane && drawEditor(frames.plane.networks[0]));

  /** Another view is coming, or this one again in other colours. */
  function leave(isGone) {
    Object.values(charts).forEach(({ end }) => end());
    if (isGone && app.frames.plane?.running) act("planePause");
  }

  return { element, wants, show, leave };
}
