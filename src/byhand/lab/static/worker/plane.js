// Points in the plane: classes or a curve, one network beside one without hidden layer, and what each unit says where.

import { CURVES } from "../shared/settings.js";
import { GaussianPair } from "./gaussian-pair.js";
import { buildLayers } from "./network-builder.js";
import { boxOf, lineOf, pointsOf } from "./plane-datasets.js";
import { ALONG, classesFrame, curveFrame, SIDE, UNIT_SIDE, unitFrame } from "./plane-frame.js";
import { leastSquares } from "./plane-line.js";
import { PlaneRun } from "./plane-run.js";
import { examplesOf, findLeaks, splitRows } from "./table-split.js";

const SCHEMA = 1;
const FRAME_MS = 30;
const REST_MS = 20;
const BAYES_SIDE = 3 * SIDE; // cells a side, whose better class is known
const OWN_SETS = ["own", "curve"];
const OWN = [-2, 2, -2, 2];

export class Plane {
  #core;
  #settings;
  #publish;
  #run;
  #running = false;
  #isCurve;
  #pace = { speed: 0, since: 0, done: 0 }; // epochs a second, 0: as fast as it can
  /** @type {{layer: number, unit: number} | null} */
  #watched = null;

  /** settings: the plane's part of shared/settings.js; publish is called with each frame. */
  constructor(core, settings, publish) {
    this.#core = core;
    this.#settings = settings;
    this.#publish = publish;
    this.#isCurve = CURVES.includes(settings.set);
    this.#run = this.#newRun(null);
  }

  #newRun(oldBox) {
    const { layers, compare } = this.#settings;
    const data = this.#data(oldBox);
    const stacks = [layers, ...(compare && !this.#isCurve ? [[]] : [])];
    const networks = stacks.map((hidden) => this.#initialize(hidden, data));
    return new PlaneRun(this.#core, this.#settings, data, networks);
  }

  #initialize(hidden, { classes }) {
    const { initializer, seed } = this.#settings;
    const nOut = this.#isCurve ? 1 : nClassesOf(classes);
    const network = {
      layers: buildLayers({ nIn: this.#isCurve ? 1 : 2, hidden, nOut }),
      loss: this.#isCurve ? "squared_error" : "softmax_cross_entropy",
    };
    const factor = ["normal", "uniform"].includes(initializer) ? 0.5 : 1;
    this.#core.initialize(network, { initializer, seed, factor });
    return network;
  }

  /** The points, as the core learns from them, their box, and what is known of them. */
  #data(oldBox) {
    const { set, clouds } = this.#settings;
    const all = pointsOf(this.#core, this.#settings);
    const { points, classes } = all;
    const split = this.#splitOf(all);
    const rows = split?.train ?? [...classes.keys()];
    const examples = examplesOf(all, rows, this.#isCurve);
    const heldOut = split && examplesOf(all, split.heldOut, this.#isCurve);
    const box = boxFor(set, points, this.#isCurve, oldBox);
    const known = { pair: null, bayes: null, straight: null };
    const data = { set, points, classes, n: rows.length, examples, split, heldOut, box, ...known };
    if (this.#isCurve) return { ...data, straight: leastSquares(this.#core, data, ALONG) };
    if (set !== "gaussians") return data;
    const pair = new GaussianPair(this.#core, clouds);
    const bayes = { ...pair.bayes(box, BAYES_SIDE), side: BAYES_SIDE };
    return { ...data, pair, bayes, straight: pair.bestLine(box) };
  }

  /** Which rows are held out, and what leaks; null where all train. */
  #splitOf(all) {
    const { set, holdOut, seed } = this.#settings;
    const split = holdOut && OWN_SETS.includes(set) ? splitRows(this.#core, all.classes, seed) : null;
    return split && { ...split, seed, ...findLeaks(all, split) };
  }

  get isRunning() {
    return this.#running;
  }

  /** Change one weight or bias by hand. */
  edit({ layer, name, at, value }) {
    this.#run.change(() => {
      this.#run.networks[0].network.layers[layer][name][at] = value;
    });
    return this.frame();
  }

  /**
   * Other points, from now on, and all to learn from: the network goes on from where it is; one that has not learned
   * begins with them. The board stays where it is unless a point is outside of it. A new class gets an output with
   * weights 0.
   */
  setPoints({ set, points }) {
    const { newest, edits, data } = this.#run;
    this.#settings = { ...this.#settings, set, points, holdOut: false };
    if (!newest && !edits) this.#run = this.#newRun(data.box);
    else this.#goOnWith(data.box);
    return this.frame();
  }

  #goOnWith(box) {
    this.#run.change(() => {
      this.#run.data = this.#data(box);
      if (!this.#isCurve) this.#run.networks.forEach((one) => withOutputs(one, nClassesOf(this.#run.data.classes)));
    });
  }

  /** One of the points and what it is, for one step of learning. */
  stepInput(point) {
    const { points, classes } = this.#run.data;
    const i = Math.min(point, classes.length - 1);
    const [{ network }] = this.#run.networks;
    const at = points.subarray(2 * i, 2 * i + 2);
    const label = this.#isCurve ? at[1] : classes[i];
    const target = this.#isCurve
      ? [at[1]]
      : Array.from({ length: network.layers[network.layers.length - 1].n_out }, (_, k) => Number(k === label));
    return { network, x: Float64Array.from(this.#isCurve ? at.subarray(0, 1) : at), target, label, from: null };
  }

  /** speed: epochs a second; 0: as many as there is time for. */
  start({ speed = this.#pace.speed } = {}) {
    this.#pace = { speed, since: performance.now(), done: 0 };
    if (this.#running || this.#run.diverged) return this.frame();
    this.#running = true;
    const turn = () => {
      if (!this.#running) return;
      this.#learnForAFrame();
      if (this.#run.diverged) this.#running = false;
      this.#publish(this.frame());
      setTimeout(turn, REST_MS);
    };
    setTimeout(turn);
    return this.frame();
  }

  /** As many epochs as are due, and as there is time for. */
  #learnForAFrame() {
    const until = performance.now() + FRAME_MS;
    const { speed, since } = this.#pace;
    const due = speed ? Math.floor(((performance.now() - since) * speed) / 1000) : Infinity;
    while (this.#pace.done < due && !this.#run.diverged) {
      this.#run.learn();
      this.#pace.done++;
      if (performance.now() >= until) break;
    }
    if (performance.now() >= until) Object.assign(this.#pace, { since: performance.now(), done: 0 });
  }

  pause() {
    this.#running = false;
    return this.frame();
  }

  advance(epochs) {
    for (let i = 0; i < epochs && !this.#run.diverged; i++) this.#run.learn();
    return this.frame();
  }

  /** Go to an epoch of the past, or back from it; what learns, pauses. */
  travel({ epoch }) {
    this.#running = false;
    this.#run.goTo(epoch);
    return this.frame();
  }

  /** Show one hidden unit as finely as the board: {layer, unit}, or none. */
  watch(unit) {
    this.#watched = unit;
    return this.frame();
  }

  /** All that is needed to be as we are now. */
  memento() {
    return { settings: this.#settings, run: this.#run.memento() };
  }

  /** Be as it was. */
  recall({ settings, run }) {
    this.#settings = settings;
    this.#run.recall(run);
    return this.frame();
  }

  frame() {
    const { epoch, newest, earliest, edits, diverged, data, networks } = this.#run;
    const [{ network }] = networks;
    const unit = this.#watched;
    return {
      schema: SCHEMA,
      kind: "plane",
      set: data.set,
      task: this.#isCurve ? "curve" : "classes",
      points: data.points,
      classes: Array.from(data.classes),
      box: data.box,
      side: SIDE,
      unit_side: UNIT_SIDE,
      x: lineOf(data.box, ALONG),
      epoch,
      newest,
      earliest,
      edits,
      split: data.split,
      running: this.#running,
      diverged,
      bayes: data.bayes,
      straight: data.straight,
      watched: unit && this.#hasUnit(unit) ? unitFrame(this.#core, network, data.box, unit) : null,
      networks: networks.map((one) => this.#frameOf(one)),
    };
  }

  #hasUnit({ layer, unit }) {
    const { layers } = this.#run.networks[0].network;
    return !this.#isCurve && layer < layers.length - 1 && unit < layers[layer].n_out;
  }

  #frameOf(one) {
    const { data, diverged } = this.#run;
    if (this.#isCurve) return curveFrame(this.#core, one, data);
    const error = data.pair && !diverged ? data.pair.errorOf(one.network, this.#running) : null;
    return { ...classesFrame(this.#core, one, data), error };
  }
}

const nClassesOf = (classes) => Math.max(2, ...Array.from(classes, (k) => k + 1));

/** A box around the points; one's own board does not move under the pen. */
function boxFor(set, points, isCurve, oldBox) {
  const isInside = (value, i) => oldBox[2 * (i % 2)] <= value && value <= oldBox[2 * (i % 2) + 1];
  if (oldBox && points.every(isInside)) return oldBox;
  const box = boxOf(points, isCurve);
  return OWN_SETS.includes(set) ? OWN.map((end, i) => (i % 2 ? Math.max : Math.min)(end, box[i])) : box;
}

/** Give a network more outputs: what it says of the classes that it has stays as it is. */
function withOutputs(one, nOut) {
  const layers = [...one.network.layers];
  const last = layers[layers.length - 1];
  if (nOut <= last.n_out) return;
  const W = new Float32Array(last.n_in * nOut);
  for (let i = 0; i < last.n_in; i++) W.set(last.W.subarray(i * last.n_out, (i + 1) * last.n_out), i * nOut);
  const b = new Float32Array(nOut);
  b.set(last.b);
  layers[layers.length - 1] = { ...last, n_out: nOut, W, b };
  one.network = { ...one.network, layers };
  const { kind, momentum, beta1, beta2, weightDecay } = one.optimizer;
  one.optimizer = { kind, momentum, beta1, beta2, weightDecay }; // its averages were of fewer weights
}
