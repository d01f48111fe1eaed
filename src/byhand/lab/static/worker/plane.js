// Points in the plane: sets, one network beside one without hidden layer, and maps of what each unit says where.

import { softmaxed } from "./answers.js";

const SCHEMA = 1, SIDE = 80, UNIT_SIDE = 28; // points a side of the maps
const FRAME_MS = 30, REST_MS = 20, SHUFFLE = 1, MOST_UNITS = 24; // of a layer, with maps of their own
const OWN = [-2, 2, -2, 2];

export class Plane {
  #core; #settings; #publish; #points; #networks; #box; #epoch = 0; #running = false; #bayes = null; #diverged = null;

  /** settings: the plane's part of state.js; publish is called with each frame. */
  constructor(core, settings, publish) {
    this.#core = core; this.#settings = settings; this.#publish = publish;
    this.#points = settings.set === "own" ? placed(settings.points ?? [[-0.5, 0, 0], [0.5, 0, 1]]) : core.toy(settings.set, { n: settings.n, noise: settings.noise, arms: settings.arms, clouds: settings.clouds, seed: settings.seed });
    this.#box = settings.set === "own" ? OWN : boxOf(this.#points.points); // one's own board does not move under the pen
    const nClasses = Math.max(2, ...this.#points.classes.map((k) => k + 1));
    this.#networks = [settings.hidden, ...(settings.compare ? [[]] : [])].map((hidden) => this.#begun(hidden, nClasses));
    if (settings.set === "gaussians") {
      const { points, area } = gridOf(this.#box, SIDE);
      this.#bayes = { ...core.bayes(settings.clouds, points, area), wide: core.bayes(settings.clouds, ...wideGrid(settings.clouds)).error };
    }
  }

  #begun(hidden, nClasses) {
    const widths = [2, ...hidden, nClasses], { activation, initializer, seed, optimizer } = this.#settings;
    const layers = widths.slice(1).map((n_out, l) => ({
      n_in: widths[l], n_out, activation: l === hidden.length ? "identity" : Array.isArray(activation) ? activation[l] ?? activation.at(-1) : activation, slope: 0.01,
      W: new Float32Array(widths[l] * n_out), b: new Float32Array(n_out),
    }));
    const network = { layers, loss: "softmax_cross_entropy" };
    this.#core.initialize(network, { initializer, seed, factor: ["normal", "uniform"].includes(initializer) ? 0.5 : 1 });
    return { network, optimizer: { kind: optimizer, momentum: 0.9, beta1: 0.9, beta2: 0.999, weightDecay: 0 }, history: [] };
  }

  /** Change one weight or bias by hand. */
  edit({ layer, name, at, value }) {
    this.#networks[0].network.layers[layer][name][at] = value;
    return this.frame();
  }

  /** One of the points and what it is, for one step of learning. */
  problem(point) {
    const { points, classes } = this.#points, i = Math.min(point, classes.length - 1), [{ network }] = this.#networks;
    const target = new Float64Array(network.layers.at(-1).n_out);
    target[classes[i]] = 1;
    return { network, x: Float64Array.from(points.subarray(2 * i, 2 * i + 2)), target, label: classes[i], from: null };
  }

  start() {
    if (this.#running || this.#diverged) return this.frame();
    this.#running = true;
    const turn = () => {
      if (!this.#running) return;
      const until = performance.now() + FRAME_MS;
      do this.#epochOfAll(); while (performance.now() < until && !this.#diverged && this.#epoch % 10);
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
    const { points, classes } = this.#points, { batchSize, learningRate, seed } = this.#settings, n = classes.length;
    this.#epoch++;
    const order = this.#core.order({ seed, stream: SHUFFLE, epoch: this.#epoch }, n), steps = Math.ceil(n / batchSize);
    for (const { network, optimizer, history } of this.#networks) {
      const result = this.#core.epoch(network, optimizer, { inputs: points, scale: 1, shift: 0, labels: classes, order, batchSize, learningRates: new Float64Array(steps).fill(learningRate) });
      if (result.status === "diverged") this.#diverged = { epoch: this.#epoch };
      history.push({ epoch: this.#epoch, loss: result.loss / n, accuracy: result.right / n });
      if (history.length > 600) history.splice(0, history.length, ...history.filter((_, i) => i % 2));
    }
  }

  frame() {
    const { points, classes } = this.#points;
    return {
      schema: SCHEMA, kind: "plane", set: this.#settings.set, points, classes: Array.from(classes), box: this.#box, side: SIDE, unit_side: UNIT_SIDE, epoch: this.#epoch, running: this.#running,
      diverged: this.#diverged, bayes: this.#bayes && { classes: this.#bayes.classes, error: this.#bayes.wide }, networks: this.#networks.map((one) => this.#shown(one)),
    };
  }

  #shown({ network, history }) {
    const { points, classes } = this.#points, nClasses = network.layers.at(-1).n_out, asInput = { scale: 1, shift: 0 };
    const map = this.#core.predict(softmaxed(network), { inputs: gridOf(this.#box, SIDE).points, ...asInput });
    const counts = this.#core.confusion(this.#core.predict(network, { inputs: points, ...asInput }), classes, nClasses);
    const right = counts.reduce((sum, count, i) => sum + (i % (nClasses + 1) === 0 ? count : 0), 0);
    const inputs = gridOf(this.#box, UNIT_SIDE).points;
    const units = network.layers.slice(0, -1).map((layer, l) => {
      const all = this.#core.predict({ ...network, layers: network.layers.slice(0, l + 1) }, { inputs, ...asInput });
      return Array.from({ length: Math.min(MOST_UNITS, layer.n_out) }, (_, j) => Float32Array.from({ length: UNIT_SIDE ** 2 }, (_, i) => all[i * layer.n_out + j]));
    });
    return { map, units, accuracy: right / classes.length, loss: history.at(-1)?.loss ?? null, history, n_classes: nClasses, layers: network.layers.map(({ n_in, n_out, activation, W, b }) => ({ n_in, n_out, activation, W, b })) };
  }
}

const placed = (points) => ({ points: Float32Array.from(points.flatMap(([x, y]) => [x, y])), classes: Int32Array.from(points, ([, , k]) => k) });

/** A square around all points, with some room. */
function boxOf(points) {
  const xs = points.filter((_, i) => i % 2 === 0), ys = points.filter((_, i) => i % 2 === 1);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)], half = 0.6 * Math.max(right - left, high - low, 0.5);
  const [x, y] = [(left + right) / 2, (low + high) / 2];
  return [x - half, x + half, y - half, y + half];
}

/** The middles of side × side cells, row by row from the top. */
function gridOf([left, right, low, high], side) {
  const points = new Float32Array(2 * side * side), step = [(right - left) / side, (high - low) / side];
  for (let i = 0; i < side * side; i++) points.set([left + (i % side + 0.5) * step[0], high - (Math.floor(i / side) + 0.5) * step[1]], 2 * i);
  return { points, area: step[0] * step[1] };
}

/** A grid that covers both clouds to six deviations, for the integral. */
function wideGrid(clouds) {
  const ends = (at, of) => [Math.min(...clouds.map((c) => c[at] - 6 * c[of])), Math.max(...clouds.map((c) => c[at] + 6 * c[of]))];
  const { points, area } = gridOf([...ends(0, 2), ...ends(1, 3)], 400);
  return [points, area];
}
