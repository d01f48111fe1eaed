// The course of a training: every step follows from settings and data alone, so that any moment of it can be computed
// again. A checkpoint is all there is at a moment; from the nearest one before it, another moment is recomputed.
//
// What is left out of a training, [{kind: "batch", step} | {kind: "class", label, from}]: one batch is skipped; all
// examples of a class are, from that step on.

import { scheduleOf } from "../shared/schedules.js";
import { STREAMS } from "../shared/constants.js";
import { outputFor } from "../shared/output-kinds.js";
import { scalingFor } from "./input-scaling.js";
import { buildLayers, withActivation } from "./network-builder.js";

export class TrainingRun {
  #core;
  #data;
  #settings;
  #inputs;
  #optimizer;
  #order = [];
  #nDrawn = 0; // by dropout in this epoch
  #rateOf;
  #stepsAnEpoch; // learning rate of a step, counted as if nothing were left out
  epoch = 0;
  at = 0;
  step = 0;
  sums = { loss: 0, right: 0, examples: 0 };
  /** @type {{step: number} | null} */
  diverged = null;

  /** settings: the table of shared/settings.js, `without` too; data: of datasets.js. */
  constructor(core, data, settings) {
    this.model = modelOf(core, data, settings);
    this.#core = core;
    this.#data = data;
    this.#settings = settings;
    core.initialize(this.model.network, {
      initializer: settings.initializer,
      factor: factorOf(settings),
      seed: settings.seed,
    });
    this.#inputs = core.keep(data.train.inputs);
    this.#stepsAnEpoch = Math.ceil(data.train.labels.length / settings.batchSize);
    this.#rateOf = scheduleOf(settings, this.#stepsAnEpoch * settings.epochs);
    this.#optimizer = {
      kind: settings.optimizer,
      momentum: settings.momentum ?? 0.9,
      beta1: 0.9,
      beta2: 0.999,
      weightDecay: decayOf(settings),
    };
    this.#beginEpoch();
  }

  get isOver() {
    return this.epoch >= this.#settings.epochs || Boolean(this.diverged);
  }

  get settings() {
    return this.#settings;
  }

  /** Examples of this epoch. */
  get n() {
    return this.#order.length;
  }

  /** Steps that are left of this epoch. */
  get left() {
    return Math.ceil((this.#order.length - this.at) / this.#settings.batchSize);
  }

  /** The learning rate of the next step, or of the last. */
  get learningRate() {
    return this.#rate(this.isOver ? -1 : 0);
  }

  /**
   * Of a step from here on. An epoch that is shorter, because something is left out, begins where it would have begun.
   */
  #rate(on) {
    return this.#rateOf(
      Math.max(0, this.epoch * this.#stepsAnEpoch + Math.floor(this.at / this.#settings.batchSize) + on),
    );
  }

  /** All there is now. */
  checkpoint() {
    const { first, second, steps } = this.#optimizer;
    const { epoch, at, step, sums, diverged } = this;
    return {
      params: paramsOf(this.model.network).map((array) => array.slice()),
      first,
      second,
      steps,
      order: this.#order,
      drawn: this.#nDrawn,
      epoch,
      at,
      step,
      sums: { ...sums },
      diverged,
    };
  }

  /** Go back, or on, to a checkpoint of the same training, or of one that was the same up to there. */
  restore({ params, first, second, steps, order, drawn, epoch, at, step, sums, diverged }) {
    paramsOf(this.model.network).forEach((array, i) => array.set(params[i]));
    Object.assign(this.#optimizer, { first, second, steps });
    Object.assign(this, { epoch, at, step, sums: { ...sums }, diverged });
    [this.#order, this.#nDrawn] = [order, drawn];
    this.#leaveOut();
    return this;
  }

  /** Learn from so many batches, to the end of the epoch at most; {status, loss, right, examples} of those. */
  learn(steps) {
    const totals = { loss: 0, right: 0, examples: 0 };
    for (let left = Math.min(steps, this.left); left > 0 && !this.diverged;) {
      const upTo = Math.min(left, this.#untilLeftOut());
      if (upTo === 0) this.#skipBatch();
      else this.#learnFrom(upTo, totals);
      left -= Math.max(upTo, 1);
      this.#leaveOut();
    }
    if (this.at >= this.#order.length && !this.diverged) this.#beginEpoch(this.epoch + 1);
    return totals;
  }

  /** Learn up to that step, or to the end. */
  goTo(step) {
    while (this.step < step && !this.isOver) this.learn(step - this.step);
    return this;
  }

  #learnFrom(steps, totals) {
    const { batchSize, seed } = this.#settings;
    const order = this.#order.slice(this.at, this.at + steps * batchSize);
    const result = this.#core.epoch(this.model.network, this.#optimizer, {
      inputs: this.#inputs,
      ...this.model.preparation,
      labels: this.#data.train.labels,
      order,
      batchSize,
      draws: { seed, epoch: this.epoch + 1, position: this.#nDrawn },
      learningRates: Float64Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => this.#rate(i)),
    });
    this.#nDrawn += result.draws;
    this.at += order.length;
    this.step += result.steps;
    for (const sums of [this.sums, totals])
      Object.assign(sums, {
        loss: sums.loss + result.loss,
        right: sums.right + result.right,
        examples: sums.examples + order.length,
      });
    if (result.status === "diverged") this.diverged = { step: this.step };
  }

  #skipBatch() {
    this.at = Math.min(this.at + this.#settings.batchSize, this.#order.length);
    this.step++;
  }

  /** Steps until a batch is passed by or a class is left out; 0: this batch is. */
  #untilLeftOut() {
    const events = (this.#settings.without ?? [])
      .map(({ kind, step, from }) => (kind === "batch" ? step : from))
      .filter((step) => step > this.step);
    const isNow = (this.#settings.without ?? []).some(({ kind, step }) => kind === "batch" && step === this.step);
    return isNow ? 0 : Math.min(...events, Infinity) - this.step;
  }

  /** Take what is left out from here on out of what is to come in this epoch, and, where batches are normalized, the
   * last
   * example should it be left alone. */
  #leaveOut() {
    const { labels } = this.#data.train;
    const gone = (this.#settings.without ?? [])
      .filter(({ kind, from }) => kind === "class" && from <= this.step)
      .map(({ label }) => label);
    if (gone.length)
      this.#order = [
        ...this.#order.slice(0, this.at),
        ...this.#order.slice(this.at).filter((i) => !gone.includes(labels[i])),
      ];
    if (gone.length && this.#settings.batchNorm && (this.#order.length - this.at) % this.#settings.batchSize === 1)
      this.#order = this.#order.slice(0, -1);
  }

  #beginEpoch(epoch = 0) {
    const { shuffle, seed } = this.#settings;
    const n = this.#data.train.labels.length;
    Object.assign(this, { epoch, at: 0, sums: { loss: 0, right: 0, examples: 0 } });
    this.#nDrawn = 0;
    this.#order = shuffle
      ? this.#core.permutation({ seed, stream: STREAMS.SHUFFLE, epoch: epoch + 1 }, n)
      : Array.from(this.#data.train.labels.keys());
    this.#leaveOut();
  }
}

/** Every array that training changes. */
const paramsOf = ({ layers }) =>
  layers.flatMap(({ W, b, batchNorm: norm }) => [
    W,
    b,
    ...(norm ? [norm.gamma, norm.beta, norm.mean, norm.variance] : []),
  ]);

/** A network without weights yet, and how its inputs are prepared. */
function modelOf(core, data, settings) {
  const { hidden, activation, loss, labelSmoothing = 0, preparation } = settings;
  if (settings.batchNorm) refuseBatchOfOne(data.train.labels.length, settings.batchSize);
  const output = loss === "squared_error" ? "sigmoid" : "identity";
  const { batchNorm, dropout, residual } = settings;
  const between = { batchNorm, dropout, residual };
  const layers = buildLayers({
    nIn: data.nIn,
    hidden: withActivation(hidden, activation),
    nOut: 10,
    output,
    ...between,
  });
  return {
    output: outputFor(loss, 10),
    network: { layers, loss, labelSmoothing },
    preparation: { name: preparation, ...scalingFor(core, data, preparation) },
    recipe: recipeOf(data, settings, output),
    classNames: [..."0123456789"],
    imageShape: data.imageShape,
    name: `${[data.nIn, ...hidden, 10].join("-")}, trained here`,
  };
}

function refuseBatchOfOne(n, batchSize) {
  if (batchSize === 1 || n % batchSize === 1)
    throw new Error(
      `batch normalization needs two examples in every batch, and ${n} in batches of ${batchSize} leave one alone: choose another batch size`,
    );
}

/** The same training as a recipe of byhand's. */
function recipeOf(data, settings, output) {
  const { preparation, hidden, activation, initializer, loss, optimizer, epochs, shuffle, seed } = settings;
  const { dropout = 0, batchNorm = false, residual = false, labelSmoothing = 0, schedule = "constant" } = settings;
  const network = { hidden, activation, output, initializer, init_scale: factorOf({ initializer }) };
  const regularization = { dropout, batch_norm: batchNorm, residual };
  const step = { optimizer, momentum: settings.momentum ?? 0.9, weight_decay: decayOf({ optimizer }) };
  return {
    name: "page",
    title: `${[data.nIn, ...hidden, 10].join("-")}, trained in the page`,
    expects: "",
    data: data.name,
    preparation,
    ...network,
    ...regularization,
    loss,
    label_smoothing: labelSmoothing,
    ...step,
    schedule,
    learning_rate: settings.learningRate,
    warm_up: settings.warmUp ?? 0,
    epochs,
    batch_size: settings.batchSize,
    shuffle,
    seed,
  };
}

const decayOf = ({ optimizer }) => (optimizer === "adamw" ? 0.01 : 0);

const factorOf = ({ initializer }) => ({ normal: 0.1, uniform: 0.1 })[initializer] ?? 1;
