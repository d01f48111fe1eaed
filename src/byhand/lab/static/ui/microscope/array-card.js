// The array that the opened number is in: a matrix as it is, a vector as a column or in rows of eight.

import { h, replaceChildren } from "../dom.js";
import { needsOverview, matrix } from "../matrix-table.js";
import { legend } from "../palette.js";
import { TEXT } from "../strings.js";
import { numberText } from "./blanks.js";
import { isMatrix, nameOf, partsOf, symbol } from "./names.js";

const words = TEXT.microscope;
const BLOCK = 8; // numbers in a row, of a vector
const COLUMN = 16; // a vector up to here is shown as a column

/** {element, show(array)}; open: shows another cell. */
export function createArrayCard(open) {
  const [title, numbers] = [h("div"), h("div")];
  const element = h("div", { class: "card", "data-lesson": "numbers" }, title, numbers);

  /** array: {at: the opened cell, rows, cols, numbers, width: of a row of a picture, else undefined} */
  function show({ at, rows, cols, numbers: values, width }) {
    const { name } = at;
    const place = isMatrix(name) ? matrixPlace(at, { rows, cols }, open) : vectorPlace(at, cols, { width, open });
    replaceChildren(
      title,
      h("h3", {}, symbol(name)),
      h("p", { class: "hint" }, words.arrays[partsOf(name).what], sizeOf(name, rows, cols)),
    );
    replaceChildren(
      numbers,
      matrix({ name: symbol(name), numbers: values, format: numberText, ...place }),
      needsOverview(place) && legend({ plus: "above zero", minus: "below zero" }),
    );
  }
  return { element, show };
}

function sizeOf(name, rows, cols) {
  if (name === "L") return "";
  return isMatrix(name) ? ` ${rows} × ${cols} numbers: a row an input, a column a unit.` : ` ${cols} numbers.`;
}

const matrixPlace = ({ name, row, col }, size, open) => ({
  ...size,
  row,
  col,
  nameOf: (r, c) => nameOf({ name, row: r, col: c }),
  choose: (r, c) => open({ name, row: r, col: c }),
  heads: [String, String],
});

function vectorPlace({ name, col }, n, { width, open }) {
  const wide = width ?? (n <= COLUMN ? 1 : BLOCK);
  const at = (r, c) => ({ name, row: 0, col: Math.min(r * wide + c, n - 1) });
  return {
    rows: Math.ceil(n / wide),
    cols: wide,
    row: Math.floor(col / wide),
    col: col % wide,
    nameOf: (r, c) => nameOf(at(r, c)),
    choose: (r, c) => open(at(r, c)),
    heads: wide === 1 ? [String, () => ""] : [(r) => `${r * wide} +`, String],
  };
}
