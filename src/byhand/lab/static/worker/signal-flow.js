// What the drawing of the network needs beside the walk: the lines that carry most, and one unit's sum, term by term.

import { foldBatchNorm } from "../core/fold.js";
import { withScores } from "./network-builder.js";

const SCHEMA = 1;
const LINES = 40;
const TERMS = 6;
const INTO = 16; // lines into one output
const FEW = 24; // units of a layer whose lines are all drawn
const ANY = 1e300; // an input of a layer has no bounds

/** What the network sees of a stored example. */
export function prepareExample(core, { preparation: { scale, shift } }, stored) {
  return core.prepare(stored, scale, shift);
}

/** The lines [k, j] of a layer that carry most: of the signal a · W, or of the gradient. Only their order matters. */
export function strongest({ n_in, n_out }, sizeOf) {
  /** @type {number[][]} */
  const best = []; // the largest so far, the least of them last
  for (let k = 0; k < n_in; k++)
    for (let j = 0; j < n_out; j++) {
      const size = sizeOf(k, j);
      if (best.length < LINES || size > best[best.length - 1][2]) {
        best.push([k, j, size]);
        best.sort((a, b) => b[2] - a[2]);
        best.length = Math.min(best.length, LINES);
      }
    }
  return best.map(([k, j]) => [k, j]);
}

/**
 * A forward pass for the eye: what every unit holds, and of each layer the lines that carry most: {from, to, weight,
 * product}; into the last layer only those of one unit. All of them where there are few.
 */
export function signalOf(core, model, stored, unit) {
  const network = foldBatchNorm(model.network);
  const x = prepareExample(core, model, stored);
  const trace = core.forward(network, x);
  const { a: scores } = core.forward(withScores(network, model.output), x).at(-1);
  const lines = network.layers.map((layer, l) => {
    const inputs = l ? trace[l - 1].a : x;
    const isLast = l === network.layers.length - 1;
    return isLast ? linesInto(core, layer, inputs, Math.min(unit, layer.n_out - 1)) : linesOf(core, layer, inputs);
  });
  return {
    schema: SCHEMA,
    kind: "signal",
    stored,
    unit,
    layers: network.layers.map(({ n_in, n_out, activation }, l) => ({ n_in, n_out, activation, ...trace[l] })),
    lines,
    output: model.output,
    scores,
  };
}

/**
 * The lines of a layer for a walk both ways: those that carry most of the signal, of the last layer into each output,
 * and those with the largest gradients.
 */
export function strongestLines(core, layer, inputs, dW, isLast) {
  const { n_in, n_out } = layer;
  const isWide = n_in > FEW || n_out > FEW;
  const lines =
    isLast && isWide
      ? Array.from({ length: n_out }, (_, j) => linesInto(core, layer, inputs, j)).flat()
      : linesOf(core, layer, inputs);
  const places = isWide
    ? strongest(layer, (k, j) => Math.abs(dW[k * n_out + j]))
    : lines.map(({ from, to }) => [from, to]);
  const backLines = linesAt(core, layer, inputs, places).map((line) => ({
    ...line,
    gradient: dW[line.from * n_out + line.to],
  }));
  return { lines, backLines };
}

/** Lines of a layer: all where there are few, else those that carry most. */
export function linesOf(core, layer, inputs) {
  const { n_in, n_out, W } = layer;
  const isSmall = n_in <= FEW && n_out <= FEW;
  const all = () => Array.from({ length: n_in * n_out }, (_, i) => [Math.floor(i / n_out), i % n_out]);
  const places = isSmall ? all() : strongest(layer, (k, j) => Math.abs(inputs[k] * W[k * n_out + j]));
  return linesAt(core, layer, inputs, places);
}

/** The lines into one unit that carry most. */
function linesInto(core, layer, inputs, j) {
  const places = strongest({ n_in: layer.n_in, n_out: 1 }, (k) => Math.abs(inputs[k] * layer.W[k * layer.n_out + j]));
  const most = places.slice(0, INTO).map(([k]) => [k, j]);
  return linesAt(core, layer, inputs, most);
}

function linesAt(core, { n_out, W }, inputs, places) {
  const weights = places.map(([k, j]) => W[k * n_out + j]);
  const { products } = core.multiply(
    places.map(([k]) => inputs[k]),
    weights,
  );
  return places.map(([from, to], i) => ({ from, to, weight: weights[i], product: products[i] }));
}

/**
 * One unit's sum: its largest products, the sum of the others, its bias. The products are the core's shares of a layer
 * alone.
 */
export function sumOf(core, model, stored, layer, unit) {
  const network = foldBatchNorm(model.network);
  const l = Math.min(layer, network.layers.length - 1);
  const { n_in, n_out, W, b } = network.layers[l];
  const j = Math.min(unit, n_out - 1);
  const x = prepareExample(core, model, stored);
  const trace = core.forward(network, x);
  const inputs = l ? trace[l - 1].a : x;
  const alone = { ...network, layers: [{ ...network.layers[l], activation: "identity" }] };
  const { contributions: products } = core.attributions(
    alone,
    { stored: inputs, scale: 1, shift: 0, lowest: -ANY, highest: ANY },
    j,
  );
  const order = Array.from(products.keys()).sort((k, m) => Math.abs(products[m]) - Math.abs(products[k]));
  const from = order.slice(0, TERMS);
  const others = order.slice(TERMS);
  const { above, below } = core.signedSums(others.map((k) => products[k]));
  const weights = Float64Array.from({ length: n_in }, (_, k) => W[k * n_out + j]);
  return {
    schema: SCHEMA,
    kind: "sum",
    layer: l,
    unit: j,
    from,
    inputs: from.map((k) => inputs[k]),
    products: from.map((k) => products[k]),
    weights,
    n_others: others.length,
    others: above + below,
    bias: b[j],
    z: trace[l].z[j],
  };
}
