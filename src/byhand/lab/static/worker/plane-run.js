// The course of a training on the plane. Every epoch follows from settings, points and what was changed by hand, so a
// past one is recomputed from the checkpoint before it; what is changed in the past makes another future.

import { STREAMS, UNSCALED } from "../shared/constants.js";
import { Curve } from "./curve.js";

const MOST_EPOCHS = 600; // of the curve of the loss
const MOST_CHECKPOINTS = 128; // besides those of changes
const CHANGE_BYTES = 32 << 20; // of checkpoints of changes
let nChanges = 0; // by hand, of all planes: a change has a number of its own

export class PlaneRun {
  #core;
  #settings;
  #checkpoints = [];
  #spacing = 1;
  epoch = 0;
  newest = 0; // epochs that are known: `epoch` can be one of the past
  edits = 0; // 0: nothing was changed by hand
  /** @type {{epoch: number} | null} */
  diverged = null;

  /** settings: of the plane; data: inputs with labels or targets, as the core learns from them; networks: as begun. */
  constructor(core, settings, data, networks) {
    this.#core = core;
    this.#settings = settings;
    this.data = data;
    this.networks = networks.map((network) => ({
      network,
      optimizer: optimizerOf(settings),
      history: new Curve(MOST_EPOCHS),
      loss: null,
    }));
    this.#checkpoints.push(this.#checkpoint(true));
  }

  /** The first epoch that can be gone back to. */
  get earliest() {
    return this.#checkpoints[0].epoch;
  }

  /** One more epoch; of the past, it is what it was. */
  learn() {
    this.epoch++;
    for (const one of this.networks) this.#learnOne(one);
    const isNew = this.epoch > this.newest;
    if (isNew) this.newest = this.epoch;
    const change = isNew ? null : this.#checkpoints.find(({ epoch, isChange }) => isChange && epoch === this.epoch);
    if (change) this.#restore(change);
    if (isNew && this.epoch % this.#spacing === 0) this.#keep();
  }

  #learnOne(one) {
    const { batchSize, learningRate, seed } = this.#settings;
    const n = this.data.n;
    const result = this.#core.epoch(one.network, one.optimizer, {
      ...this.data.examples,
      ...UNSCALED,
      order: this.#core.permutation({ seed, stream: STREAMS.SHUFFLE, epoch: this.epoch }, n),
      batchSize,
      learningRates: new Float64Array(Math.ceil(n / batchSize)).fill(learningRate),
    });
    if (result.status === "diverged") this.diverged = { epoch: this.epoch };
    one.loss = result.loss / n;
    if (this.epoch > this.newest) one.history.push({ epoch: this.epoch, loss: one.loss, accuracy: result.right / n });
  }

  /** Go to an epoch that is known. */
  goTo(epoch) {
    const to = Math.max(this.earliest, Math.min(this.newest, Math.round(epoch)));
    const from = this.#checkpoints.findLast((mark) => mark.epoch <= to);
    if (to < this.epoch || from.epoch > this.epoch) this.#restore(from);
    while (this.epoch < to) this.learn();
  }

  /** Change something by hand, now: what came after it before is forgotten. */
  change(apply) {
    if (this.epoch < this.newest) this.#forgetFuture();
    apply();
    this.edits = ++nChanges;
    this.diverged = null;
    this.#checkpoints = this.#checkpoints.filter(({ epoch }) => epoch < this.epoch);
    this.#checkpoints.push(this.#checkpoint(true));
    this.#dropEarliest();
  }

  /** All that is needed to be as we are now, whatever comes after. */
  memento() {
    return {
      now: this.#checkpoint(false),
      newest: this.newest,
      checkpoints: this.#checkpoints,
      spacing: this.#spacing,
      histories: this.networks.map(({ history }) => history.copy()),
    };
  }

  /** Be as it was. */
  recall({ now, newest, checkpoints, spacing, histories }) {
    [this.#checkpoints, this.#spacing, this.newest] = [checkpoints, spacing, newest];
    this.#restore(now);
    this.networks.forEach((one, i) => (one.history = histories[i].copy()));
  }

  #forgetFuture() {
    this.newest = this.epoch;
    this.#checkpoints = this.#checkpoints.filter(({ epoch }) => epoch <= this.epoch);
    for (const one of this.networks) one.history = one.history.upTo(({ epoch }) => epoch <= this.epoch);
  }

  #checkpoint(isChange) {
    return {
      epoch: this.epoch,
      isChange,
      data: this.data,
      edits: this.edits,
      diverged: this.diverged,
      networks: this.networks.map(({ network, optimizer, loss }) => ({
        layers: network.layers.map((layer) => ({ ...layer, W: layer.W.slice(), b: layer.b.slice() })),
        optimizer: { ...optimizer },
        loss,
      })),
    };
  }

  #restore({ epoch, data, edits, diverged, networks }) {
    Object.assign(this, { epoch, data, edits, diverged });
    networks.forEach(({ layers, optimizer, loss }, i) => {
      const one = this.networks[i];
      one.network = {
        ...one.network,
        layers: layers.map((layer) => ({ ...layer, W: layer.W.slice(), b: layer.b.slice() })),
      };
      Object.assign(one, { optimizer: { ...optimizer }, loss });
    });
  }

  /** A checkpoint now and then: the more there are, the rarer. Those of changes all stay. */
  #keep() {
    this.#checkpoints = [...this.#checkpoints, this.#checkpoint(false)];
    if (this.#checkpoints.filter(({ isChange }) => !isChange).length <= MOST_CHECKPOINTS) return;
    this.#spacing *= 2;
    this.#checkpoints = this.#checkpoints.filter(({ epoch, isChange }) => isChange || epoch % this.#spacing === 0);
  }

  /** Of very many changes the earliest are let go, and all that was before them. */
  #dropEarliest() {
    const size = 12 * this.networks.reduce((sum, { network }) => sum + numbersIn(network), 0);
    const most = Math.max(16, Math.floor(CHANGE_BYTES / size));
    const changes = this.#checkpoints.filter(({ isChange }) => isChange);
    if (changes.length <= most) return;
    const first = this.#checkpoints.indexOf(changes[changes.length - most]);
    this.#checkpoints = this.#checkpoints.slice(first);
  }
}

const optimizerOf = ({ optimizer }) => ({ kind: optimizer, momentum: 0.9, beta1: 0.9, beta2: 0.999, weightDecay: 0 });
const numbersIn = ({ layers }) => layers.reduce((sum, { W, b }) => sum + W.length + b.length, 0);
