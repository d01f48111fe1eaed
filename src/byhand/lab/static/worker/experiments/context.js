// What the experiments of every kind do in the core: build a network, choose the examples, train, test.
//
// The context of a trial is {core, data, measures, rest(), mean(numbers)}, the runner.

import { STREAMS } from "../../shared/constants.js";
import { accuracyOf } from "../accuracy.js";
import { scalingFor } from "../input-scaling.js";
import { buildLayers, withActivation } from "../network-builder.js";

const PIECE = 8000; // examples learned in one go

/** A network as a recipe's fields describe it, initialized. */
export function initializedNetwork({ core }, settings, nIn, nOut, seed) {
  const { hidden, activation, initializer = "he", init_scale: factor = 1, loss, output } = settings;
  const { batch_norm: batchNorm, residual } = settings;
  const layers = buildLayers({ nIn, hidden: withActivation(hidden, activation), nOut, output, batchNorm, residual });
  const network = { layers, loss };
  core.initialize(network, { initializer, factor, seed });
  if (settings.fill !== undefined) for (const { W } of layers) W.fill(settings.fill);
  return network;
}

/** The training examples of a trial: which rows, in which order by default; no more than the page takes. */
export function trainingPart({ core, data }, settings, seed) {
  const { inputs, labels } = data.train;
  const n = labels.length;
  const wanted = Math.min(settings.train ?? n, settings.most.train ?? n, n);
  const all = () => Array.from({ length: n }, (_, i) => i);
  const rows = wanted < n ? core.permutation({ seed, stream: STREAMS.SPLIT }, n).slice(0, wanted) : all();
  if (settings.order === "by class") rows.sort((i, j) => labels[i] - labels[j]);
  return { stored: inputs, inputs: core.keep(inputs), labels, rows, ...scalingFor(core, data, settings.preparation) };
}

/** The first so many of a part of the data, all unless the page takes fewer. */
export function partOf({ core, data }, settings, name) {
  const { inputs, labels } = data[name];
  const n = Math.min(settings.most[name] ?? labels.length, labels.length);
  const first = { inputs: inputs.subarray(0, n * data.nIn), labels: labels.subarray(0, n) };
  return { ...first, ...scalingFor(core, data, settings.preparation) };
}

/** Train; return the order of the last epoch, the updates, and the seconds spent in the core. */
export async function train(context, network, settings, part, seed) {
  const { batch_size: batchSize, epochs } = settings;
  const n = part.rows.length;
  const updates = Math.ceil(n / batchSize) * epochs;
  const size = batchSize * Math.max(1, Math.floor(PIECE / batchSize));
  const done = { order: part.rows, seconds: 0, updates: 0 };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (settings.shuffle !== false) done.order = shuffle(context, part.rows, seed, epoch);
    const moves = settings.move ? movesOf(context.core, seed, epoch, settings.move, n) : null;
    for (let at = 0; at < n; at += size) {
      await context.rest();
      const order = done.order.slice(at, at + size);
      const moved = moves?.subarray(2 * at, 2 * (at + order.length));
      const started = performance.now();
      const result = trainPiece(
        context,
        network,
        settings,
        { ...part, order, moved, batchSize },
        done.updates,
        updates,
      );
      done.seconds += (performance.now() - started) / 1000;
      if (result.status === "diverged") return done;
      done.updates += Math.ceil(order.length / batchSize);
    }
  }
  return done;
}

function trainPiece({ core, data }, network, settings, piece, first, updates) {
  const { learning_rate: rate, schedule } = settings;
  const rateOf = (i) => (schedule === "linear" ? rate * (1 - (first + i) / updates) : rate);
  const learningRates = Float64Array.from({ length: Math.ceil(piece.order.length / piece.batchSize) }, (_, i) =>
    rateOf(i),
  );
  return core.epoch(network, { kind: "sgd" }, { ...piece, learningRates, imageShape: data?.imageShape });
}

const shuffle = ({ core }, rows, seed, epoch) =>
  core.permutation({ seed, stream: STREAMS.SHUFFLE, epoch }, rows.length).map((i) => rows[i]);

/** Whole pixels, as byhand/random.py draws them. */
function movesOf(core, seed, epoch, most, n) {
  const uniforms = core.uniforms({ seed, stream: STREAMS.AUGMENT, epoch }, 2 * n);
  return Int32Array.from(uniforms, (u) => Math.floor(u * (2 * most + 1)) - most);
}

export function testAccuracy({ core }, network, part) {
  const nOut = network.layers.at(-1).n_out;
  return accuracyOf(core.confusion(core.predict(network, part), part.labels, nOut), nOut);
}

/** A network without its last layer, and what it makes of a part: inputs for that layer alone. */
export function hiddenOutputs({ core }, network, part) {
  const before = { ...network, layers: network.layers.slice(0, -1) };
  return core.predict(before, part);
}
