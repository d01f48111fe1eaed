// What each kind of experiment does with a seed: the twins of digits.py, starts.py, clouds.py, moved.py, nonsense.py and
// removed.py. All numbers come from the core; here rows are chosen, columns moved, right answers counted.

import { Clouds } from "../gaussian-pair.js";
import { scored } from "../output-kinds.js";
import { columnsShuffled, gathered, shifted, standardised } from "../image-rows.js";

const SHUFFLE = 1;
const AUGMENT = 3;
const DATA = 4;
const SPLIT = 5; // streams, as in randomness.py
const PIECE = 8000; // examples learned in one go
const LATEST = 1000;
const GRADIENT_OF = 100;
const SAME = 1e-5; // as in digits.py
const REFUSED = 0.05;
const SURE = 0.9; // as in nonsense.py
const CLOUDS = [
  [0, 0, 0.5, 0.5],
  [1, 1, 1.5, 1.5],
];
const FRESH = 20000;
const REACH = 10;
const SIDE = 400; // FRESH points to test on
const CORNERS = { inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), labels: [0, 1, 1, 0], scale: 1, shift: 0 };

export const BY_SEED = {
  digits: async (bench, runs, seed, tell) => {
    for (const { name, settings } of runs) tell(name, await digits(bench, settings, seed));
  },
  starts: async (bench, runs, seed, tell) => {
    for (const { name, settings } of runs) tell(name, await starts(bench, settings, seed));
  },
  clouds: async (bench, runs, seed, tell) => {
    for (const { name, settings } of runs) tell(name, await clouds(bench, settings, seed));
  },
  moved: async (bench, runs, seed, tell) => {
    for (const { name, settings } of runs) tell(name, await moved(bench, settings, seed));
  },
  nonsense,
  removed,
};

/** What is known without training, for the clouds: the least error of any rule, and of any straight line. */
export function marksOf(core, { kind }) {
  if (kind !== "clouds") return [];
  const step = (2 * REACH) / SIDE;
  const points = Float32Array.from(
    { length: 2 * SIDE * SIDE },
    (_, i) => ((i % 2 ? Math.floor(i / 2 / SIDE) : (i >> 1) % SIDE) + 0.5) * step - REACH,
  );
  const line = new Clouds(core, CLOUDS).bestLine([-REACH, REACH, -REACH, REACH]);
  return [
    { name: "the best rule there can be", value: core.bayes(CLOUDS, points, step * step).error },
    { name: "the best straight line", value: line.error },
  ];
}

// Networks and examples

function networkOf({ core }, settings, nIn, nOut, seed) {
  const { hidden, activation, initializer = "he", init_scale = 1, loss, output = "identity" } = settings;
  const widths = [nIn, ...hidden, nOut];
  const layers = widths.slice(1).map((n_out, l) => ({
    n_in: widths[l],
    n_out,
    activation: l === hidden.length ? output : activation,
    slope: 0.01,
    W: new Float32Array(widths[l] * n_out),
    b: new Float32Array(n_out),
    ...(l < hidden.length ? between(settings, l, widths[l], n_out) : {}),
  }));
  const network = { layers, loss };
  core.initialize(network, { initializer, factor: init_scale, seed });
  if (settings.fill !== undefined) for (const { W } of layers) W.fill(settings.fill);
  return network;
}

/** What may lie between a hidden layer and the next: batch normalisation, and a way around a layer that keeps its width. */
function between({ batch_norm: isNormalised, residual }, l, nIn, nOut) {
  const fresh = (value) => new Float32Array(nOut).fill(value);
  return {
    ...(isNormalised
      ? {
          batchNorm: {
            gamma: fresh(1),
            beta: fresh(0),
            mean: fresh(0),
            variance: fresh(1),
            momentum: 0.1,
            epsilon: 1e-5,
          },
        }
      : {}),
    ...(residual && l > 0 && nIn === nOut ? { residual: 1 } : {}),
  };
}

const preparationOf = ({ data }, name) =>
  ({
    unit: () => ({ scale: 1 / data.top, shift: 0 }),
    raw: () => ({ scale: 1, shift: 0 }),
    standard: () => standardised(data),
  })[name]();

/** The training examples of a trial: which rows, in which order by default; no more than the page takes. */
function trainOf(bench, settings, seed) {
  const { core, data } = bench;
  const n = data.train.labels.length;
  const wanted = Math.min(settings.train ?? n, settings.most.train ?? n, n);
  const inputs = (data.kept ??= core.keep(data.train.inputs));
  const labels = data.train.labels;
  const rows =
    wanted < n ? core.order({ seed, stream: SPLIT }, n).slice(0, wanted) : Array.from({ length: n }, (_, i) => i);
  if (settings.order === "by class") rows.sort((i, j) => labels[i] - labels[j]);
  return { stored: data.train.inputs, inputs, labels, rows, ...preparationOf(bench, settings.preparation) };
}

/** The first so many of a part of the data, all unless the page takes fewer. */
function partOf(bench, settings, name) {
  const { inputs, labels } = bench.data[name];
  const n = Math.min(settings.most[name] ?? labels.length, labels.length);
  return {
    inputs: inputs.subarray(0, n * bench.data.nIn),
    labels: labels.subarray(0, n),
    ...preparationOf(bench, settings.preparation),
  };
}

/** Train; the order of the last epoch and the seconds spent in the core are told. */
async function train(bench, network, settings, part, seed) {
  const { core } = bench;
  const { batch_size: batchSize, epochs, learning_rate: rate } = settings;
  const n = part.rows.length;
  const perEpoch = Math.ceil(n / batchSize);
  const optimizer = { kind: "sgd" };
  const size = batchSize * Math.max(1, Math.floor(PIECE / batchSize));
  let order = part.rows;
  let seconds = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (settings.shuffle !== false) order = core.order({ seed, stream: SHUFFLE, epoch }, n).map((i) => part.rows[i]);
    const moves = settings.move ? movesOf(core, seed, epoch, settings.move, n) : null;
    for (let at = 0; at < n; at += size) {
      await bench.rest();
      const piece = order.slice(at, at + size);
      const first = (epoch - 1) * perEpoch + at / batchSize;
      const all = perEpoch * epochs;
      const started = performance.now();
      const learningRates = Float64Array.from({ length: Math.ceil(piece.length / batchSize) }, (_, i) =>
        settings.schedule === "linear" ? rate * (1 - (first + i) / all) : rate,
      );
      const result = core.epoch(network, optimizer, {
        ...part,
        order: piece,
        batchSize,
        learningRates,
        moved: moves?.subarray(2 * at, 2 * (at + piece.length)),
        imageShape: bench.data?.imageShape,
      });
      seconds += (performance.now() - started) / 1000;
      if (result.status === "diverged") return { order, seconds, updates: first };
    }
  }
  return { order, seconds, updates: perEpoch * epochs };
}

/** Whole pixels, as randomness.py draws them. */
const movesOf = (core, seed, epoch, most, n) =>
  Int32Array.from(core.uniforms({ seed, stream: AUGMENT, epoch }, 2 * n), (u) => Math.floor(u * (2 * most + 1)) - most);

function accuracyOf({ core }, network, part) {
  const nOut = network.layers.at(-1).n_out;
  const counts = core.confusion(core.predict(network, part), part.labels, nOut);
  return counts.reduce((sum, count, i) => sum + (i % (nOut + 1) === 0 ? count : 0), 0) / part.labels.length;
}

// The kinds

async function digits(bench, settings, seed) {
  const { core, data } = bench;
  let part = trainOf(bench, settings, seed);
  let test = partOf(bench, settings, "test");
  let network = networkOf(bench, settings, data.nIn, 10, seed);
  if (settings.permuted) {
    const order = core.order({ seed, stream: DATA }, data.nIn);
    const inputs = columnsShuffled(part.stored, order);
    [part, test] = [
      { ...part, stored: inputs, inputs },
      { ...test, inputs: columnsShuffled(test.inputs, order) },
    ];
  }
  if (settings.frozen) {
    const before = { ...network, layers: network.layers.slice(0, -1) };
    const asItIs = { scale: 1, shift: 0 };
    const lined = ofRows(part, data.nIn);
    const said = (of) => core.predict(before, of);
    const inputs = said(lined);
    part = { ...part, ...asItIs, stored: inputs, inputs, labels: lined.labels, rows: Array.from(lined.labels.keys()) };
    test = { ...test, ...asItIs, inputs: said(test) };
    network = { ...network, layers: network.layers.slice(-1) };
  }
  const ratio = gradientRatio(bench, network, part);
  const told = await train(bench, network, settings, part, seed);
  await bench.rest();
  const measures = {
    accuracy: () => accuracyOf(bench, network, test),
    train_accuracy: () => accuracyOf(bench, network, ofRows(part, network.layers[0].n_in)),
    latest_loss: () => lossOn(core, network, part, told.order.slice(-LATEST)),
    distinct_units: () => distinctUnits(network),
    silent_units: () => silentUnits(core, network, test),
    gradient_ratio: () => ratio,
    updates: () => told.updates,
    seconds: () => told.seconds,
  };
  return Object.fromEntries(bench.measures.map((name) => [name, measures[name]()]));
}

/** The examples that are trained on, in a row: all of them as they lie, or those that were chosen. */
function ofRows(part, nIn) {
  if (part.rows.length === part.labels.length) return part;
  return {
    ...part,
    inputs: gathered(part.stored, part.rows, nIn),
    labels: Uint8Array.from(part.rows, (row) => part.labels[row]),
  };
}

/** A step of length 0 tells the loss and changes nothing. */
function lossOn(core, network, part, order) {
  return (
    core.epoch(network, { kind: "sgd" }, { ...part, order, batchSize: order.length, learningRates: [0] }).loss /
    order.length
  );
}

/** A step of length 1 takes the gradient from the weights: the mean of |dW| of the first layer beside the last's. */
function gradientRatio(bench, network, part) {
  const stepped = structuredClone(network);
  const order = part.rows.slice(0, GRADIENT_OF);
  bench.core.epoch(stepped, { kind: "sgd" }, { ...part, order, batchSize: order.length, learningRates: [1] });
  const size = (l) => {
    const { above, below } = bench.core.sums(
      Float64Array.from(network.layers[l].W, (w, i) => w - stepped.layers[l].W[i]),
    );
    return (above - below) / network.layers[l].W.length;
  };
  return size(network.layers.length - 1) ? size(0) / size(network.layers.length - 1) : 0;
}

function distinctUnits({ layers: [{ W, n_in, n_out }] }) {
  return new Set(
    Array.from({ length: n_out }, (_, j) =>
      Array.from({ length: n_in }, (_, k) => Math.round(W[k * n_out + j] / SAME)).join(),
    ),
  ).size;
}

function silentUnits(core, network, part) {
  const said = core.predict({ ...network, layers: network.layers.slice(0, 1) }, part);
  const n = network.layers[0].n_out;
  return Array.from({ length: n }, (_, j) => j).filter((j) => {
    for (let at = j; at < said.length; at += n) if (said[at] > 0) return false;
    return true;
  }).length;
}

async function starts(bench, settings, seed) {
  const { core } = bench;
  const { hidden, steps, starts: n } = settings;
  const order = Array.from({ length: 4 * steps }, (_, i) => i % 4);
  const away = [];
  const rates = new Float64Array(steps).fill(settings.learning_rate);
  const wanted = { ...settings, hidden: hidden ? [hidden] : [], loss: "binary_cross_entropy" };
  let [solved, three] = [0, 0];
  for (let i = 0; i < n; i++) {
    await bench.rest();
    const network = networkOf(bench, wanted, 2, 1, (seed - 1) * n + i);
    core.epoch(network, { kind: "sgd" }, { ...CORNERS, order, batchSize: 4, learningRates: rates });
    const logits = core.predict(network, CORNERS);
    const right = CORNERS.labels.filter((y, k) => logits[k] > 0 === (y === 1)).length;
    solved += right === 4;
    three += right === 3;
    const squashed = {
      ...network,
      layers: network.layers.map((layer, l) =>
        l === network.layers.length - 1 ? { ...layer, activation: "sigmoid" } : layer,
      ),
    };
    away.push(...Array.from(core.predict(squashed, CORNERS), (p) => Math.abs(p - 0.5)));
  }
  return { solved: solved / n, three_right: three / n, from_half: bench.mean(away) };
}

async function clouds(bench, settings, seed) {
  const { core } = bench;
  const asTheyAre = { scale: 1, shift: 0 };
  const drawn = (n, part) => {
    const { points, classes } = core.toy("gaussians", { n, clouds: CLOUDS, seed, part });
    return { inputs: points, labels: classes, ...asTheyAre };
  };
  const points = drawn(settings.examples, 0);
  const network = networkOf(bench, settings, 2, 2, seed);
  await train(bench, network, settings, { ...points, rows: Array.from(points.labels.keys()) }, seed);
  return { error: 1 - accuracyOf(bench, network, drawn(FRESH, 1)) };
}

async function moved(bench, settings, seed) {
  const part = trainOf(bench, settings, seed);
  const test = partOf(bench, settings, "test");
  const network = networkOf(bench, settings, bench.data.nIn, 10, seed);
  await train(bench, network, settings, part, seed);
  const told = { moved_0: accuracyOf(bench, network, test) };
  for (const pixels of settings.moves) {
    const found = [];
    for (const [right, down] of [
      [-pixels, 0],
      [pixels, 0],
      [0, -pixels],
      [0, pixels],
    ]) {
      await bench.rest();
      found.push(
        accuracyOf(bench, network, { ...test, inputs: shifted(test.inputs, bench.data.imageShape, right, down) }),
      );
    }
    told[`moved_${pixels}`] = bench.mean(found);
  }
  return told;
}

async function nonsense(bench, runs, seed, tell) {
  const { core, data } = bench;
  const { settings } = runs[0];
  const network = networkOf(bench, settings, data.nIn, 10, seed);
  await train(bench, network, settings, trainOf(bench, settings, seed), seed);
  const sure = (part) => {
    const p = core.predict(scored(network), part);
    return { p, top: Float64Array.from(part.labels, (_, i) => Math.max(...p.subarray(10 * i, 10 * i + 10))) };
  };
  const held = sure(partOf(bench, settings, "held")).top.sort();
  const threshold = held[Math.floor(REFUSED * held.length)];
  for (const {
    name,
    settings: { pictures },
  } of runs) {
    await bench.rest();
    const part = picturesOf(bench, pictures, partOf(bench, settings, "test"), seed);
    const { p, top } = sure(part);
    const n = top.length;
    const counts = new Array(10).fill(0);
    top.forEach((most, i) => counts[p.subarray(10 * i, 10 * i + 10).indexOf(Math.fround(most))]++);
    const favourite = counts.indexOf(Math.max(...counts));
    tell(name, {
      top_probability: bench.mean(top),
      sure: top.filter((one) => one > SURE).length / n,
      refused: top.filter((one) => one < threshold).length / n,
      favourite,
      favourite_share: counts[favourite] / n,
    });
  }
}

function picturesOf({ core, data }, kind, test, seed) {
  const noise = () => Float32Array.from(core.uniforms({ seed, stream: DATA, epoch: 1 }, test.inputs.length));
  const kinds = {
    digits: () => test,
    noise: () => ({ ...test, inputs: noise(), scale: 1, shift: 0 }),
    negative: () => ({ ...test, scale: -test.scale, shift: 1 - test.shift }),
    shuffled: () => ({ ...test, inputs: columnsShuffled(test.inputs, core.order({ seed, stream: DATA }, data.nIn)) }),
  };
  return kinds[kind]();
}

async function removed(bench, runs, seed, tell) {
  const { core, data } = bench;
  const { settings } = runs[0];
  const network = networkOf(bench, settings, data.nIn, 10, seed);
  await train(bench, network, settings, trainOf(bench, settings, seed), seed);
  const before = { ...network, layers: network.layers.slice(0, -1) };
  const last = network.layers.at(-1);
  const nOut = last.n_out;
  const said = (part) => ({ inputs: core.predict(before, part), labels: part.labels, scale: 1, shift: 0 });
  const [held, test] = ["held", "test"].map((name) => said(partOf(bench, settings, name)));
  const without = (units, part) => {
    const W = last.W.slice();
    for (const j of units) W.fill(0, j * nOut, (j + 1) * nOut);
    return accuracyOf(bench, { ...network, layers: [{ ...last, W }] }, part);
  };
  const whole = without([], held);
  const costs = [];
  for (let j = 0; j < last.n_in; j++) {
    await bench.rest();
    costs.push(whole - without([j], held));
  }
  const uselessFirst = Array.from(costs.keys()).sort((i, j) => costs[i] - costs[j]);
  for (const {
    name,
    settings: { which, removed: n },
  } of runs) {
    const gone = (which === "most useful" ? uselessFirst.toReversed() : uselessFirst).slice(0, n);
    tell(name, {
      accuracy: without(gone, test),
      alone: gone.length ? gone.length * bench.mean(gone.map((j) => costs[j])) : 0,
      costs_nothing: costs.filter((cost) => cost <= 0).length,
    });
  }
}
