// One unit: its weights, its sum term by term, and the test pictures with its largest activations.

import { h, term } from "../../ui/dom.js";
import { number, scoreText } from "../../shared/numbers.js";
import { paintHinton } from "../../ui/hinton.js";
import { largestSize, legend, paintInk, paintSigned, picture } from "../../ui/palette.js";
import { topOf } from "../../ui/sheet-reader.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.network;
const LARGEST_CELL = 40; // pixels of a weight
const MOST_SQUARES = 32; // of a side: smaller cells have no room for squares

/** The card's parts. shape: of the input picture, or null; open: hears the name of a cell for the microscope. */
export function unitCard(passes, sum, top, { shape, names, isKnown, open }) {
  const { layer: l, unit: j } = sum;
  const isLast = l === passes.layers.length - 1;
  return [
    h("h3", {}, term("unit", "Unit"), ` ${j} of layer ${l + 1}`),
    h(
      "div",
      { class: "columns tight" },
      weightPicture(passes, sum, shape),
      h("div", {}, sumTable(passes, sum, shape, isKnown, open), h("p", { class: "hint" }, words.opens)),
      topExamples(top, l, j, shape, names),
    ),
    isLast ? h("p", { class: "hint" }, ...endOf(passes, names, j)) : null,
  ];
}

function weightPicture(passes, { layer: l, unit: j, weights }, shape) {
  const { n_in } = passes.layers[l];
  const [height, width] = l || !shape ? gridOf(n_in) : shape;
  const look = picture(`the weights of unit ${j}`, Math.min(240, LARGEST_CELL * width));
  look.height = (look.width * height) / width;
  if (width <= MOST_SQUARES) paintHinton(look, weights, [height, width]);
  else paintSigned(look, weights, [height, width]);
  return h(
    "div",
    {},
    look,
    legend({ plus: "positive weight", minus: "negative weight" }),
    h("p", { class: "hint" }, `${n_in} weights, the largest ±${number(largestSize(weights), 3)}`),
  );
}

/** z as a sum, then what becomes of it. */
function sumTable(passes, sum, shape, isKnown, open) {
  const { layer: l, unit: j } = sum;
  const heads = [l || !shape ? "from unit" : "from pixel", l ? "a" : "x", term("weight"), "product"];
  return h(
    "table",
    { class: "sum" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((text) => h("th", {}, text)),
      ),
    ),
    h(
      "tbody",
      {},
      sum.from.map((k, i) =>
        termRow(sum, k, i, l || !shape ? k : `${Math.floor(k / shape[1])}, ${k % shape[1]}`, open),
      ),
      sum.n_others ? line(`the other ${sum.n_others}`, number(sum.others, 4)) : null,
      line(term("bias"), opening(sum.bias, `b${l + 1}.0.${j}`, open)),
      line(term("z"), opening(sum.z, `z${l + 1}.0.${j}`, open), "total"),
      activationLines(passes, l, j, open),
      isKnown ? gradientLines(passes.layers[l], l, j, open) : null,
    ),
  );
}

const line = (label, value, kind = "") =>
  h("tr", { class: kind || null }, h("th", { scope: "row", colspan: 3 }, label), h("td", { class: "number" }, value));

/** A number that opens under the microscope. */
function opening(value, cell, open) {
  const text = number(value, 4);
  return h("button", { class: "trace", "data-cell": cell, onclick: () => open(cell) }, text);
}

function termRow({ layer: l, unit: j, inputs, weights, products }, k, i, name, open) {
  const cells = [
    opening(inputs[i], l ? `a${l}.0.${k}` : `x.0.${k}`, open),
    opening(weights[k], `W${l + 1}.${k}.${j}`, open),
    number(products[i], 4),
  ];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    cells.map((cell) => h("td", { class: "number" }, cell)),
  );
}

function activationLines({ layers }, l, j, open) {
  const { residual, activation, a } = layers[l];
  const from = l - residual;
  const skip = [term("residual connection", "skip"), `: a of layer ${from + 1}, unit ${j}`];
  const formula = `a = ${activation === "identity" ? "z" : `${activation}(z)`}${residual ? " + skip" : ""}`;
  return [
    residual ? line(skip, number(layers[from].a[j], 4)) : null,
    line(formula, opening(a[j], `a${l + 1}.0.${j}`, open)),
  ];
}

const gradientLines = ({ da, dz }, l, j, open) => [
  line("∂L/∂a", opening(da[j], `da${l + 1}.0.${j}`, open)),
  line("∂L/∂z", opening(dz[j], `dz${l + 1}.0.${j}`, open)),
];

function topExamples(top, l, j, shape, names) {
  const fits = top && top.request.layer === l && top.request.unit === j;
  if (!fits) return h("p", { class: "hint" }, words.noExamples);
  return h(
    "div",
    {},
    h("p", {}, "The test digits with its largest activations:"),
    h(
      "div",
      { class: "thumbnails" },
      top.examples.map((one) => thumbnail(one, shape, names)),
    ),
    histogram(top),
  );
}

/** What becomes of the last layer's outputs. */
function endOf({ output, scores, layers }, names, j) {
  const k = layers.at(-1).n_out === 1 ? scores.length - 1 : j;
  const score = scoreText(output, scores[k]);
  return {
    probabilities: [`softmax of all ${scores.length}: ${names[k]} gets ${score}`],
    yes_no: ["sigmoid of z: the ", term("score"), ` of ${names[k]} is ${score}`],
    scores: ["a is the ", term("score"), ` of ${names[k]}: ${score}`],
    values: [`a is what it predicts: ${score}`],
  }[output];
}

/** A grid for so many weights, nearly square. */
function gridOf(n) {
  for (let height = Math.floor(Math.sqrt(n)); height > 0; height--) if (n % height === 0) return [height, n / height];
  return [1, n];
}

function thumbnail({ stored, label, activation }, shape, names) {
  const canvas = picture(`a ${names[label]}, activation ${number(activation, 2)}`, 56);
  paintInk(canvas, stored, shape, topOf(stored));
  return h("figure", {}, canvas, h("figcaption", {}, number(activation, 2)));
}

function histogram({ low, high, bins }) {
  const most = Math.max(...bins);
  const label = "how its activation is spread over the test set";
  return h(
    "figure",
    {},
    h(
      "svg",
      { viewBox: "0 0 200 50", class: "histogram", role: "img", "aria-label": label },
      bins.map((n, i) => h("rect", { x: i * 10, y: 50 - (48 * n) / most, width: 9, height: (48 * n) / most })),
    ),
    h("figcaption", {}, `its activation over the test set, ${number(low, 2)} to ${number(high, 2)}`),
  );
}
