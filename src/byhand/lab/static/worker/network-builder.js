// Networks as tables of layers: the one place where they are put together.

import { LEAKY_SLOPE } from "../shared/constants.js";

const NORM = { momentum: 0.1, epsilon: 1e-5 }; // of batch normalization, as in byhand/layers/batch_norm.py

/**
 * A dense layer whose weights core.initialize fills.
 * @param {number} n_in
 * @param {number} n_out
 * @param {string} activation
 */
export function denseLayer(n_in, n_out, activation = "identity") {
  const [W, b] = [n_in * n_out, n_out].map((n) => new Float32Array(n));
  return { n_in, n_out, activation, slope: LEAKY_SLOPE, W, b };
}

/**
 * The layers of a multilayer perceptron. hidden: [units, activation] of each hidden layer; batchNorm, dropout and
 * residual
 * belong to the hidden layers, as Network.mlp has it: a residual connection spans a layer that keeps its width.
 * @param {{nIn: number, hidden: [number, string][], nOut: number, output?: string,
 *   batchNorm?: boolean, dropout?: number, residual?: boolean}} settings
 */
export function buildLayers({ nIn, hidden, nOut, output = "identity", batchNorm, dropout = 0, residual = false }) {
  const widths = [nIn, ...hidden.map(([units]) => units), nOut];
  return widths.slice(1).map((n_out, l) => {
    const n_in = widths[l];
    if (l === hidden.length) return denseLayer(n_in, n_out, output);
    const skips = residual && l > 0 && n_in === n_out ? 1 : 0;
    const norm = batchNorm ? { batchNorm: batchNormArrays(n_out) } : {};
    return { ...denseLayer(n_in, n_out, hidden[l][1]), dropout, residual: skips, ...norm };
  });
}

/** All hidden layers with one activation. */
export const withActivation = (widths, activation) => widths.map((units) => [units, activation]);

function batchNormArrays(n) {
  const [gamma, beta, mean, variance] = Array.from({ length: 4 }, () => new Float32Array(n));
  return { gamma, beta, mean, variance, ...NORM };
}

/**
 * The network whose outputs are one score a class: what is missing at its end is added, so that the core computes it.
 */
export function withScores(network, output = "probabilities") {
  const activation = { probabilities: "softmax", yes_no: "sigmoid", scores: "identity" }[output] ?? "identity";
  const isSingle = network.layers.at(-1).n_out === 1;
  if (!isSingle) return { ...network, layers: ending(network.layers, activation) };
  return output === "probabilities"
    ? { ...network, layers: ending([...network.layers, PAIR_OF_LOGITS], activation) }
    : { ...network, layers: [...ending(network.layers, activation), PAIR_OF_SCORES] };
}

/** These layers with that activation at the end: of the last layer where it is linear, else of one more. */
function ending(layers, activation) {
  if (activation === "identity") return layers;
  const last = layers.at(-1);
  if (last.activation === "identity") return [...layers.slice(0, -1), { ...last, activation }];
  return [...layers, { ...diagonalLayer(new Array(last.n_out).fill(1)), activation }];
}

const pair = (W, b) => ({ ...denseLayer(1, 2), W: Float32Array.from(W), b: Float32Array.from(b) });
const PAIR_OF_LOGITS = pair([0, 1], [0, 0]); // (0, z)
const PAIR_OF_SCORES = pair([-1, 1], [1, 0]); // (1 − a, a)

/** A layer that multiplies each input by its own number. */
export function diagonalLayer(numbers) {
  const n = numbers.length;
  const layer = denseLayer(n, n);
  for (let i = 0; i < n; i++) layer.W[i * n + i] = numbers[i];
  return layer;
}
