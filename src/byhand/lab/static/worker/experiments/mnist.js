// Trials on digits: the twin of byhand/experiments/mnist_trials.py.

import { STREAMS, UNSCALED } from "../../shared/constants.js";
import { rowsOf, shuffleColumns } from "../image-rows.js";
import { hiddenOutputs, initializedNetwork, partOf, testAccuracy, train, trainingPart } from "./context.js";

const LATEST = 1000;
const GRADIENT_OF = 100;
const SAME = 1e-5; // as in mnist_trials.py

export async function mnistTrial(context, settings, seed) {
  const { data } = context;
  let trial = {
    network: initializedNetwork(context, settings, data.nIn, 10, seed),
    part: trainingPart(context, settings, seed),
    test: partOf(context, settings, "test"),
  };
  if (settings.permuted) trial = permutePixels(context, trial, seed);
  if (settings.frozen) trial = frozen(context, trial);
  const { network, part } = trial;
  const ratio = gradientRatio(context, network, part);
  const done = await train(context, network, settings, part, seed);
  await context.rest();
  return measure(context, trial, { ...done, ratio });
}

function measure(context, { network, part, test }, { order, seconds, updates, ratio }) {
  const measures = {
    accuracy: () => testAccuracy(context, network, test),
    train_accuracy: () => testAccuracy(context, network, inOrder(part, network.layers[0].n_in)),
    latest_loss: () => lossOn(context.core, network, part, order.slice(-LATEST)),
    distinct_units: () => countDistinctUnits(network),
    silent_units: () => countDeadUnits(context.core, network, test),
    gradient_ratio: () => ratio,
    updates: () => updates,
    seconds: () => seconds,
  };
  return Object.fromEntries(context.measures.map((name) => [name, measures[name]()]));
}

/** The same pixels of every picture in another order. */
function permutePixels({ core, data }, { network, part, test }, seed) {
  const order = core.permutation({ seed, stream: STREAMS.DATA }, data.nIn);
  const inputs = shuffleColumns(part.stored, order);
  return {
    network,
    part: { ...part, stored: inputs, inputs },
    test: { ...test, inputs: shuffleColumns(test.inputs, order) },
  };
}

/** Only the last layer is left to be trained, on what the others make of the pictures. */
function frozen(context, { network, part, test }) {
  const lined = inOrder(part, context.data.nIn);
  const inputs = hiddenOutputs(context, network, lined);
  const { labels } = lined;
  return {
    network: { ...network, layers: network.layers.slice(-1) },
    part: { ...part, ...UNSCALED, stored: inputs, inputs, labels, rows: Array.from(labels.keys()) },
    test: { ...test, ...UNSCALED, inputs: hiddenOutputs(context, network, test) },
  };
}

/** The examples that are trained on, in a row: all of them as they lie, or those that were chosen. */
function inOrder(part, nIn) {
  if (part.rows.length === part.labels.length) return part;
  return {
    ...part,
    inputs: rowsOf(part.stored, part.rows, nIn),
    labels: Uint8Array.from(part.rows, (row) => part.labels[row]),
  };
}

/** A step of length 0 returns the loss and changes nothing. */
function lossOn(core, network, part, order) {
  return (
    core.epoch(network, { kind: "sgd" }, { ...part, order, batchSize: order.length, learningRates: [0] }).loss /
    order.length
  );
}

/** A step of length 1 takes the gradient from the weights: the mean of |dW| of the first layer beside the last's. */
function gradientRatio(context, network, part) {
  const stepped = structuredClone(network);
  const order = part.rows.slice(0, GRADIENT_OF);
  context.core.epoch(stepped, { kind: "sgd" }, { ...part, order, batchSize: order.length, learningRates: [1] });
  const size = (l) => {
    const { above, below } = context.core.signedSums(
      Float64Array.from(network.layers[l].W, (w, i) => w - stepped.layers[l].W[i]),
    );
    return (above - below) / network.layers[l].W.length;
  };
  return size(network.layers.length - 1) ? size(0) / size(network.layers.length - 1) : 0;
}

function countDistinctUnits({ layers: [{ W, n_in, n_out }] }) {
  return new Set(
    Array.from({ length: n_out }, (_, j) =>
      Array.from({ length: n_in }, (_, k) => Math.round(W[k * n_out + j] / SAME)).join(),
    ),
  ).size;
}

function countDeadUnits(core, network, part) {
  const output = core.predict({ ...network, layers: network.layers.slice(0, 1) }, part);
  const n = network.layers[0].n_out;
  return Array.from({ length: n }, (_, j) => j).filter((j) => {
    for (let at = j; at < output.length; at += n) if (output[at] > 0) return false;
    return true;
  }).length;
}
