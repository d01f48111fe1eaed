// What the worker answers about the plane: the one that is shown, and those before it, which can be brought back.

import { Plane } from "./plane.js";
import { setsOf } from "./plane-datasets.js";

const MOST_UNDO = 50; // changes that can be taken back

/** core: a promise of it; publish: is called with each frame that comes unrequested. */
export class PlaneAnswers {
  #core;
  #publish;
  /** @type {any} */
  #plane = null;
  #before = []; // {plane, memento}, the newest last
  #undone = []; // the same, of changes taken back

  constructor(core, publish) {
    this.#core = core;
    this.#publish = publish;
  }

  get plane() {
    return this.#plane;
  }

  /** By name, as the page requests them. keep: what is there now can be brought back. */
  get answers() {
    const now = () => this.#plane;
    const planeFor = (request) => {
      if (request.keep) this.#remember();
      return now();
    };
    return {
      planeBegin: (request) => this.#begin(request),
      planeUndo: () => this.#recall(this.#before, this.#undone),
      planeRedo: () => this.#recall(this.#undone, this.#before),
      planeStart: (request) => now().start(request),
      planePause: () => now().pause(),
      planeStep: ({ epochs }) => now().advance(epochs),
      planeTravel: (request) => now().travel(request),
      planeWatch: ({ unit }) => now().watch(unit),
      planeEdit: (request) => planeFor(request).edit(request),
      planePoints: (request) => planeFor(request).setPoints(request),
      planeSets: () => ({ sets: setsOf(this.#core()) }),
    };
  }

  #begin({ settings, keep }) {
    if (keep && this.#plane) this.#remember();
    this.#plane?.pause();
    this.#plane = new Plane(this.#core(), settings, this.#publish);
    return this.#plane.frame();
  }

  #remember() {
    this.#before = [...this.#before, { plane: this.#plane, memento: this.#plane.memento() }].slice(-MOST_UNDO);
    this.#undone.length = 0;
  }

  /** Be as the newest of one list was; what is there now goes to the other. */
  #recall(from, to) {
    const found = from.pop();
    if (!found) return this.#plane.frame();
    this.#plane.pause();
    to.push({ plane: this.#plane, memento: this.#plane.memento() });
    this.#plane = found.plane;
    return this.#plane.recall(found.memento);
  }
}
