// Frames: what one picture on the page needs, made by the core. Their shapes are in shared/frames.json.

import { foldBatchNorm } from "../core/fold.js";
import { blockCounts } from "./block-counts.js";
import { inkOf } from "./foreground.js";
import { withScores } from "./network-builder.js";
import { strongestLines, prepareExample } from "./signal-flow.js";

const SCHEMA = 1;
const MANY = 12; // test pictures shown of a unit

const example = (model, stored) => ({ stored, ...model.preparation, lowest: 0, highest: topOf(model) });
const topOf = (model) => (model.imageShape?.[0] === 8 ? 16 : 255);

const largest = (numbers) => numbers.reduce((best, value, i) => (value > numbers[best] ? i : best), 0);
const isStraight = ({ layers }) =>
  layers.slice(0, -1).every(({ activation }) => ["relu", "leaky_relu", "identity"].includes(activation)) &&
  !layers.some(({ residual }) => residual);

/** A drawing, as a network that looks at pictures of that shape will see it. */
export function preprocess(core, ink, height, width, shape = [28, 28]) {
  const stored = shape[0] === 8 ? blockCounts(core, ink, height, width) : core.preprocessDigit(ink, height, width);
  return { schema: SCHEMA, kind: "picture", stored };
}

/** A picture file's pixels, as the network will see them. */
export function readPicture(core, rgba, height, width) {
  const found = inkOf(rgba, height, width);
  if (!found) throw new Error("the picture has no ink: it is the same grey all over");
  return preprocess(core, found.ink, found.height, found.width);
}

/** All numbers of a forward pass; output says what the scores are, probabilities or not. */
export function forward(core, model, stored) {
  const x = prepareExample(core, model, stored);
  const { z: logits, a: scores } = core.forward(withScores(model.network, model.output), x).at(-1);
  const outputs = model.output === "scores" ? scores : logits;
  const order = Array.from(outputs.keys()).sort((i, j) => outputs[j] - outputs[i]);
  return {
    schema: SCHEMA,
    kind: "prediction",
    stored,
    logits,
    output: model.output,
    scores,
    winner: order[0],
    second: order[1],
  };
}

/** Why this class, or why rather than another: exact for networks of ReLUs, else null. */
export function attribution(core, model, stored, toward, against = -1) {
  const network = withScores(model.network, model.output);
  const frame = { schema: SCHEMA, kind: "attribution", toward, against };
  if (!isStraight(network)) {
    return { ...frame, attributions: null, positive: null, negative: null, biasTerm: null, total: null, logits: null };
  }
  const { contributions: attributions, rest: biasTerm } = core.attributions(
    network,
    example(model, stored),
    toward,
    against,
  );
  const { z } = core.forward(network, prepareExample(core, model, stored)).at(-1);
  const { above: positive, below: negative } = core.signedSums(attributions);
  const total = against < 0 ? z[toward] : core.multiply([z[toward], z[against]], [1, -1]).sum;
  return { ...frame, attributions, positive, negative, biasTerm, total, logits: z };
}

/** The certified radius of the prediction, and an adversarial example. */
export function robustness(core, model, stored) {
  const network = withScores(model.network, model.output);
  if (!isStraight(network)) return { schema: SCHEMA, kind: "robustness", radius: null, flip: null };
  const radius = core.certifiedRadius(network, example(model, stored));
  const found = core.findAdversarial(network, example(model, stored));
  const flip = found && {
    ...found,
    answer: largest(core.forward(network, prepareExample(core, model, found.changed)).at(-1).z),
    change: core.sgdStep(found.changed, Float64Array.from(stored), 1),
  };
  return { schema: SCHEMA, kind: "robustness", radius, flip };
}

/** 1 where the class is; of a single output, the label itself. */
function targetOf({ layers }, label) {
  const nOut = layers.at(-1).n_out;
  return Float64Array.from({ length: nOut }, (_, k) => (nOut === 1 ? label : Number(k === label)));
}

/** A picture and what it is, for one step of learning. */
export function stepInput(core, model, stored, label) {
  if (model.network.layers.some(({ batchNorm, residual }) => batchNorm || residual))
    throw new Error(
      "the microscope opens dense layers; this network has batch normalization or residual connections, which it does not know yet",
    );
  return {
    network: model.network,
    x: prepareExample(core, model, stored),
    target: targetOf(model.network, label),
    label,
    from: { stored, ...model.preparation },
  };
}

/**
 * One example forwards and backwards, every number. example: {network, x, target, label, stored, output}; folded: batch
 * normalization is part of the weights.
 */
export function forwardBackward(core, { x, target, label, stored, output, ...given }) {
  const network = foldBatchNorm(given.network);
  const { layers, loss } = core.trace(network, x, target);
  const scores = output === "values" ? layers.at(-1).a : core.forward(withScores(network, output), x).at(-1).a;
  const records = network.layers.map((layer, l) => ({
    n_in: layer.n_in,
    n_out: layer.n_out,
    activation: layer.activation,
    residual: layer.residual ?? 0,
    ...layers[l],
    W: layer.W,
    b: layer.b,
    ...strongestLines(core, layer, l ? layers[l - 1].a : x, layers[l].dW, l === layers.length - 1),
  }));
  return {
    schema: SCHEMA,
    kind: "forwardBackward",
    stored,
    x,
    label,
    target,
    loss,
    lossName: network.loss,
    labelSmoothing: network.labelSmoothing ?? 0,
    layers: records,
    output,
    scores,
  };
}

/** A picture and its class, to be walked through. */
export function pictureExample(core, model, stored, label) {
  const target = targetOf(model.network, label);
  return {
    network: model.network,
    x: prepareExample(core, model, stored),
    target,
    label,
    stored,
    output: model.output,
  };
}

const rowOf = (table, i, n) => table.subarray(i * n, (i + 1) * n);

/** A wrong answer, how sure it was, and what came second. */
function mistakeOf(index, label, answer, scores) {
  const others = scores.map((score, k) => (k === answer ? -Infinity : score));
  const second = largest(others);
  return { index, label, answer, score: scores[answer], second, secondScore: scores[second] };
}

/**
 * What the network says of the test set, and where it is wrong; its class is its largest number, as on the command
 * line.
 */
export function confusions(core, model, data) {
  const { inputs, labels } = data.test;
  const network = withScores(model.network, model.output);
  const nClasses = network.layers.at(-1).n_out;
  const scores = core.predict(network, { inputs, ...model.preparation });
  const outputs =
    model.network.layers.at(-1).n_out === 1 ? scores : core.predict(model.network, { inputs, ...model.preparation });
  const counts = core.confusion(outputs, labels, nClasses);
  /** @type {any[]} */
  const wrong = [];
  for (let i = 0; i < labels.length; i++) {
    const answer = largest(rowOf(outputs, i, nClasses));
    if (answer !== labels[i]) wrong.push(mistakeOf(i, labels[i], answer, rowOf(scores, i, nClasses)));
  }
  wrong.sort((a, b) => b.score - a.score);
  for (const one of wrong) one.stored = inputs.slice(one.index * data.nIn, (one.index + 1) * data.nIn);
  return {
    schema: SCHEMA,
    kind: "mistakes",
    data: data.name,
    n: labels.length,
    n_classes: nClasses,
    output: model.output,
    counts,
    wrong,
  };
}

/** The test pictures with a unit's largest activations, and how its activation is spread over the test set. */
export function topActivations(core, model, data, layer, unit) {
  const upTo = { ...model.network, layers: model.network.layers.slice(0, layer + 1) };
  const { inputs, labels } = data.test;
  const nUnits = upTo.layers.at(-1).n_out;
  const all = core.predict(upTo, { inputs, ...model.preparation });
  const of = (i) => all[i * nUnits + unit];
  const order = Array.from(labels.keys()).sort((i, j) => of(j) - of(i));
  const examples = order.slice(0, MANY).map((i) => ({
    index: i,
    label: labels[i],
    activation: of(i),
    stored: inputs.slice(i * data.nIn, (i + 1) * data.nIn),
  }));
  const low = of(order.at(-1));
  const high = of(order[0]);
  const bins = new Array(20).fill(0);
  for (const i of order) bins[Math.min(19, Math.floor((20 * (of(i) - low)) / (high - low || 1)))]++;
  return { schema: SCHEMA, kind: "unit", layer, unit, low, high, bins, examples };
}

/** A picture of the test set. */
export function digitAt(data, index) {
  const n = data.test.labels.length;
  const i = ((index % n) + n) % n;
  return {
    schema: SCHEMA,
    kind: "digit",
    data: data.name,
    index: i,
    label: data.test.labels[i],
    stored: data.test.inputs.slice(i * data.nIn, (i + 1) * data.nIn),
  };
}

/** What a network says of these test digits, and of a picture of one's own, if its size is the network's. */
export function probes(core, model, data, indices, stored) {
  const own = stored?.length === data.nIn ? [{ index: -1, label: -1, stored }] : [];
  const digits = [...own, ...indices.map((index) => digitAt(data, index))];
  return {
    schema: SCHEMA,
    kind: "probes",
    digits: digits.map(({ index, label, stored: pixels }) => {
      const { scores, winner } = forward(core, model, pixels);
      return { index, label, stored: pixels, output: model.output, winner, score: scores[winner], scores };
    }),
  };
}
