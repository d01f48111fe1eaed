// A training in the page: whole batches in the core, a frame now and then, always ready to pause. Of its past only
// some checkpoints are kept; any other moment is recomputed from the checkpoint before it.

import { foldBatchNorm } from "../core/fold.js";
import { accuracyByClass, accuracyOf } from "./accuracy.js";
import { Curve } from "./curve.js";
import { Film } from "./film.js";
import { TrainingRun } from "./training-run.js";

const SCHEMA = 1;
const FRAME_MS = 80; // how long the core works before it shows a frame and hears the page
const UNITS = 64; // of the first layer, shown as pictures
const POINTS = 1000; // of the live curve
const SNAPSHOTS = 2; // recomputed ones that are kept
const CHECKPOINT_BYTES = 48 << 20;
const MOST_CHECKPOINTS = 64; // the same

/** @type {(seen: any) => any[]} */
const noFindings = () => [];

export class Training {
  #core;
  #data;
  #publish;
  #run;
  #running = false;
  #seconds = 0;
  #seen = 0;
  #history = [];
  #curve = new Curve(POINTS);
  #film = new Film();
  #checkpoints = [];
  #spacing = 1;
  /** @type {Map<number, any>} */
  #snapshots = new Map();
  #until = Infinity;
  /** @type {any} */
  #before = null;
  #diagnose;
  #findings = [];
  /** @type {any} */
  #untrained = null; // what the network before its first step reads of the validation set

  /**
   * settings: the table of shared/settings.js; data: of datasets.js; publish: is called with each frame; diagnose: with
   * what came of it, and returns what went wrong, as diagnosis.js has it.
   */
  constructor(core, data, settings, publish, diagnose = noFindings) {
    this.#core = core;
    this.#data = data;
    this.#publish = publish;
    this.#diagnose = diagnose;
    this.#run = new TrainingRun(core, data, settings);
    this.#keepCheckpoint();
    this.#noteFilm();
  }

  get isRunning() {
    return this.#running;
  }

  get model() {
    return this.#run.model;
  }

  get isParallel() {
    return this.#core.isParallel(this.model.network, this.#run.settings.batchSize);
  }

  get diverged() {
    return this.#run.diverged;
  }

  /** Train until the last epoch or until paused; frames come meanwhile. */
  start() {
    if (this.#running || this.#run.isOver) return this.frame();
    this.#running = true;
    const turn = () => {
      if (!this.#running) return;
      const until = performance.now() + FRAME_MS;
      do this.#learn(Math.min(this.#stepsInOneGo(), this.#until - this.#run.step));
      while (performance.now() < until && !this.#isThere());
      if (this.#isThere()) [this.#running, this.#until] = [false, Infinity];
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
    if (!this.#run.isOver) this.#learn(steps || this.#run.left);
    return this.frame();
  }

  /** The same training as it was after `to` steps, recomputed; of one to come, computed ahead: {model, frame}. */
  snapshot(to) {
    if (this.#snapshots.has(to)) return this.#snapshots.get(to);
    const started = performance.now();
    const from = this.#checkpoints.findLast(({ step }) => step <= to);
    const past = new TrainingRun(this.#core, this.#data, this.#run.settings).restore(from).goTo(to);
    const { model, step, epoch } = past;
    const units = firstOf(model);
    const frame = {
      schema: SCHEMA,
      kind: "snapshot",
      step,
      epoch,
      from: from.step,
      seconds: (performance.now() - started) / 1000,
      ...this.#validate(model),
      weights: pictures(units.W, units),
    };
    this.#snapshots.set(to, { model, frame });
    for (const oldest of [...this.#snapshots.keys()].slice(0, -SNAPSHOTS)) this.#snapshots.delete(oldest);
    return { model, frame };
  }

  /** How the first units' weights differ between two moments, as pictures: other − one, by the core. */
  difference({ one, other }) {
    const [before, after] = [one, other].map((to) => firstOf(this.snapshot(to).model));
    return {
      schema: SCHEMA,
      kind: "difference",
      one,
      other,
      weights: pictures(this.#core.sgdStep(after.W, before.W, 1), after),
    };
  }

  /** The same training without some of its batches or digits; started, it goes to where this one is. */
  without(left) {
    const { step, isOver, settings } = this.#run;
    const firstStep = (one) => one.step ?? one.from;
    const first = Math.min(...left.map(firstStep), Infinity);
    const other = new Training(this.#core, this.#data, { ...settings, without: left }, this.#publish, this.#diagnose);
    const same = this.#checkpoints.findLast(
      (mark) => mark.step <= first && (settings.without ?? []).every((one) => firstStep(one) > mark.step),
    );
    if (same) other.#run.restore(same);
    other.#film = this.#film.upTo(other.#run.step);
    other.#history = this.#history.filter(({ epoch }) => epoch <= other.#run.epoch);
    other.#untrained = this.#untrained;
    other.#curve = this.#curve.upTo(({ at }) => at <= other.#run.epoch);
    [other.#until, other.#before] = [isOver ? Infinity : step, { ...this.#validate(this.model), step }];
    return other;
  }

  frame() {
    const { model, step, epoch, sums, settings, diverged, learningRate } = this.#run;
    const { layers } = model.network;
    const units = firstOf(model);
    const last = this.#history.at(-1);
    if (step === 0) this.#untrained ??= this.#validate(model);
    // of this epoch
    const sofar = sums.examples ? { loss: sums.loss / sums.examples, accuracy: sums.right / sums.examples } : last;
    return {
      schema: SCHEMA,
      kind: "training",
      recipe: "page",
      sizes: [units.n_in, ...layers.map((layer) => layer.n_out)],
      is_folded: Boolean(layers[0].batchNorm),
      learning_rate: learningRate,
      epoch,
      epochs: settings.epochs,
      step,
      running: this.#running,
      diverged,
      findings: this.#findings,
      loss: sofar?.loss ?? null,
      accuracy: sofar?.accuracy ?? null,
      validation: last?.validation ?? null,
      untrained: this.#untrained,
      examples_per_second: this.#seconds ? this.#seen / this.#seconds : 0,
      threads: this.isParallel ? this.#core.nThreads : 1,
      is_parallel: this.isParallel,
      weights: pictures(units.W, units),
      history: this.#history,
      curve: this.#curve.points,
      film_steps: this.#film.steps,
      without: settings.without ?? [],
      before: this.#before,
      after: this.#before && !this.#running ? this.#compare(step) : null,
    };
  }

  /** What the first units looked for on the way: {steps: [{step, weights}]}. */
  film() {
    return { schema: SCHEMA, kind: "film", moments: this.#film.frames };
  }

  #isThere() {
    return this.#run.isOver || this.#run.step >= this.#until;
  }

  /** About a third of a frame's time, once the speed is known. */
  #stepsInOneGo() {
    const perStep = this.#run.step ? this.#seconds / this.#run.step : 0.002;
    return Math.max(1, Math.floor(FRAME_MS / 3000 / perStep));
  }

  /** So many steps, to the end of the epoch at most, in pieces that end where the film has a picture. */
  #learn(steps) {
    const { epoch } = this.#run;
    for (let left = steps; left > 0 && !this.#run.diverged && this.#run.epoch === epoch;) {
      const piece = Math.min(left, this.#film.until(this.#run.step));
      this.#learnPiece(piece);
      this.#noteFilm();
      left -= piece;
    }
  }

  #noteFilm() {
    const units = firstOf(this.model);
    this.#film.note(this.#run.step, (count) => pictures(units.W, units, count));
  }

  #learnPiece(steps) {
    const run = this.#run;
    const { epoch, n, sums } = run;
    const started = performance.now();
    const totals = run.learn(steps);
    this.#seconds += (performance.now() - started) / 1000;
    this.#seen += totals.examples;
    const isClosed = run.epoch > epoch;
    const point = {
      at: isClosed ? run.epoch : epoch + run.at / n,
      loss: totals.loss / totals.examples,
      accuracy: totals.right / totals.examples,
    };
    if (totals.examples) this.#curve.push(point);
    const { loss, accuracy } = isClosed ? this.#validate(this.model) : {};
    const validation = { loss, accuracy };
    if (isClosed)
      this.#history = [
        ...this.#history,
        {
          epoch: run.epoch,
          loss: sums.loss / sums.examples,
          accuracy: sums.right / sums.examples,
          validation,
        },
      ];
    if (!run.diverged) this.#keepCheckpoint();
    if (run.isOver && !run.diverged) this.#findings = this.#diagnoseRun();
  }

  /** What went wrong without failing, now that it has ended. */
  #diagnoseRun() {
    const { model, settings } = this.#run;
    const { network: initial } = new TrainingRun(this.#core, this.#data, settings).model;
    return this.#diagnose({
      core: this.#core,
      model,
      initial,
      part: this.#data.train,
      history: this.#history,
      rate: settings.learningRate,
    });
  }

  /** The validation set: its mean loss, and what is right, of all and class by class. */
  #validate({ network, preparation }) {
    const { validation } = this.#data;
    const n = network.layers.at(-1).n_out;
    const output = this.#core.predict(network, { inputs: validation.inputs, ...preparation });
    const loss = this.#core.meanLoss(network, output, { labels: validation.labels });
    const counts = this.#core.confusion(output, validation.labels, n);
    return {
      loss: Number.isFinite(loss) ? loss : null,
      accuracy: accuracyOf(counts, n),
      classes: accuracyByClass(counts, n),
    };
  }

  /** What it reads now, and how that differs from before something was left out. */
  #compare(step) {
    const after = this.#validate(this.model);
    const { accuracy, classes } = this.#before;
    const change = {
      accuracy: after.accuracy - accuracy,
      classes: after.classes.map((share, k) => share - classes[k]),
    };
    return { ...after, step, change };
  }

  /** Keep a checkpoint now and then: the more there are, the rarer. */
  #keepCheckpoint() {
    if (this.#checkpoints.length && this.#run.step < this.#checkpoints.at(-1).step + this.#spacing) return;
    this.#checkpoints.push(this.#run.checkpoint());
    const size = 12 * this.model.network.layers.reduce((sum, { W, b }) => sum + W.length + b.length, 0);
    if (this.#checkpoints.length <= Math.max(4, Math.min(MOST_CHECKPOINTS, CHECKPOINT_BYTES / size))) return;
    this.#checkpoints = this.#checkpoints.filter((_, i) => i % 2 === 0);
    this.#spacing = Math.max(2 * this.#spacing, 2 * (this.#checkpoints[1].step - this.#checkpoints[0].step));
  }
}

/** The first layer, with its batch normalization folded in. */
const firstOf = ({ network }) => foldBatchNorm({ layers: [network.layers[0]] }).layers[0];

/** The first units' weights as pictures. */
function pictures(W, { n_in, n_out }, count = UNITS) {
  return Array.from({ length: Math.min(count, n_out) }, (_, j) =>
    Float32Array.from({ length: n_in }, (_, k) => W[k * n_out + j]),
  );
}
