// Points in the plane: classes or a curve, one network beside one without hidden layer, and what each unit says where.

import { STREAMS, UNSCALED } from "../shared/constants.js";
import { CURVES } from "../shared/settings.js";
import { accuracyOf } from "./accuracy.js";
import { Curve } from "./curve.js";
import { GaussianPair } from "./gaussian-pair.js";
import { buildLayers, diagonalLayer, withScores } from "./network-builder.js";
import { boxOf, gridOf, lineOf, pointsOf } from "./plane-datasets.js";

const SCHEMA = 1;
const SIDE = 80;
const UNIT_SIDE = 28; // points a side of the maps
const ALONG = 160; // points along a curve
const FRAME_MS = 30;
const REST_MS = 20;
const MOST_UNITS = 24; // of a layer, with maps of their own
const MOST_EPOCHS = 600; // of the curve of the loss
const OWN = [-2, 2, -2, 2];
const LINE_EPOCHS = 400; // until a straight line has settled

export class Plane {
  #core;
  #settings;
  #publish;
  #points;
  #networks;
  #box;
  #epoch = 0;
  #edits = 0;
  #running = false;
  /** @type {{epoch: number} | null} */
  #diverged = null;
  #isCurve;
  /** @type {GaussianPair | null} */
  #clouds = null;
  /** @type {any} */
  #bayes = null;
  /** @type {any} */
  #straight = null;

  /** settings: the plane's part of shared/settings.js; publish is called with each frame. */
  constructor(core, settings, publish) {
    this.#core = core;
    this.#settings = settings;
    this.#publish = publish;
    this.#isCurve = CURVES.includes(settings.set);
    this.#points = pointsOf(core, settings);
    const isOwn = ["own", "curve"].includes(settings.set);
    const box = boxOf(this.#points.points, this.#isCurve);
    // one's own board does not move under the pen
    this.#box = isOwn ? OWN.map((end, i) => (i % 2 ? Math.max : Math.min)(end, box[i])) : box;
    const nOut = this.#isCurve ? 1 : Math.max(2, ...this.#points.classes.map((k) => k + 1));
    this.#networks = [settings.layers, ...(settings.compare && !this.#isCurve ? [[]] : [])].map((layers) =>
      this.#begun(layers, nOut),
    );
    if (this.#isCurve) this.#straight = this.#straightLine();
    if (settings.set !== "gaussians") return;
    this.#clouds = new GaussianPair(core, settings.clouds);
    this.#bayes = this.#clouds.bayes(this.#box, SIDE);
    this.#straight = this.#clouds.bestLine(this.#box);
  }

  #begun(hidden, nOut) {
    const { initializer, seed, optimizer } = this.#settings;
    const network = networkOf(this.#isCurve ? 1 : 2, hidden, nOut, this.#isCurve);
    this.#core.initialize(network, {
      initializer,
      seed,
      factor: ["normal", "uniform"].includes(initializer) ? 0.5 : 1,
    });
    return {
      network,
      optimizer: { kind: optimizer, momentum: 0.9, beta1: 0.9, beta2: 0.999, weightDecay: 0 },
      history: new Curve(MOST_EPOCHS),
    };
  }

  /** Change one weight or bias by hand. */
  edit({ layer, name, at, value }) {
    this.#networks[0].network.layers[layer][name][at] = value;
    this.#edits++;
    return this.frame();
  }

  /** One of the points and what it is, for one step of learning. */
  stepInput(point) {
    const { points, classes } = this.#points;
    const i = Math.min(point, classes.length - 1);
    const [{ network }] = this.#networks;
    const at = points.subarray(2 * i, 2 * i + 2);
    const label = this.#isCurve ? at[1] : classes[i];
    const target = this.#isCurve
      ? [at[1]]
      : Array.from({ length: network.layers[network.layers.length - 1].n_out }, (_, k) => Number(k === label));
    return { network, x: Float64Array.from(this.#isCurve ? at.subarray(0, 1) : at), target, label, from: null };
  }

  start() {
    if (this.#running || this.#diverged) return this.frame();
    this.#running = true;
    const turn = () => {
      if (!this.#running) return;
      const until = performance.now() + FRAME_MS;
      do this.#epochOfAll();
      while (performance.now() < until && !this.#diverged && this.#epoch % 10);
      if (this.#diverged) this.#running = false;
      this.#publish(this.frame());
      setTimeout(turn, REST_MS);
    };
    setTimeout(turn);
    return this.frame();
  }

  pause() {
    this.#running = false;
    return this.frame();
  }

  advance(epochs) {
    for (let i = 0; i < epochs && !this.#diverged; i++) this.#epochOfAll();
    return this.frame();
  }

  #epochOfAll() {
    const { batchSize, learningRate, seed } = this.#settings;
    const n = this.#points.classes.length;
    this.#epoch++;
    const order = this.#core.order({ seed, stream: STREAMS.SHUFFLE, epoch: this.#epoch }, n);
    const steps = Math.ceil(n / batchSize);
    for (const { network, optimizer, history } of this.#networks) {
      const result = this.#core.epoch(network, optimizer, {
        ...this.#examples(),
        ...UNSCALED,
        order,
        batchSize,
        learningRates: new Float64Array(steps).fill(learningRate),
      });
      if (result.status === "diverged") this.#diverged = { epoch: this.#epoch };
      history.push({ epoch: this.#epoch, loss: result.loss / n, accuracy: result.right / n });
    }
  }

  /** The points as the core learns from them. */
  #examples() {
    const { points, classes } = this.#points;
    return this.#isCurve
      ? { inputs: points.filter((_, i) => i % 2 === 0), targets: points.filter((_, i) => i % 2) }
      : { inputs: points, labels: classes };
  }

  frame() {
    const { points, classes } = this.#points;
    return {
      schema: SCHEMA,
      kind: "plane",
      set: this.#settings.set,
      task: this.#isCurve ? "curve" : "classes",
      points,
      classes: Array.from(classes),
      box: this.#box,
      side: SIDE,
      unit_side: UNIT_SIDE,
      x: lineOf(this.#box, ALONG),
      epoch: this.#epoch,
      edits: this.#edits,
      running: this.#running,
      diverged: this.#diverged,
      bayes: this.#bayes,
      straight: this.#straight,
      networks: this.#networks.map((one) => (this.#isCurve ? this.#drawn(one) : this.#shown(one))),
    };
  }

  #shown({ network, history }) {
    const { points, classes } = this.#points;
    const nClasses = network.layers.at(-1).n_out;
    const map = this.#core.predict(withScores(network), { inputs: gridOf(this.#box, SIDE).points, ...UNSCALED });
    const counts = this.#core.confusion(
      this.#core.predict(network, { inputs: points, ...UNSCALED }),
      classes,
      nClasses,
    );
    const accuracy = accuracyOf(counts, nClasses);
    const inputs = gridOf(this.#box, UNIT_SIDE).points;
    const units = network.layers
      .slice(0, -1)
      .map((layer, l) =>
        columnsOf(
          this.#core.predict({ ...network, layers: network.layers.slice(0, l + 1) }, { inputs, ...UNSCALED }),
          layer.n_out,
        ),
      );
    const error = this.#clouds && !this.#diverged ? this.#clouds.errorOf(network, this.#running) : null;
    return {
      map,
      units,
      accuracy,
      error,
      loss: history.newest?.loss ?? null,
      history: history.points,
      n_classes: nClasses,
      layers: plain(network),
    };
  }

  /** A network with one input: what it says along x, and what each unit of its last hidden layer adds to that. */
  #drawn({ network, history }) {
    const data = { inputs: lineOf(this.#box, ALONG), ...UNSCALED };
    const last = network.layers.at(-1);
    const hidden = network.layers.slice(0, -1);
    const parts = hidden.length
      ? columnsOf(this.#core.predict({ ...network, layers: [...hidden, diagonalLayer(last.W)] }, data), last.n_in)
      : [];
    return {
      said: this.#core.predict(network, data),
      parts,
      bias: last.b[0],
      units: [],
      accuracy: null,
      loss: history.newest?.loss ?? null,
      history: history.points,
      n_classes: 0,
      layers: plain(network),
    };
  }

  /** The line of least squares: a network without hidden layer, trained until it has settled. */
  #straightLine() {
    const examples = this.#examples();
    const n = examples.targets.length;
    const [left, right] = this.#box;
    const width = right - left;
    const network = networkOf(1, [], 1, true);
    const optimizer = { kind: "nesterov", momentum: 0.9 };
    const order = Array.from({ length: n }, (_, i) => i);
    const whole = { ...examples, scale: 2 / width, shift: -(left + right) / width, order, batchSize: n };
    for (let i = 0; i < LINE_EPOCHS; i++) this.#core.epoch(network, optimizer, { ...whole, learningRates: [0.1] });
    const { loss } = this.#core.epoch(network, { kind: "sgd" }, { ...whole, learningRates: [0] });
    return {
      loss: loss / n,
      said: this.#core.predict(network, { inputs: lineOf(this.#box, ALONG), scale: whole.scale, shift: whole.shift }),
    };
  }
}

/** hidden: [units, activation] of each layer; the output is linear, with squared error for a curve. */
function networkOf(nIn, hidden, nOut, isCurve) {
  return { layers: buildLayers({ nIn, hidden, nOut }), loss: isCurve ? "squared_error" : "softmax_cross_entropy" };
}

const plain = ({ layers }) => layers.map(({ n_in, n_out, activation, W, b }) => ({ n_in, n_out, activation, W, b }));

/** The first columns of n numbers a row, each as an array. */
function columnsOf(all, n) {
  return Array.from({ length: Math.min(MOST_UNITS, n) }, (_, j) =>
    Float32Array.from({ length: all.length / n }, (_, i) => all[i * n + j]),
  );
}
