// What the view Experiments asks of the worker, and what it knows of the one that is chosen.

import { TEXT } from "../../ui/strings.js";
import { needsDigits } from "./reading.js";

const words = TEXT.experiments;

export class ExperimentSession {
  #app;
  /** @type {any} */
  table = null;
  state;

  constructor(app, state) {
    this.#app = app;
    this.state = state;
  }

  follow(state, table) {
    this.state = state;
    this.table = table;
  }

  get chosen() {
    const { experiments } = this.table;
    return experiments.find(({ id }) => id === this.state.experiment) ?? experiments[0];
  }

  /** The frame, if it is of what is chosen. */
  get frame() {
    const frame = this.#app.frames.experiment;
    const one = this.chosen;
    const isOf =
      frame?.experiment === one.id &&
      frame.seeds.length === this.state.seeds &&
      (!needsDigits(one) || frame.data === this.state.data);
    return isOf ? frame : null;
  }

  /** Does what it says not hold on the small digits, as measured? */
  get isNotFor() {
    return Boolean(this.chosen.mnist_only) && this.state.data !== "mnist";
  }

  tell(sentence) {
    this.#app.showError(sentence);
  }

  async toggle() {
    if (this.#app.frames.experiment?.running) return this.#ask("stopExperiment");
    const one = this.chosen;
    if (this.isNotFor) return null;
    if (needsDigits(one) && !(await this.#app.openData(this.state.data))) return null;
    return this.#ask("runExperiment", { name: one.id, seeds: this.state.seeds });
  }

  async #ask(name, request = {}) {
    try {
      this.#app.frames.experiment = await this.#app.client.request(name, request);
    } catch (error) {
      this.tell(error.message);
    }
    return this.#app.refresh();
  }

  /** Another choice ends what is running: its result would be of something else. */
  async choose(changes) {
    if (this.#app.frames.experiment?.running) await this.#ask("stopExperiment");
    this.tell();
    this.#app.set(changes);
  }

  next() {
    const { experiments } = this.table;
    const at = experiments.indexOf(this.chosen);
    return this.choose({ experiment: experiments[(at + 1) % experiments.length].id });
  }

  /** One run as it is, in Train or Plane. */
  open(state) {
    this.#app.set(state);
  }

  /** How far it is; bet: what came of the bets. */
  report(bet) {
    const { frame } = this;
    if (frame?.failed) return frame.failed;
    if (this.isNotFor) return words.mnistOnly;
    if (!frame) return words.waiting;
    const { running, done, seeds, as_expected: result } = frame;
    if (running) return `Seed ${Math.min(done + 1, seeds.length)} of ${seeds.length} …`;
    return result ? `Seeds 1 to ${seeds.length}. ${bet}` : words.stopped;
  }
}
