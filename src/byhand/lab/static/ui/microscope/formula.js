// The formula of a cell: in letters, and with the numbers filled in.

import { general } from "../../shared/numbers.js";
import { h } from "../dom.js";
import { TEXT } from "../strings.js";
import { numberText } from "./blanks.js";
import { nameOf, symbol } from "./names.js";
import { EXACT } from "./number-links.js";

const words = TEXT.microscope;
export const SHOWN = 6; // digits of a result

const letter = (ref) => symbol(ref.name);
const factorsOf = ({ terms, parts }) => terms[0]?.parts ?? parts;
const withSlope = (text, slope) => `= ${text.replace("{slope}", general(slope, EXACT))}`;

const IN_LETTERS = {
  given: ({ name }) =>
    name === "x" ? "The input as it is." : name === "t" ? words.target : "A parameter: training changes it.",
  prepared: ({ parts }) => `${nameOf({ name: "x", row: 0, col: parts[0].col })} = pixel value · scale + shift`,
  sum: (cell) =>
    `= Σ ${factorsOf(cell).map(letter).join(" · ")}${cell.parts.length ? ` + ${letter(cell.parts[0])}` : ""}`,
  activation: ({ activation, slope }) => withSlope(words.activations[activation], slope),
  sigmoid: () => "= 1 / (1 + e⁻ᶻ)",
  odds: (cell) =>
    `= e^z / Σ e^z, with z the numbers of ${letter(factorsOf(cell)[0])}; every z less the largest, which changes nothing`,
  target: () => "= (1 − ε) · target + ε / classes, where ε is the label smoothing",
  "loss softmax_cross_entropy": () => "= −Σ t · ln p",
  "loss squared_error": () => "= Σ (a − t)²",
  "loss binary_cross_entropy": () => "= −Σ (t · ln p + (1 − t) · ln (1 − p))",
  difference: ({ lossName }) => `= p − t, of ${lossName.replaceAll("_", " ")}`,
  twice: () => "= 2 (a − t)",
  product: ({ parts }) => `= ${letter(parts[0])} · ${letter(parts[1])}`,
  same: ({ parts }) => `= ${letter(parts[0])}`,
  slope: ({ activation, slope }) => withSlope(words.slopes[activation], slope),
  "softmax back": () => "= a · (∂L/∂a − Σ ∂L/∂a · a)",
  step: ({ parts }) => `= ${letter(parts[0])} − η · ${letter(parts[1])}`,
};

const sumBelow = (cell) => `the sum below, ${numberText(cell.sum, EXACT)}`;

/** Each takes the cell and its parts, drawn; the result follows, but after `same`, which is one. */
const IN_NUMBERS = {
  prepared: (_, [one, other, third]) => [one, " · ", other, " + ", third],
  sum: (cell, [one]) => [sumBelow(cell), ...(cell.parts.length ? [" + ", one] : [])],
  activation: (_, [one]) => [one],
  sigmoid: (_, [one]) => [one],
  odds: ({ most, terms, col }) => [
    `largest z: ${numberText(most, EXACT)}; ${numberText(terms[col].value, EXACT)} over the sum of the last column`,
  ],
  target: ({ labelSmoothing, nClasses }, [one]) => [
    `(1 − ${labelSmoothing}) · `,
    one,
    ` + ${labelSmoothing} / ${nClasses}`,
  ],
  difference: (_, [one, other]) => [one, " − ", other],
  twice: (_, [one, other]) => ["2 · (", one, " − ", other, ")"],
  product: (_, [one, other]) => [one, " · ", other],
  same: (_, [one]) => [one],
  slope: (_, [one, other]) => [one, ", ", other],
  "softmax back": (cell, [one, other]) => [one, " · (", other, ` − ${sumBelow(cell)})`],
  step: ({ rate }, [one, other]) => [one, ` − ${rate} · `, other],
};

/** The formula of a cell, in letters. */
export const inLetters = (cell) => IN_LETTERS[cell.form](cell);

/** The numbers filled in, where they are few; linkWithName: draws a number with its name. */
export function inNumbers(cell, linkWithName) {
  const draw = IN_NUMBERS[cell.form];
  if (!draw) return null;
  const result = cell.form === "same" ? [] : [" = ", numberText(cell.value, SHOWN)];
  return h("p", { class: "filled" }, draw(cell, cell.parts.map(linkWithName)), result);
}
