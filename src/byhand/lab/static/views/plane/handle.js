// One weight or bias in the hand: a press on a line takes it, dragging up or down or the arrow keys change it, and
// below the stage its number can be typed. A press that ends changes nothing; what is changed can be taken back.

import { h } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { nearest, pointOf } from "./geometry.js";
import { isSame, titleOf, valueOf } from "./parameters.js";

const words = TEXT.plane;
const REACH = 9; // pixels from a line at which it is taken
const PER_PIXEL = 0.02; // of change
const PER_KEY = 0.1;
const KEY_PAUSE = 800; // milliseconds after which another key press is another change to take back

/** {element, strip, chosen, show(plane, parameters)}; repaint: what is chosen is drawn in front. */
export function createHandle(session, board, repaint) {
  const handle = new Handle(session, repaint);
  const { element } = handle;
  let isChanging = false;
  listenForDrags(board, element, {
    take(at) {
      const found = handle.near(at);
      if (found) handle.choose(found);
      return found && handle.value(found);
    },
    valueNow: () => handle.value(handle.one),
    drag(value) {
      handle.put(value, !isChanging);
      isChanging = true;
    },
    end: () => (isChanging = false),
    isNear: (at) => Boolean(handle.near(at)),
  });
  return handle;
}

/** The weight or bias in the hand: its number over its line, and below the stage. */
class Handle {
  #session;
  #repaint;
  /** @type {any} */
  #plane = null;
  /** @type {any[]} */
  #parameters = [];
  #lastKey = 0;
  /** @type {any} */
  one = null; // the weight or bias that is chosen
  element = h("div", { class: "handle", role: "slider", tabindex: -1, hidden: true });
  #title = h("span", { class: "strip-title" });
  #input = h("input", { type: "number", step: 0.05, "aria-label": "value", onchange: () => this.#type() });
  strip = h(
    "div",
    { class: "strip-of-weight" },
    this.#turnButton("‹", words.before, -1),
    this.#title,
    this.#turnButton("›", words.after, 1),
    this.#input,
    h("small", {}, words.drag),
  );

  constructor(session, repaint) {
    this.#session = session;
    this.#repaint = repaint;
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  get chosen() {
    return this.element.hidden ? null : this.one;
  }

  get #layers() {
    return this.#plane.networks[0].layers;
  }

  value(one) {
    return valueOf(this.#layers, one);
  }

  near(at) {
    return nearest(this.#parameters, at, REACH);
  }

  choose(one) {
    this.one = one;
    this.element.hidden = false;
    this.element.tabIndex = 0;
    this.#draw();
    this.#repaint();
  }

  put(value, isFirst) {
    const { layer, name, at } = this.one;
    const change = { layer, name, at, value };
    return isFirst ? this.#session.editFirst(change) : this.#session.edit(change);
  }

  show(frame, all) {
    [this.#plane, this.#parameters] = [frame, all];
    this.one = all.find((one) => isSame(one, this.one)) ?? all[0] ?? null;
    if (!this.one) this.element.hidden = true;
    this.#draw();
  }

  #turnButton(text, label, way) {
    return h("button", { "aria-label": label, title: label, onclick: () => this.#turn(way) }, text);
  }

  /** The next one, or the one before. */
  #turn(way) {
    const all = this.#parameters;
    const at = all.findIndex((one) => isSame(one, this.one));
    if (all.length) this.choose(all[(at + way + all.length) % all.length]);
  }

  #type() {
    if (Number.isFinite(this.#input.valueAsNumber)) this.put(this.#input.valueAsNumber, true);
  }

  #onKey(event) {
    const ways = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.#turn(event.key === "ArrowRight" ? 1 : -1);
    else if (event.key in ways) {
      const now = performance.now();
      this.put(this.value(this.one) + ways[event.key] * PER_KEY, now - this.#lastKey > KEY_PAUSE);
      this.#lastKey = now;
    } else return;
    event.preventDefault();
  }

  #draw() {
    if (!this.one || !this.#plane) return;
    const [value, name] = [this.value(this.one), titleOf(this.one, namesOf(this.#plane, this.#layers))];
    const [x, y] = this.one.curve ? pointOf(this.one.curve, 0.5) : this.one.mark;
    Object.assign(this.element.style, { left: `${x}px`, top: `${y}px` });
    this.element.textContent = number(value, 2);
    this.#title.textContent = name;
    this.#input.setAttribute("aria-label", name);
    if (document.activeElement !== this.#input || this.#plane.running)
      this.#input.value = String(Number(value.toFixed(4)));
    const attributes = { label: name, valuenow: value, valuetext: number(value, 3) };
    Object.entries(attributes).forEach(([key, text]) => this.element.setAttribute(`aria-${key}`, String(text)));
  }
}

/** What inputs and outputs are called. */
const namesOf = ({ task }, layers) => ({
  nLayers: layers.length,
  inputNames: task === "curve" ? ["x"] : ["x", "y"],
  outputNames: Array.from({ length: layers.at(-1).n_out }, (_, k) => (task === "curve" ? "the output" : `class ${k}`)),
});

/** A line is dragged by a mouse or a pen; by a finger its handle is, so that a stage can be scrolled. */
function listenForDrags(board, handle, { take, valueNow, drag, end, isNear }) {
  let from = null;
  const placeOf = (event) => {
    const area = board.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, select")) return;
    const isHandle = event.target === handle;
    const value = isHandle ? valueNow() : take(placeOf(event));
    if (value === null || value === undefined) return;
    handle.focus({ preventScroll: true });
    event.preventDefault();
    if (event.pointerType === "touch" && !isHandle) return;
    from = { y: event.clientY, value };
    board.setPointerCapture(event.pointerId);
  });
  board.addEventListener("pointermove", (event) => {
    if (!from) return board.classList.toggle("near", isNear(placeOf(event)));
    if (event.clientY !== from.y) drag(from.value + (from.y - event.clientY) * PER_PIXEL);
  });
  for (const name of ["pointerup", "pointercancel"])
    board.addEventListener(name, () => {
      from = null;
      end();
    });
}
