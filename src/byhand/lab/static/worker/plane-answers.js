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
      planeUndo: () => this.#undo(),
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
  }

  #undo() {
    const before = this.#before.pop();
    if (!before) return this.#plane.frame();
    this.#plane.pause();
    this.#plane = before.plane;
    return this.#plane.recall(before.memento);
  }
}
