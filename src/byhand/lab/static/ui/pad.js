// The pad: the sheet to draw on, and its strokes as the network will see them, while they are drawn.

import { h } from "./dom.js";
import { RUNNER_UP } from "../shared/settings.js";
import { paintInk } from "./palette.js";
import { follow, isEmpty, isUnread, putSheet, settingsOf, sheet, stepBack, stepForward } from "./sheet.js";
import { createReader, topOf } from "./sheet-reader.js";
import { paintStrokes } from "./strokes.js";

const SIDE = 560;
const sideOf = ({ length }) => Math.sqrt(length);

/** The sheet in the hand: what is drawn, laid, cleared and taken back on it. */
export class Pad {
  #app;
  #reader;
  /** @type {import("./sheet.js").Sheet | null} */
  #example; // what stands there while nothing is drawn, until it is cleared
  #pen = "medium";
  /** @type {Uint8Array | null} */
  #picture = null; // of the state
  /** @type {import("./sheet.js").Sheet | null} */
  #painted = null;
  element;

  /** @param {any} app @param {string} label @param {import("./sheet.js").Sheet | null} example */
  constructor(app, label, example = null) {
    this.#app = app;
    this.#example = example;
    this.element = h("canvas", { width: SIDE, height: SIDE, class: "pad", "aria-label": label, role: "img" });
    this.#reader = createReader(app);
    listen(this.element, {
      begin: (at) => this.#change({ strokes: [...sheet().strokes, { pen: this.#pen, points: [at] }] }),
      go: (places) => this.#go(places),
    });
  }

  /** What can be seen on it: the sheet, or the example while that is empty. */
  get shown() {
    return this.#example && isEmpty(sheet()) ? this.#example : sheet();
  }

  /** Take what came from elsewhere; a network of another size reads the strokes again. */
  follow(state) {
    this.#pen = state.pen;
    this.#picture = state.picture;
    follow(state);
    if (this.#painted !== this.shown) this.#paint(); // a lesson draws on it, too
    this.#reader.fit(state);
  }

  /** Lay a picture on the sheet; the answer is then compared with the runner-up. */
  lay(stored, digit = -1) {
    putSheet({ under: stored, strokes: [], picture: stored, digit });
    this.#settle({ against: RUNNER_UP });
  }

  draw(strokes) {
    this.#app.set({ against: RUNNER_UP });
    this.#change({ under: null, strokes });
  }

  clear() {
    this.#example = null;
    if (isEmpty(sheet())) this.#paint();
    else this.lay(null);
  }

  undo() {
    stepBack();
    this.#settle({});
  }

  redo() {
    stepForward();
    this.#settle({});
  }

  #paint() {
    this.#painted = this.shown;
    paintSheet(this.element, this.shown);
  }

  #change(changes) {
    putSheet(changes);
    this.#paint();
    this.#reader.read();
  }

  /** The last stroke goes on. */
  #go(places) {
    sheet()
      .strokes.at(-1)
      ?.points.push(...places);
    this.#paint();
    this.#reader.read();
  }

  /** Show the newest sheet and what the network sees of it. */
  #settle(changes) {
    this.#paint();
    if (isUnread()) {
      sheet().picture = this.#picture; // until it is read
      this.#reader.read();
    } else this.#app.set({ ...settingsOf(sheet()), ...changes });
  }
}

/** What lies under, and the strokes on it. */
function paintSheet(pad, { under, strokes }) {
  const context = paintStrokes(pad, strokes, getComputedStyle(pad).color);
  if (!under) return;
  const below = h("canvas", { width: 280, height: 280 });
  paintInk(below, under, [sideOf(under), sideOf(under)], topOf(under));
  context.globalCompositeOperation = "destination-over"; // below the strokes
  context.drawImage(below, 0, 0, pad.width, pad.height);
  context.globalCompositeOperation = "source-over";
}

/** A pen, finger or mouse on the pad: begin(at), then go(places). */
function listen(pad, { begin, go }) {
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    begin(place(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!event.buttons || !pad.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? []; // a fast pen's places between two events
    go((all.length ? all : [event]).map(place));
  });
}
