// What the room Train asks of the worker: to begin, to learn, to leave something out.

import { trainSettings } from "../../shared/training-settings.js";

const NOWHERE = { moment: -1, kept: -1 };
const PROBES = [0, 1, 2, 3, 4, 5]; // of the test set

export class TrainSession {
  #app;
  #begun = 0; // trainings begun: what was recomputed belongs to one
  #isOpened = false; // has one been begun without being asked?
  state;

  constructor(app, state) {
    this.#app = app;
    this.state = state;
  }

  get training() {
    return this.#app.frames.training;
  }

  /** How many moments there are to travel: those that were, and the one of the address. */
  get last() {
    return Math.max(this.training?.step ?? 0, this.state.moment);
  }

  /** Is the training that is shown one of this page's? */
  get isHere() {
    return this.training?.recipe === "page" && Boolean(this.#app.models.trained);
  }

  /** What a training begins from; what is left out can change on the way. */
  get #key() {
    return JSON.stringify({ ...trainSettings(this.state), data: this.state.data, without: null });
  }

  /** Begin anew with the settings as they are; if that cannot be, nothing is shown of another training. */
  async begin() {
    if (!(await this.#app.openData(this.state.data))) return false;
    this.#begun++;
    const key = this.#key;
    const began = await this.#act("begin", { settings: trainSettings(this.state) });
    this.#app.trainedWith = began ? key : null;
    if (!began) {
      delete this.#app.frames.training;
      this.#app.refresh();
    }
    return began;
  }

  /** Learn so many steps, or with 0 to the end of the epoch. */
  advance(steps) {
    return this.#act("step", { steps });
  }

  async toggle() {
    const { training } = this;
    if (training?.running) return this.#act("pause");
    if (training && (training.epoch >= training.epochs || training.diverged)) await this.begin();
    return this.#act("start");
  }

  async reset() {
    this.#app.set({ ...NOWHERE, without: [] });
    await this.begin();
  }

  async change(changes) {
    this.#app.set({ ...changes, ...NOWHERE });
    if (this.#app.models.trained) await this.begin(); // what is shown is what the settings give
  }

  tell(sentence) {
    this.#app.showError(sentence);
  }

  /** Go to that step; the newest is now. */
  travel(step) {
    this.#app.set({ moment: step >= (this.training?.step ?? 0) ? -1 : step });
  }

  pin() {
    this.#app.set({ kept: this.state.moment >= 0 ? this.state.moment : this.training.step });
  }

  back() {
    this.#app.set(NOWHERE);
  }

  hasView(view) {
    return this.#app.has(view);
  }

  lookAt(view) {
    this.#app.set({ view, model: this.isHere ? "trained" : this.state.model });
  }

  /** Learn again without these, up to where the training is, and go on from there. */
  async leaveOut(without) {
    this.#app.set({ without, ...NOWHERE });
    this.#begun++;
    await this.#act("leaveOut", { without });
  }

  async #act(name, request = {}) {
    const continues = !["begin", "pause"].includes(name);
    try {
      if (continues && this.#app.trainedWith !== this.#key && !(await this.begin())) return false;
      this.#app.frames.training = await this.#app.client.request(name, request);
      this.#app.models = await this.#app.client.request("models");
      this.#app.refresh();
      return true;
    } catch (error) {
      this.tell(error.message);
      return false;
    }
  }

  /** The room opens with a network before its first step; a moment that a link asks for is computed ahead. */
  wants() {
    this.#open();
    if (!this.isHere) return { snapshot: null, difference: null, film: null };
    return { ...this.#comparison(), ...this.#film() };
  }

  #open() {
    const { moment, kept } = this.state;
    const isAsked = moment >= 0 || kept >= 0;
    const isEmpty = !this.training && !this.#app.hello?.live; // a training of the command line is not disturbed
    if (this.isHere || this.#isOpened || !(isAsked || isEmpty)) return;
    this.#isOpened = true;
    this.begin();
  }

  #comparison() {
    const { moment, kept } = this.state;
    const request = { one: kept, other: moment >= 0 ? moment : this.training.step };
    const isCompared = kept >= 0 && !this.training.running;
    return {
      snapshot: moment >= 0 ? { name: "snapshot", request: { to: moment }, stamp: this.#begun } : null,
      difference: isCompared ? { name: "difference", request, stamp: this.#begun } : null,
    };
  }

  #film() {
    return { film: { name: "film", request: {}, stamp: `${this.#begun} ${this.training.film_steps}` } };
  }

  /**
   * Which network answers: that of the moment shown, once it is there, or that which learns. pictureOf: gives one's own
   * digit for networks of a shape.
   */
  probes({ snapshot }, pictureOf) {
    const { moment } = this.state;
    const isThen = moment >= 0 && snapshot?.step === moment;
    const model = isThen ? "snapshot" : this.isHere ? "trained" : null;
    const known = model && this.#app.models[model]; // a snapshot is known a moment later than it is there
    if (!known) return null;
    const stored = pictureOf(known.imageShape);
    const stamp = `${this.#begun} ${isThen ? moment : this.training.step}`;
    return { name: "probes", request: { model, indices: PROBES, stored }, stamp };
  }
}
