// What the drawing of the network needs beside the walk: the lines that carry most, and one unit's sum, term by term.

import { folded } from "../core/fold.js";

const SCHEMA = 1;
const LINES = 40;
const TERMS = 6;
const ANY = 1e300; // an input of a layer has no bounds

/** What the network sees of a stored example. */
export function preparedBy(core, { preparation: { scale, shift } }, stored) {
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
 * One unit's sum: its largest products, the sum of the others, its bias. The products are the core's shares of a layer
 * alone.
 */
export function sumOf(core, model, stored, layer, unit) {
  const network = folded(model.network);
  const l = Math.min(layer, network.layers.length - 1);
  const { n_in, n_out, W, b } = network.layers[l];
  const j = Math.min(unit, n_out - 1);
  const x = preparedBy(core, model, stored);
  const walked = core.forward(network, x);
  const inputs = l ? walked[l - 1].a : x;
  const alone = { ...network, layers: [{ ...network.layers[l], activation: "identity" }] };
  const { contributions: products } = core.contributions(
    alone,
    { stored: inputs, scale: 1, shift: 0, lowest: -ANY, highest: ANY },
    j,
  );
  const order = Array.from(products.keys()).sort((k, m) => Math.abs(products[m]) - Math.abs(products[k]));
  const from = order.slice(0, TERMS);
  const others = order.slice(TERMS);
  const { above, below } = core.sums(others.map((k) => products[k]));
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
    z: walked[l].z[j],
  };
}
