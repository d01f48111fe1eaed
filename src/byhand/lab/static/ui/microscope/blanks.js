// Numbers as blanks: what is computed is hidden until somebody has worked it out and filled it in, or asked to see it.
// The example, the network and the target are given. What was filled in outlives the view, but is not in the address.

import { general } from "../../shared/numbers.js";
import { h } from "../dom.js";
import { TEXT } from "../strings.js";
import { partsOf, textOf } from "./names.js";

const words = TEXT.microscope.blanks;
const GIVEN = ["x", "W", "b", "t"];
const TOLERANCE = 0.005; // of a number: three digits are enough

/** A number as text; null is a blank. */
export const numberText = (value, digits) => (value === null ? "?" : general(value, digits));

/** Are all numbers that a cell is made of, and itself, to be seen? */
export const isShown = ({ value, parts, terms }) =>
  value !== null && [...parts, ...terms.flatMap((one) => one.parts)].every((ref) => ref.value !== null);

/** The blanks of a microscope: what of its numbers is shown, and how one is filled in. */
export class Blanks {
  #app;
  #step = /** @type {any} */ (null);
  #isOn = false;
  #last = /** @type {any} */ ({ masked: null });

  constructor(app) {
    this.#app = app;
    app.filledIn ??= { of: "", cells: new Set() };
  }

  /** Changes with what is hidden. */
  get key() {
    return this.#isOn ? this.#app.filledIn.cells.size : -1;
  }

  /** Look at a step; another one has numbers of its own. */
  follow({ blanks }, step) {
    this.#isOn = blanks;
    if (this.#step === step) return;
    this.#step = step;
    const of = [step.loss, step.rate, ...step.arrays.x.numbers].join();
    if (of !== this.#app.filledIn.of) this.#app.filledIn = { of, cells: new Set() };
  }

  #isBlank(ref) {
    const isComputed = ref.name in this.#step.arrays && !GIVEN.includes(partsOf(ref.name).what);
    return this.#isOn && isComputed && !this.#app.filledIn.cells.has(textOf(ref));
  }

  #mask(ref) {
    return this.#isBlank(ref) ? { ...ref, value: null } : ref;
  }

  /** An array of the step with null for each blank. */
  maskArray(name) {
    const { rows, cols, numbers } = this.#step.arrays[name];
    if (!this.#isOn || GIVEN.includes(partsOf(name).what)) return { rows, cols, numbers };
    const refAt = (i) => ({ name, row: Math.floor(i / cols), col: i % cols });
    return { rows, cols, numbers: Array.from(numbers, (value, i) => (this.#isBlank(refAt(i)) ? null : value)) };
  }

  /** An opened number with null for each blank, those on the way to it too; the same object while nothing changes. */
  maskCell(cell) {
    if (this.#last.cell !== cell || this.#last.key !== this.key)
      this.#last = { cell, key: this.key, masked: this.#maskAll(cell) };
    return this.#last.masked;
  }

  #maskAll({ chain, ...cell }) {
    const mask = (ref) => this.#mask(ref);
    const isBlank = this.#isBlank(cell);
    const isZero = ({ parts }) => cell.form === "sum" && parts[0].value === 0; // what a factor of 0 makes is seen
    const valueOf = (one) => (isBlank && !isZero(one) ? null : one.value);
    return {
      ...cell,
      ...(isBlank ? { value: null, most: null, sum: cell.sum === undefined ? undefined : null } : {}),
      parts: cell.parts.map(mask),
      terms: cell.terms.map((one) => ({ parts: one.parts.map(mask), value: valueOf(one) })),
      chain: chain && {
        ...chain,
        factors: chain.factors.map(mask),
        gradient: mask(chain.gradient),
        old: mask(chain.old),
        new: mask(chain.new),
      },
    };
  }

  #fill(cell) {
    this.#app.filledIn.cells.add(textOf(cell));
    this.#app.refresh();
  }

  /** A box for the number of a cell: it is shown when what is filled in is close enough, or when it is asked for. */
  createBox({ name, row, col }) {
    const { cols, numbers } = this.#step.arrays[name];
    const input = h("input", { type: "text", inputmode: "decimal", "aria-label": words.box, autocomplete: "off" });
    const said = h("span", { role: "status" });
    const check = (event) => {
      event.preventDefault();
      if (isClose(numberIn(input.value), numbers[row * cols + col])) return this.#fill({ name, row, col });
      input.setAttribute("aria-invalid", "true");
      said.textContent = words.wrong;
    };
    const show = h("button", { onclick: () => this.#fill({ name, row, col }) }, words.show);
    const submit = h("button", { type: "submit" }, words.check);
    return h("form", { class: "buttons", onsubmit: check }, input, submit, show, said);
  }
}

/** What was typed, as people write numbers. */
const numberIn = (text) => (text.trim() ? Number(text.replace("−", "-").replace(",", ".")) : NaN);

const isClose = (found, value) => Math.abs(found - value) <= TOLERANCE * Math.abs(value);

/** What is said above the numbers where they are hidden. */
export const createNotice = (app) =>
  h(
    "p",
    { class: "hint", hidden: true },
    `${words.lead} `,
    h("button", { onclick: () => app.set({ blanks: false }) }, words.all),
  );
