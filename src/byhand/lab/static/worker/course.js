// The course of a training: every step follows from settings and data alone, so that any moment of it can be computed
// again. A mark is all there is at a moment; from the nearest one before it, another moment is recomputed.
//
// What is left out of a training, [{kind: "batch", step} | {kind: "class", label, from}]: one batch is passed by; all
// examples of a class are, from that step on.

import { outputFor } from "./scores.js";

const SHUFFLE = 1; // the stream, as in randomness.py

const PREPARATIONS = { // stored numbers 0 … top become
  unit: (top) => ({ scale: 1 / top, shift: 0 }),
  signed: (top) => ({ scale: 2 / top, shift: -1 }),
  raw: () => ({ scale: 1, shift: 0 }),
};

export class Course {
  #core; #data; #settings; #inputs; #optimizer; #order = []; #drawn = 0; // by dropout in this epoch
  epoch = 0; at = 0; step = 0; sums = { loss: 0, right: 0, examples: 0 }; diverged = null;

  /** settings: the table of state.js, `without` too; data: of data.js. */
  constructor(core, data, settings) {
    Object.assign(this, { model: modelOf(data, settings) });
    this.#core = core; this.#data = data; this.#settings = settings;
    core.initialize(this.model.network, { initializer: settings.initializer, factor: factorOf(settings), seed: settings.seed });
    this.#inputs = data.kept ??= core.keep(data.train.inputs);
    this.#optimizer = { kind: settings.optimizer, momentum: 0.9, beta1: 0.9, beta2: 0.999, weightDecay: decayOf(settings) };
    this.#beginEpoch();
  }

  get isOver() { return this.epoch >= this.#settings.epochs || Boolean(this.diverged); }

  get settings() { return this.#settings; }

  /** Examples of this epoch. */
  get n() { return this.#order.length; }

  /** Steps that are left of this epoch. */
  get left() { return Math.ceil((this.#order.length - this.at) / this.#settings.batchSize); }

  /** All there is now. */
  mark() {
    const { first, second, steps } = this.#optimizer, { epoch, at, step, sums, diverged } = this;
    return { params: paramsOf(this.model.network).map((array) => array.slice()), first, second, steps, order: this.#order, drawn: this.#drawn, epoch, at, step, sums: { ...sums }, diverged };
  }

  /** Go back, or on, to a mark of the same training, or of one that was the same up to there. */
  restore({ params, first, second, steps, order, drawn, epoch, at, step, sums, diverged }) {
    paramsOf(this.model.network).forEach((array, i) => array.set(params[i]));
    Object.assign(this.#optimizer, { first, second, steps });
    Object.assign(this, { epoch, at, step, sums: { ...sums }, diverged });
    [this.#order, this.#drawn] = [order, drawn];
    this.#leaveOut();
    return this;
  }

  /** Learn from so many minibatches, to the end of the epoch at most; {status, loss, right, examples} of those. */
  learn(steps) {
    const told = { loss: 0, right: 0, examples: 0 };
    for (let left = Math.min(steps, this.left); left > 0 && !this.diverged;) {
      const upTo = Math.min(left, this.#untilLeftOut());
      if (upTo === 0) this.#passBy();
      else this.#learnFrom(upTo, told);
      left -= Math.max(upTo, 1);
      this.#leaveOut();
    }
    if (this.at >= this.#order.length && !this.diverged) this.#beginEpoch(this.epoch + 1);
    return told;
  }

  /** Learn up to that step, or to the end. */
  goTo(step) {
    while (this.step < step && !this.isOver) this.learn(step - this.step);
    return this;
  }

  #learnFrom(steps, told) {
    const { batchSize, learningRate, seed } = this.#settings, order = this.#order.slice(this.at, this.at + steps * batchSize);
    const result = this.#core.epoch(this.model.network, this.#optimizer, {
      inputs: this.#inputs, ...this.model.preparation, labels: this.#data.train.labels, order, batchSize, draws: { seed, epoch: this.epoch + 1, position: this.#drawn },
      learningRates: new Float64Array(Math.ceil(order.length / batchSize)).fill(learningRate),
    });
    this.#drawn += result.draws;
    this.at += order.length;
    this.step += result.steps;
    for (const sums of [this.sums, told]) Object.assign(sums, { loss: sums.loss + result.loss, right: sums.right + result.right, examples: sums.examples + order.length });
    if (result.status === "diverged") this.diverged = { step: this.step };
  }

  #passBy() {
    this.at = Math.min(this.at + this.#settings.batchSize, this.#order.length);
    this.step++;
  }

  /** Steps until a batch is passed by or a class is left out; 0: this batch is. */
  #untilLeftOut() {
    const events = (this.#settings.without ?? []).map(({ kind, step, from }) => kind === "batch" ? step : from).filter((step) => step > this.step);
    const isNow = (this.#settings.without ?? []).some(({ kind, step }) => kind === "batch" && step === this.step);
    return isNow ? 0 : Math.min(...events, Infinity) - this.step;
  }

  /** Take what is left out from here on out of what is to come in this epoch. */
  #leaveOut() {
    const { labels } = this.#data.train, gone = (this.#settings.without ?? []).filter(({ kind, from }) => kind === "class" && from <= this.step).map(({ label }) => label);
    if (gone.length) this.#order = [...this.#order.slice(0, this.at), ...this.#order.slice(this.at).filter((i) => !gone.includes(labels[i]))];
  }

  #beginEpoch(epoch = 0) {
    const { shuffle, seed } = this.#settings, n = this.#data.train.labels.length;
    Object.assign(this, { epoch, at: 0, sums: { loss: 0, right: 0, examples: 0 } });
    this.#drawn = 0;
    this.#order = shuffle ? this.#core.order({ seed, stream: SHUFFLE, epoch: epoch + 1 }, n) : Array.from(this.#data.train.labels.keys());
    this.#leaveOut();
  }
}

/** Every array that training changes. */
const paramsOf = ({ layers }) => layers.flatMap(({ W, b, batchNorm: norm }) => [W, b, ...(norm ? [norm.gamma, norm.beta, norm.mean, norm.variance] : [])]);

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
