// A training in the page: whole minibatches in the core, a frame now and then, always ready to pause.

import { outputFor } from "./scores.js";

const SCHEMA = 1;
const FRAME_MS = 80; // how long the core works before it shows a frame and hears the page
const SHUFFLE = 1; // the stream, as in randomness.py
const UNITS = 64; // of the first layer, shown as pictures
const KEPT = 60; // snapshots on the time line; beyond, every second one is let go
const POINTS = 1000; // of the live curve; the same

const PREPARATIONS = { // stored numbers 0 … top become
  unit: (top) => ({ scale: 1 / top, shift: 0 }),
  signed: (top) => ({ scale: 2 / top, shift: -1 }),
  raw: () => ({ scale: 1, shift: 0 }),
};

export class Training {
  #core; #data; #settings; #publish; #inputs; #optimizer; #running = false;
  #epoch = 0; #at = 0; #order = []; #step = 0; #seconds = 0; #seen = 0; #history = []; #snapshots = [];
  #sums = { loss: 0, right: 0 }; #curve = []; #drawn = 0; // by dropout in this epoch

  /** settings: the table of state.js; data: of data.js; publish: is called with each frame. */
  constructor(core, data, settings, publish) {
    Object.assign(this, { model: modelOf(data, settings) });
    this.#core = core; this.#data = data; this.#settings = settings; this.#publish = publish;
    core.initialize(this.model.network, { initializer: settings.initializer, factor: factorOf(settings), seed: settings.seed });
    this.#inputs = data.kept ??= core.keep(data.train.inputs);
    this.#optimizer = { kind: settings.optimizer, momentum: 0.9, beta1: 0.9, beta2: 0.999, weightDecay: decayOf(settings) };
    this.#snapshot();
  }

  get isRunning() { return this.#running; }

  /** Train until the last epoch or until paused; frames come meanwhile. */
  start() {
    if (this.#running || this.#isOver()) return this.frame();
    this.#running = true;
    const turn = () => {
      if (!this.#running) return;
      const until = performance.now() + FRAME_MS;
      do this.#learn(this.#stepsInOneGo()); while (this.#running && performance.now() < until && !this.#isOver());
      if (this.#isOver()) this.#running = false;
      this.#publish(this.frame());
      setTimeout(turn); // the page's messages come first
    };
    setTimeout(turn);
    return this.frame();
  }

  pause() {
    this.#running = false;
    return this.frame();
  }

  /** Train so many steps, or with 0 to the end of the epoch. */
  advance(steps) {
    const left = Math.ceil((this.#data.train.labels.length - this.#at) / this.#settings.batchSize);
    if (!this.#isOver()) this.#learn(steps || left);
    return this.frame();
  }

  /** Show the snapshot with that number; training goes on from the newest all the same. */
  travel(to) {
    const { W, step, epoch } = this.#snapshots[to];
    return { ...this.frame(), kind: "past", step, epoch, weights: pictures(W, this.model.network.layers[0]) };
  }

  frame() {
    const { network } = this.model, units = network.layers[0], last = this.#history.at(-1);
    const sofar = this.#at ? { loss: this.#sums.loss / this.#at, accuracy: this.#sums.right / this.#at } : last; // of this epoch
    return {
      schema: SCHEMA, kind: "training", recipe: "page", sizes: [units.n_in, ...network.layers.map((layer) => layer.n_out)],
      epoch: this.#epoch, epochs: this.#settings.epochs, step: this.#step, running: this.#running, diverged: this.diverged ?? null,
      loss: sofar?.loss ?? null, accuracy: sofar?.accuracy ?? null, validation: last?.validation ?? null,
      examples_per_second: this.#seconds ? this.#seen / this.#seconds : 0,
      weights: pictures(units.W, units), history: this.#history, curve: this.#curve, snapshots: this.#snapshots.map(({ step, epoch }) => ({ step, epoch })),
    };
  }

  #isOver() { return this.#epoch >= this.#settings.epochs || Boolean(this.diverged); }

  /** About a third of a frame's time, once the speed is known. */
  #stepsInOneGo() {
    const perStep = this.#step ? this.#seconds / this.#step : 0.002;
    return Math.max(1, Math.floor(FRAME_MS / 3000 / perStep));
  }

  /** Learn from the next so many minibatches, at most to the end of the epoch. */
  #learn(steps) {
    const { batchSize, learningRate, shuffle, seed } = this.#settings, { train } = this.#data, n = train.labels.length;
    if (this.#at === 0) this.#order = shuffle ? this.#core.order({ seed, stream: SHUFFLE, epoch: this.#epoch + 1 }, n) : Array.from(train.labels.keys());
    const order = this.#order.slice(this.#at, this.#at + steps * batchSize), started = performance.now();
    const result = this.#core.epoch(this.model.network, this.#optimizer, {
      inputs: this.#inputs, ...this.model.preparation, labels: train.labels, order, batchSize, draws: { seed, epoch: this.#epoch + 1, position: this.#drawn },
      learningRates: new Float64Array(Math.ceil(order.length / batchSize)).fill(learningRate),
    });
    this.#seconds += (performance.now() - started) / 1000;
    this.#drawn += result.draws;
    this.#seen += order.length; this.#at += order.length; this.#step += result.steps;
    this.#sums = { loss: this.#sums.loss + result.loss, right: this.#sums.right + result.right };
    const point = { at: this.#epoch + this.#at / n, loss: result.loss / order.length, accuracy: result.right / order.length };
    this.#curve = [...(this.#curve.length < POINTS ? this.#curve : this.#curve.filter((_, i) => i % 2)), point];
    if (result.status === "diverged") this.diverged = { step: this.#step };
    else if (this.#at >= n) this.#closeEpoch();
  }

  #closeEpoch() {
    const { loss, right } = this.#sums, n = this.#at;
    this.#epoch++;
    this.#at = this.#drawn = 0;
    this.#sums = { loss: 0, right: 0 };
    this.#history = [...this.#history, { epoch: this.#epoch, loss: loss / n, accuracy: right / n, validation: this.#validate() }];
    this.#snapshot();
  }

  /** Loss is not told here: the core's predictions tell what is right. */
  #validate() {
    const { held } = this.#data, { network, preparation } = this.model, nClasses = network.layers.at(-1).n_out;
    const counts = this.#core.confusion(this.#core.predict(network, { inputs: held.inputs, ...preparation }), held.labels, nClasses);
    const right = counts.reduce((sum, count, i) => sum + (i % (nClasses + 1) === 0 ? count : 0), 0);
    return { accuracy: right / held.labels.length };
  }

  #snapshot() {
    if (this.#snapshots.length >= KEPT) this.#snapshots = this.#snapshots.filter((_, i) => i % 2 === 0);
    this.#snapshots = [...this.#snapshots, { step: this.#step, epoch: this.#epoch, W: this.model.network.layers[0].W.slice() }];
  }
}

/** A network without weights yet, and how its inputs are prepared. */
function modelOf(data, settings) {
  const { hidden, activation, loss, labelSmoothing = 0, preparation } = settings;
  if (settings.batchNorm) refuseBatchOfOne(data.train.labels.length, settings.batchSize);
  const output = loss === "squared_error" ? "sigmoid" : "identity", widths = [data.nIn, ...hidden, 10];
  const layers = widths.slice(1).map((n_out, l) => ({
    n_in: widths[l], n_out, activation: l === hidden.length ? output : activation, slope: 0.01,
    W: new Float32Array(widths[l] * n_out), b: new Float32Array(n_out), ...(l < hidden.length && between(settings, l, widths[l], n_out)),
  }));
  return {
    output: outputFor(loss, 10), network: { layers, loss, labelSmoothing }, preparation: { name: preparation, ...PREPARATIONS[preparation](data.top) },
    recipe: recipeOf(data, settings, output), classNames: [..."0123456789"], imageShape: data.imageShape, name: `${widths.join("-")}, trained here`,
  };
}

/** What lies behind a hidden layer, as Network.mlp has it: settings.batchNorm, dropout and residual may ask for it. */
function between({ batchNorm = false, dropout = 0, residual = false }, l, n_in, n_out) {
  const arrays = () => Object.fromEntries(["gamma", "beta", "mean", "variance"].map((name) => [name, new Float32Array(n_out)]));
  return { dropout, residual: residual && l > 0 && n_in === n_out ? 1 : 0, ...(batchNorm && { batchNorm: { ...arrays(), momentum: 0.1, epsilon: 1e-5 } }) };
}

function refuseBatchOfOne(n, batchSize) {
  if (batchSize === 1 || n % batchSize === 1) throw new Error(`batch normalisation needs two examples in every batch, and ${n} in batches of ${batchSize} leave one alone: choose another batch size`);
}

/** The same training as a recipe of byhand's. */
function recipeOf(data, { preparation, hidden, activation, initializer, loss, optimizer, learningRate, epochs, batchSize, shuffle, seed }, output) {
  return {
    name: "page", title: `${[data.nIn, ...hidden, 10].join("-")}, trained in the page`, expects: "", data: data.name, preparation, hidden, activation, output,
    initializer, init_scale: factorOf({ initializer }), loss, optimizer, weight_decay: decayOf({ optimizer }), learning_rate: learningRate, epochs, batch_size: batchSize, shuffle, seed,
  };
}

const decayOf = ({ optimizer }) => optimizer === "adamw" ? 0.01 : 0;

const factorOf = ({ initializer }) => ({ normal: 0.1, uniform: 0.1 })[initializer] ?? 1;

/** The first units' weights as pictures. */
function pictures(W, { n_in, n_out }) {
  return Array.from({ length: Math.min(UNITS, n_out) }, (_, j) => Float32Array.from({ length: n_in }, (_, k) => W[k * n_out + j]));
}
