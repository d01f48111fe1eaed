// View 2: one example through the network, phase by phase, forwards and backwards, with every number at hand.

import { focusSoon, h, replaceChildren, select, term } from "../../ui/dom.js";
import { number, percent, scoreText } from "../../shared/numbers.js";
import { largestSize, legend, lineColour, paintInk, paintSigned, picture, signed } from "../../ui/palette.js";
import { notesOf } from "../../ui/model-notes.js";
import { TEXT } from "../../ui/strings.js";
import { truthOf, truthWish } from "../../shared/true-label.js";
import { unreadable } from "../../ui/unsupported-model.js";

const words = TEXT.network;
const PHASE_MS = 1200; // an animated phase
const FEW = 24; // units: a layer up to this wide is drawn unit by unit with every line
const WIDTH = 900;
const HEIGHT = 460;
const TOP = 46;

/** What happens in order, of a network with so many layers. */
export function phasesOf(nLayers, loss) {
  const forward = Array.from({ length: nLayers }, (_, l) => [
    { name: "z", layer: l },
    { name: "a", layer: l },
  ]).flat();
  const backward = Array.from({ length: nLayers }, (_, i) => nLayers - 1 - i).flatMap((l) => [
    { name: "dz", layer: l },
    { name: "dW", layer: l },
    ...(l ? [{ name: "da", layer: l - 1 }] : []),
  ]);
  return [
    { name: "x", layer: -1 },
    ...forward,
    { name: "loss", layer: nLayers - 1, loss },
    { name: "da", layer: nLayers - 1 },
    ...backward,
  ];
}

const LOW = "₀₁₂₃₄₅₆₇₈₉";
/** W₁ for W of layer 1. */
const of = (symbol, layer) => `${symbol}${String(layer).replace(/\d/g, (digit) => LOW[digit])}`;

const isBack = (phase) => ["da", "dz", "dW"].includes(phase.name);

export function networkView(app, first) {
  const drawing = h("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "network",
    role: "group",
    "aria-label": "The network",
  });
  const [caption, notes, card, targetChoice] = ["div", "p", "div", "span"].map((tag) => h(tag));
  notes.className = "hint";
  caption.className = "caption";
  caption.setAttribute("aria-live", "polite");
  const button = (text, onclick) => h("button", { type: "button", onclick }, text);
  const pause = button(words.pause, () => stop());
  const forward = button(words.forward, () => play(0, (phase) => !isBack(phase)));
  const backward = button(words.backward, () => play(phases().findIndex(isBack), isBack));
  const step = button(words.step, () => {
    stop();
    go(Math.min(state.phase + 1, phases().length - 1));
  });
  const reset = button(words.reset, () => {
    stop();
    go(0);
  });
  const element = h(
    "section",
    { class: "network-view" },
    h("h2", {}, words.heading),
    h("div", { class: "buttons" }, forward, backward, pause, step, reset, targetChoice),
    caption,
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The drawing of the network" }, drawing),
    notes,
    h("div", { class: "columns" }, h("div", { class: "card wide" }, card)),
  );
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};
  let timer = null;

  /** The phases that can be shown: the loss and what follows need to know what the picture is. */
  function phases() {
    const all = frames.forwardBackward
      ? phasesOf(frames.forwardBackward.layers.length, frames.forwardBackward.lossName)
      : [];
    return isKnown()
      ? all
      : all.slice(
          0,
          all.findIndex(({ name }) => name === "loss"),
        );
  }
  const isKnown = () => (truthOf(app, state, frames) ?? null) !== null;
  const go = (phase) => app.set({ phase });

  function play(from, belongs) {
    if (from < 0 || !frames.forwardBackward) return;
    stop();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const end = phases().findLastIndex(belongs);
    if (still) return go(end); // no motion: the end at once; Step shows each phase
    go(from);
    timer = setInterval(() => {
      if (state.phase >= end) stop();
      else go(state.phase + 1);
    }, PHASE_MS);
    pause.disabled = false;
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    pause.disabled = true;
  }
  stop();

  function wants(now, { prediction, training }) {
    const { model, picture: stored, layer, unit } = now;
    const stamp = model === "trained" ? training?.step : undefined;
    const shape = app.models[model]?.imageShape;
    if (!stored || !shape || stored.length !== shape[0] * shape[1])
      return { forwardBackward: null, sum: null, unit: null, truth: null };
    const fits = app.data && app.data.imageShape[0] === shape[0];
    const truth = truthOf(app, now, app.frames);
    // unknown: the walk forwards is the same for any
    const label = truth === null && prediction?.request.stored === stored ? prediction.winner : truth;
    return {
      truth: truthWish(app, now),
      prediction: { name: "forward", request: { model, stored }, stamp },
      forwardBackward:
        label === null || label === undefined
          ? undefined
          : { name: "forwardBackward", request: { model, stored, label }, stamp },
      sum: { name: "sum", request: { model, stored, layer, unit }, stamp },
      unit: fits ? { name: "topActivations", request: { model, layer, unit }, stamp, after: 200 } : null,
    };
  }

  function show(now, given) {
    [state, frames] = [now, given];
    const { forwardBackward: passes } = frames;
    const model = app.models[state.model];
    const shape = model?.imageShape;
    const isThere = Boolean(passes && shape && state.picture?.length === shape[0] * shape[1]);
    for (const one of [forward, step, reset]) one.disabled = !isThere;
    backward.disabled = !isThere || !isKnown();
    if (!isThere) {
      [drawing, card, targetChoice, notes].forEach((part) => replaceChildren(part));
      return replaceChildren(
        caption,
        unreadable(app, state) ??
          (state.picture && shape && state.picture.length !== shape[0] * shape[1]
            ? TEXT.draw.otherSize.replace("{shape}", shape.join(" × "))
            : words.empty),
      );
    }
    const names = model.classNames;
    const list = phases();
    const phase = list[Math.min(state.phase, list.length - 1)];
    drawTarget(names);
    replaceChildren(caption, ...captionOf(phase, passes), isKnown() ? null : h("p", { class: "hint" }, words.ask));
    replaceChildren(notes, notesOf(model).join(" "));
    replaceChildren(drawing, ...drawn(passes, phase, state, shape, (layer, unit) => app.set({ layer, unit })));
    const { sum } = frames;
    const isNow =
      sum &&
      ["model", "layer", "unit"].every((name) => sum.request[name] === state[name]) &&
      sum.request.stored === state.picture;
    card.classList.toggle("stale", !isNow); // of a moment ago
    if (isNow) replaceChildren(card, ...unitCard(passes, sum, frames.unit, shape, names, isKnown()));
  }

  /** What the picture is: a test digit's label is known, a drawing's is chosen. */
  function drawTarget(names) {
    const truth = truthOf(app, state, frames) ?? -1;
    const isGiven = state.label < 0 && truth >= 0;
    const control = select([-1, ...names.keys()], truth, (text) => app.set({ label: Number(text) }), {
      ...names,
      [-1]: words.unknown,
    });
    replaceChildren(
      targetChoice,
      h("label", { class: "inline" }, `${words.target} `, control),
      isGiven ? ` ${words.known}` : null,
    );
  }

  return { element, wants, show, leave: stop };
}

/**
 * A sentence and the formula, with the shapes.
 * @param {any} phase
 * @param {any} passes
 */
function captionOf({ name, layer, loss }, { layers, x, loss: value, label, labelSmoothing }) {
  const l = layers[layer];
  const before = layer > 0 ? of("a", layer) : "x";
  const sup = layer + 1;
  const skip = l?.residual ? layer - l.residual : -1;
  // where residual connections begin and end
  const back = layers.findIndex(({ residual }, i) => residual && i - residual === layer);
  const texts = {
    x: () => [`The input: ${x.length} numbers, each pixel value scaled.`],
    z: () => [
      term("z"),
      ` of layer ${sup}: ${of("z", sup)} = ${before} ${of("W", sup)} + ${of("b", sup)}   (1 × ${l.n_in}) · (${l.n_in} × ${l.n_out}) + (${l.n_out})`,
    ],
    a: () => [
      term("activation"),
      ` of layer ${sup}: ${of("a", sup)} = ${l.activation === "identity" ? of("z", sup) : `${l.activation}(${of("z", sup)})`}${skip >= 0 ? ` + ${of("a", skip + 1)}, the residual connection` : ""}   (${l.n_out} numbers)`,
    ],
    loss: () => [
      term("loss"),
      `: ${loss.replaceAll("_", " ")} of the output and the target ${label} = ${number(value, 4)}`,
      labelSmoothing ? h("p", { class: "hint" }, softened(labelSmoothing, l.n_out)) : null,
    ],
    da: () =>
      layer === layers.length - 1
        ? [
            `Back: how the loss changes with each output, ∂L/∂${of("a", sup)}.`,
            labelSmoothing ? h("p", { class: "hint" }, softened(labelSmoothing, l.n_out)) : null,
          ]
        : [
            "Back by the ",
            term("chain rule"),
            `: ∂L/∂${of("a", sup)} = ∂L/∂${of("z", sup + 1)} · ${of("W", sup + 1)}ᵀ${back > 0 ? ` + ∂L/∂${of("a", back + 1)}, the residual connection` : ""}`,
          ],
    dz: () => [
      `Back through the activation of layer ${sup}: ∂L/∂${of("z", sup)} = ∂L/∂${of("a", sup)} · ${l.activation === "identity" ? "1" : `${l.activation}′(${of("z", sup)})`}`,
    ],
    dW: () => [
      term("gradient"),
      ` of layer ${sup}: ∂L/∂${of("W", sup)} = ${before}ᵀ · ∂L/∂${of("z", sup)}   (${l.n_in} × ${l.n_out}); ∂L/∂${of("b", sup)} = ∂L/∂${of("z", sup)}`,
    ],
  };
  return texts[name]();
}

/** What label smoothing makes of the target, and why a right and sure answer is still pulled back. */
function softened(share, n) {
  return `This network learned from a softened target (label smoothing): ${percent(1 - share + share / n)} for the right class and ${percent(share / n)} for every other. Where it is surer than that, the gradient of the right class is above zero and pulls it back.`;
}

/** How far the signal has come: which arrays may be shown. */
function reached(phase, layers) {
  const order = phasesOf(layers.length);
  const at = order.findIndex(({ name, layer }) => name === phase.name && layer === phase.layer);
  return (name, layer) => order.findIndex((one) => one.name === name && one.layer === layer) <= at;
}

/** The drawing: the picture, each layer as a column of units or a grid, and the lines that matter now. */
function drawn(passes, phase, state, shape, choose) {
  const columns = [
    placeInput(shape),
    ...passes.layers.map((layer, l) => placeLayer(layer.n_out, l, passes.layers.length)),
  ];
  const has = reached(phase, passes.layers);
  const back = isBack(phase);
  const parts = [];
  passes.layers.forEach((layer, l) => parts.push(lines(passes, l, columns, has, back, phase)));
  parts.push(inputPicture(passes, shape, columns[0], phase.layer === -1));
  passes.layers.forEach((layer, l) => {
    const values =
      back && has("dz", l)
        ? layer.dz
        : back && has("da", l)
          ? layer.da
          : l === passes.layers.length - 1 && has("a", l)
            ? layer.a
            : has("a", l)
              ? layer.a
              : has("z", l)
                ? layer.z
                : null;
    const what =
      back && has("dz", l) ? "∂L/∂z" : back && has("da", l) ? "∂L/∂a" : has("a", l) ? "a" : has("z", l) ? "z" : "";
    parts.push(units(layer, l, columns[l + 1], values, what, phase.layer === l, state, choose));
  });
  return parts;
}

function placeInput([height, width]) {
  const cell = Math.min(5.4, 150 / width);
  return {
    x: 20,
    side: cell * width,
    cell,
    spots: Array.from({ length: height * width }, (_, i) => [
      20 + ((i % width) + 0.5) * cell,
      HEIGHT / 2 - (cell * height) / 2 + (Math.floor(i / width) + 0.5) * cell,
    ]),
  };
}

/** How wide a layer may be so that it does not touch the next. */
const roomOf = (nLayers) => Math.min(200, (0.8 * 480) / Math.max(1, nLayers - 1));

/** Where a layer's units are: a column when there are few, a grid when there are many. */
function placeLayer(n, l, nLayers) {
  const x = 290 + l * (480 / Math.max(1, nLayers - 1));
  const left = nLayers === 1 ? 600 : x;
  const down = HEIGHT - TOP - 30;
  if (n <= FEW) {
    const gap = Math.min(38, down / n);
    const top = TOP + 10 + (down - gap * (n - 1)) / 2;
    return {
      x: left,
      size: Math.min(12, gap * 0.42),
      spots: Array.from({ length: n }, (_, j) => [left, top + j * gap]),
    };
  }
  const across = Math.max(4, Math.ceil(Math.sqrt(n / 2.2)));
  const gap = Math.min(24, down / Math.ceil(n / across), roomOf(nLayers) / across);
  const rows = Math.ceil(n / across);
  return {
    x: left,
    size: gap * 0.44,
    spots: Array.from({ length: n }, (_, j) => [
      left + ((j % across) - (across - 1) / 2) * gap,
      TOP + 10 + down / 2 + (Math.floor(j / across) - (rows - 1) / 2) * gap,
    ]),
  };
}

/** Lines of one layer: all when few, else those that carry most; dashed where the weight is negative. */
function lines(passes, l, columns, has, back, phase) {
  const layer = passes.layers[l];
  const { W, dW, n_in, n_out } = layer;
  const showsGradient = back && has("dW", l);
  const weights = showsGradient ? dW : W;
  const seen = l ? n_in * n_out <= FEW * FEW : n_in <= FEW;
  const all = seen
    ? Array.from({ length: n_in * n_out }, (_, i) => [Math.floor(i / n_out), i % n_out])
    : showsGradient
      ? layer.strongestBack
      : layer.strongest;
  const most = largestSize(weights);
  const active =
    (phase.layer === l && ["z", "dW"].includes(phase.name)) || (back && phase.name === "da" && phase.layer === l - 1);
  return h(
    "g",
    { class: active ? "lines active" : "lines", "data-lines": all.length },
    all.map(([k, j]) => {
      const weight = weights[k * n_out + j];
      const [x1, y1] = columns[l].spots[k];
      const [x2, y2] = columns[l + 1].spots[j];
      return h("line", {
        x1,
        y1,
        x2,
        y2,
        stroke: lineColour(weight),
        "stroke-width": (0.3 + (3 * Math.abs(weight)) / (most || 1)).toFixed(2),
        "stroke-dasharray": weight < 0 ? "5 4" : null,
        opacity: has("z", l) || active ? 0.85 : 0.25,
      });
    }),
  );
}

function inputPicture(passes, [height, width], { x, side, cell }, active) {
  const canvas = picture("", 168);
  paintInk(canvas, passes.stored, [height, width], height === 8 ? 16 : 255);
  const y = HEIGHT / 2 - (cell * height) / 2;
  return h(
    "g",
    { class: active ? "active" : "" },
    h("text", { x: x + side / 2, y: y - 12, "text-anchor": "middle" }, `input, ${passes.x.length}`),
    h("rect", { x: x - 1, y: y - 1, width: side + 2, height: cell * height + 2, class: "frame" }),
    h(
      "image",
      { x, y, width: side, height: cell * height, href: canvas.toDataURL(), "image-rendering": "pixelated" },
      h("title", {}, "the picture"),
    ),
  );
}

/** One layer's units; brightness is the number, scaled to the layer's largest, which is named. */
function units(layer, l, { x, size, spots }, values, what, active, state, choose) {
  const most = values ? largestSize(values) : 0;
  return h(
    "g",
    { class: active ? "units active" : "units" },
    h(
      "text",
      { x, y: 18, "text-anchor": "middle" },
      `layer ${l + 1}, ${layer.n_out} ${layer.activation === "identity" ? "" : layer.activation}${layer.residual ? " + residual" : ""}`,
    ),
    h(
      "text",
      { x, y: 34, "text-anchor": "middle", class: "scale" },
      values ? `${what} up to ±${number(most, 3)}` : "not reached yet",
    ),
    spots.map(([cx, cy], j) => {
      const chosen = state.layer === l && state.unit === j;
      const name = `layer ${l + 1}, unit ${j}${values ? `: ${what} = ${number(values[j], 4)}` : ""}`;
      return h(
        "g",
        {
          class: chosen ? "unit chosen" : "unit",
          tabindex: chosen || (j === 0 && state.layer !== l) ? 0 : -1,
          role: "button",
          "aria-label": name,
          "aria-pressed": chosen ? "true" : "false",
          onclick: () => choose(l, j),
          onkeydown: (event) => moveToUnit(event, l, j, spots.length, choose),
        },
        h(
          "circle",
          { cx, cy, r: size, fill: values ? signed(most ? values[j] / most : 0) : "transparent", class: "dot" },
          h("title", {}, name),
        ),
        values && values[j] < 0 && size > 5
          ? h("line", { x1: cx - size / 2, x2: cx + size / 2, y1: cy, y2: cy, class: "minus" })
          : null,
        layer.n_out <= FEW
          ? h(
              "text",
              { x: cx + size + 6, y: cy + 4, class: "value" },
              layer.n_out === 10 ? `${j}: ` : "",
              values ? number(values[j], 2) : "",
            )
          : null,
      );
    }),
  );
}

/** Arrows passes through a layer's units, Enter chooses. */
function moveToUnit(event, l, j, n, choose) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step) choose(l, (j + step + n) % n);
  else if (event.key === "Enter" || event.key === " ") choose(l, j);
  else return;
  event.preventDefault();
  focusSoon(".unit.chosen");
}

/** One unit's weights, its sum, and the test pictures with its largest activations. */
function unitCard(passes, sum, top, shape, names, isKnown) {
  const { layer: l, unit: j, from, inputs, products, weights } = sum;
  const layer = passes.layers[l];
  const look = picture(`the weights of unit ${j}`, l ? 240 : 140);
  paintSigned(look, weights, l ? gridOf(layer.n_in) : shape);
  const fits = top && top.request.layer === l && top.request.unit === j;
  return [
    h("h3", {}, term("unit"), ` ${j} of layer ${l + 1}`),
    h(
      "div",
      { class: "columns tight" },
      h(
        "div",
        {},
        look,
        legend({ plus: "positive weight", zero: "zero", minus: "negative weight" }),
        h("p", { class: "hint" }, `${layer.n_in} weights, the largest ±${number(largestSize(weights), 3)}`),
      ),
      h(
        "div",
        {},
        h(
          "table",
          { class: "sum" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", {}, l ? "from unit" : "from pixel"),
              h("th", {}, l ? "a" : "x"),
              h("th", {}, term("weight")),
              h("th", {}, "product"),
            ),
          ),
          h(
            "tbody",
            {},
            from.map((k, i) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, l ? k : `${Math.floor(k / shape[1])}, ${k % shape[1]}`),
                h("td", { class: "number" }, number(inputs[i], 4)),
                h("td", { class: "number" }, number(weights[k], 4)),
                h("td", { class: "number" }, number(products[i], 4)),
              ),
            ),
            sum.n_others
              ? h(
                  "tr",
                  {},
                  h("th", { scope: "row", colspan: 3 }, `the other ${sum.n_others}`),
                  h("td", { class: "number" }, number(sum.others, 4)),
                )
              : null,
            h(
              "tr",
              {},
              h("th", { scope: "row", colspan: 3 }, term("bias")),
              h("td", { class: "number" }, number(sum.bias, 4)),
            ),
            h(
              "tr",
              { class: "total" },
              h("th", { scope: "row", colspan: 3 }, term("z")),
              h("td", { class: "number" }, number(sum.z, 4)),
            ),
            layer.residual
              ? h(
                  "tr",
                  {},
                  h(
                    "th",
                    { scope: "row", colspan: 3 },
                    term("residual connection", "skip"),
                    `: a of layer ${l + 1 - layer.residual}, unit ${j}`,
                  ),
                  h("td", { class: "number" }, number(passes.layers[l - layer.residual].a[j], 4)),
                )
              : null,
            h(
              "tr",
              {},
              h(
                "th",
                { scope: "row", colspan: 3 },
                `a = ${layer.activation === "identity" ? "z" : `${layer.activation}(z)`}${layer.residual ? " + skip" : ""}`,
              ),
              h("td", { class: "number" }, number(layer.a[j], 4)),
            ),
            isKnown
              ? [
                  ["∂L/∂a", layer.da],
                  ["∂L/∂z", layer.dz],
                ].map(([symbol, values]) =>
                  h(
                    "tr",
                    {},
                    h("th", { scope: "row", colspan: 3 }, symbol),
                    h("td", { class: "number" }, number(values[j], 4)),
                  ),
                )
              : null,
          ),
        ),
      ),
      fits
        ? h(
            "div",
            {},
            h("p", {}, "The test digits with its largest activations:"),
            h(
              "div",
              { class: "thumbnails" },
              top.examples.map((one) => thumbnail(one, shape, names)),
            ),
            histogram(top),
          )
        : h("p", { class: "hint" }, "With test digits at hand, those with its largest activations are shown here."),
    ),
    l === passes.layers.length - 1 ? h("p", { class: "hint" }, ...endOf(passes, names, j)) : null,
  ];
}

/** What becomes of the last layer's outputs. */
function endOf({ output, scores, layers }, names, j) {
  const k = layers.at(-1).n_out === 1 ? 1 : j;
  const said = scoreText(output, scores[k]);
  return {
    probabilities: [`softmax of all ${scores.length}: ${names[k]} gets ${said}`],
    yes_no: ["sigmoid of z: the ", term("score"), ` of ${names[k]} is ${said}`],
    scores: ["a is the ", term("score"), ` of ${names[k]}: ${said}`],
  }[output];
}

/** A grid for so many weights, nearly square. */
function gridOf(n) {
  for (let height = Math.floor(Math.sqrt(n)); height > 0; height--) if (n % height === 0) return [height, n / height];
  return [1, n];
}

function thumbnail({ stored, label, activation }, shape, names) {
  const canvas = picture(`a ${names[label]}, activation ${number(activation, 2)}`, 56);
  paintInk(canvas, stored, shape, shape[0] === 8 ? 16 : 255);
  return h("figure", {}, canvas, h("figcaption", {}, number(activation, 2)));
}

function histogram({ low, high, bins }) {
  const most = Math.max(...bins);
  return h(
    "figure",
    {},
    h(
      "svg",
      {
        viewBox: "0 0 200 50",
        class: "histogram",
        role: "img",
        "aria-label": "how its activation is spread over the test set",
      },
      bins.map((n, i) => h("rect", { x: i * 10, y: 50 - (48 * n) / most, width: 9, height: (48 * n) / most })),
    ),
    h("figcaption", {}, `its activation over the test set, ${number(low, 2)} to ${number(high, 2)}`),
  );
}
