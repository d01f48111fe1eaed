// What the view Plane asks of the worker: to begin, to learn, to go back; and what can be taken back. It outlives the
// view, so that a visit elsewhere or other colours change nothing.

import { latest } from "../../ui/latest.js";
import { planeSettings } from "../../shared/training-settings.js";
import { CURVES, MOST_POINTS } from "../../shared/settings.js";

const MOST_UNDO = 50; // as the worker has it
const CHOICES = [
  "set",
  "noise",
  "arms",
  "spread0",
  "spread1",
  "planeLayers",
  "planeOptimizer",
  "planeRate",
  "planeBatch",
  "planeInit",
  "planeSeed",
  "compare",
  "points",
  "holdOut",
];
const KEPT = [...CHOICES, "classNames", "columns"];
const OWN = { classNames: [], columns: [], holdOut: false };
const round = (value) => Number(value.toFixed(3));
const speedOf = ({ planeSpeed }) => (planeSpeed === "max" ? 0 : Number(planeSpeed));

/** What a network of the plane begins from, in that state. */
const choicesOf = (state) => CHOICES.map((name) => state[name]);
const pickSettings = (state) => Object.fromEntries(KEPT.map((name) => [name, state[name]]));

export class PlaneSession {
  #app;
  #state;
  pointClass = 0; // of the next point that is put on the board

  constructor(app, state) {
    this.#app = app;
    this.#state = state;
    // settings that it began from, and those that can be brought back
    app.plane ??= { begun: null, undo: [], redo: [] };
    this.edit = latest((change) => this.#act("planeEdit", change));
    this.watch = latest((unit) => this.#act("planeWatch", { unit }));
  }

  get frame() {
    return this.#app.frames.plane;
  }

  get state() {
    return this.#state;
  }

  get isCurve() {
    return CURVES.includes(this.#state.set);
  }

  get canUndo() {
    return this.#app.plane.undo.length > 0;
  }

  get canRedo() {
    return this.#app.plane.redo.length > 0;
  }

  /** Follow the state; settings that came from elsewhere, a link or another view, begin anew. */
  follow(state) {
    this.#state = state;
    const { begun } = this.#app.plane;
    const isStale = !begun || choicesOf(state).some((value, i) => String(value) !== String(begun[i]));
    if (!isStale) return;
    this.#app.plane.begun = choicesOf(state);
    queueMicrotask(() => this.#begin(false));
  }

  tell(sentence) {
    this.#app.showError(sentence);
  }

  async #act(name, request = {}) {
    try {
      this.#app.frames.plane = await this.#app.client.request(name, request);
    } catch (error) {
      this.tell(error.message);
    }
    this.#app.refresh();
  }

  #begin(keep) {
    return this.#act("planeBegin", { settings: planeSettings(this.#state), keep });
  }

  /** What is there now can be brought back. */
  #remember() {
    this.#app.plane.undo = [...this.#app.plane.undo, pickSettings(this.#state)].slice(-MOST_UNDO);
    this.#app.plane.redo = [];
  }

  #set(changes) {
    this.#state = { ...this.#state, ...changes };
    this.#app.plane.begun = choicesOf(this.#state);
    this.#app.set(changes);
  }

  /** Begin with other settings; what learned goes on learning. */
  async change(changes) {
    this.tell();
    const wasRunning = this.frame?.running;
    this.#remember();
    this.#set("set" in changes ? { points: null, ...OWN, ...changes } : changes);
    await this.#begin(true);
    if (wasRunning) await this.start();
  }

  async changeAndStart(changes) {
    await this.change(changes);
    await this.start();
  }

  async reset() {
    this.#remember();
    await this.#begin(true);
  }

  start() {
    return this.#act("planeStart", { speed: speedOf(this.#state) });
  }

  pause() {
    return this.#act("planePause");
  }

  toggle() {
    return this.frame?.running ? this.pause() : this.start();
  }

  advance(epochs) {
    return this.#act("planeStep", { epochs });
  }

  travel(epoch) {
    return this.#act("planeTravel", { epoch });
  }

  async setSpeed(planeSpeed) {
    this.#state = { ...this.#state, planeSpeed };
    this.#app.set({ planeSpeed });
    if (this.frame?.running) await this.start();
  }

  /** A weight or bias begins to change: what was before can be brought back. */
  async editFirst(change) {
    this.#remember();
    await this.#act("planeEdit", { ...change, keep: true });
  }

  /** One more point; the network goes on learning from where it is, now from all points. Those that are shown stay. */
  async place(at, k = this.pointClass) {
    const { points, classes } = this.frame;
    const label = this.isCurve ? 0 : k;
    if (classes.length >= MOST_POINTS) return this.tell(`there is room for ${MOST_POINTS} points`);
    const set = this.isCurve ? "curve" : "own";
    const before = Array.from(classes, (c, i) => [round(points[2 * i]), round(points[2 * i + 1]), c]);
    const all = [...before, [...at.map(round), label]];
    this.tell();
    this.#remember();
    this.#set({ set, points: all, holdOut: false, ...(this.#state.set === set ? {} : OWN) });
    return this.#act("planePoints", { set, points: all, keep: true });
  }

  /** Take the last change back: points, weights and training are as they were. */
  undo() {
    return this.#recall("undo", "redo", "planeUndo");
  }

  /** Do the change again that was taken back last. */
  redo() {
    return this.#recall("redo", "undo", "planeRedo");
  }

  /** Bring the newest settings of one list back; those of now go to the other. */
  async #recall(from, to, request) {
    const { [from]: list, [to]: other } = this.#app.plane;
    if (!list.length) return;
    other.push(pickSettings(this.#state));
    this.#set(list.pop());
    await this.#act(request);
  }
}
