// What a network of the plane looks like: its answer everywhere, what each of its units says where, its numbers.

import { UNSCALED } from "../shared/constants.js";
import { accuracyOf } from "./accuracy.js";
import { diagonalLayer, withScores } from "./network-builder.js";
import { gridOf, lineOf } from "./plane-datasets.js";

export const SIDE = 80;
export const UNIT_SIDE = 28; // points a side of the maps
export const ALONG = 160; // points along a curve
const MOST_UNITS = 24; // of a layer, with maps of their own

/** A network with two inputs on the points' box, and what is right of them. */
export function classesFrame(core, { network, history, loss }, { examples, heldOut, box }) {
  const nClasses = network.layers.at(-1).n_out;
  const outputOf = ({ inputs }) => core.predict(network, { inputs, ...UNSCALED });
  const output = outputOf(examples);
  const accuracy = (said, { labels }) => accuracyOf(core.confusion(said, labels, nClasses), nClasses);
  return {
    map: core.predict(withScores(network), { inputs: gridOf(box, SIDE).points, ...UNSCALED }),
    units: hiddenMaps(core, network, gridOf(box, UNIT_SIDE).points),
    accuracy: accuracy(output, examples),
    heldOut: heldOut && accuracy(outputOf(heldOut), heldOut),
    loss: loss ?? core.meanLoss(network, output, { labels: examples.labels }),
    history: history.points,
    n_classes: nClasses,
    layers: plain(network),
    dead: deadLayer(core, network, examples),
  };
}

/** A network with one input: what it says along x, and what each unit of its last hidden layer adds to that. */
export function curveFrame(core, { network, history, loss }, { box, examples, heldOut }) {
  const inputs = lineOf(box, ALONG);
  const data = { inputs, ...UNSCALED };
  const last = network.layers.at(-1);
  const hidden = network.layers.slice(0, -1);
  const parts = hidden.length
    ? columnsOf(core.predict({ ...network, layers: [...hidden, diagonalLayer(last.W)] }, data), last.n_in)
    : [];
  return {
    said: core.predict(network, data),
    parts,
    bias: last.b[0],
    units: hiddenMaps(core, network, inputs),
    accuracy: null,
    heldOut: heldOut && meanLossOn(core, network, heldOut),
    loss: loss ?? meanLossOn(core, network, examples),
    history: history.points,
    n_classes: 0,
    layers: plain(network),
    dead: deadLayer(core, network, examples),
  };
}

const meanLossOn = (core, network, { inputs, targets }) =>
  core.meanLoss(network, core.predict(network, { inputs, ...UNSCALED }), { targets });

/** One hidden unit, as finely as the board is. */
export function unitFrame(core, network, box, { layer, unit }) {
  const { n_out: n } = network.layers[layer];
  const inputs = gridOf(box, SIDE).points;
  const all = core.predict(firstLayers(network, layer + 1), { inputs, ...UNSCALED });
  return { layer, unit, map: Float32Array.from({ length: all.length / n }, (_, i) => all[i * n + unit]) };
}

/** The first layers of a network; a loss would ask for more than one unit at their end. */
const firstLayers = ({ layers }, n) => ({ layers: layers.slice(0, n), loss: "squared_error" });

/** The first layer, from 1, whose units are all ReLU's and 0 for every example; 0: there is none, or no example. */
function deadLayer(core, network, { inputs }) {
  if (!inputs.length) return 0;
  const isDead = ({ activation }, l) =>
    activation === "relu" && core.predict(firstLayers(network, l + 1), { inputs, ...UNSCALED }).every((a) => a === 0);
  return 1 + network.layers.slice(0, -1).findIndex(isDead);
}

const hiddenMaps = (core, network, inputs) =>
  network.layers
    .slice(0, -1)
    .map(({ n_out }, l) => columnsOf(core.predict(firstLayers(network, l + 1), { inputs, ...UNSCALED }), n_out));

const plain = ({ layers }) => layers.map(({ n_in, n_out, activation, W, b }) => ({ n_in, n_out, activation, W, b }));

/** The first columns of n numbers a row, each as an array. */
function columnsOf(all, n) {
  return Array.from({ length: Math.min(MOST_UNITS, n) }, (_, j) =>
    Float32Array.from({ length: all.length / n }, (_, i) => all[i * n + j]),
  );
}
