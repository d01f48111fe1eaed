// A window on a table of numbers of any size: the whole as a picture, the numbers around the chosen one as text.

import { focusSoon, h } from "./dom.js";
import { clamp, placeAfter } from "./grid.js";
import { general } from "../shared/numbers.js";
import { largestSize, paintSigned, picture } from "./palette.js";

const ROWS = 8; // of the window
const COLUMNS = 4;
const LONGEST = 16; // rows of the window of a single column
const PICTURE = 240; // pixels of the picture's side
const DIGITS = 3; // of a cell

const visibleRows = (cols) => (cols === 1 ? LONGEST : ROWS);

/** Does the window leave cells out? Then a picture of all stands above it. */
export const needsOverview = ({ rows, cols }) => rows > visibleRows(cols) || cols > COLUMNS;

/**
 * What is around the chosen cell: choose(row, col) is called by a click, a key of a grid, or a click on the picture.
 * nameOf(row, col): what a number is called; heads: what rows and columns are called; format: writes a number; one that
 * is null is a blank.
 * @param {any} table
 */
export function matrix(table) {
  const { name, rows, cols, row, col, choose } = table;
  const to = (r, c) => choose(clamp(r, rows), clamp(c, cols));
  const height = visibleRows(cols);
  return h(
    "div",
    { class: "matrix" },
    needsOverview(table) ? overview({ ...table, to }) : null,
    h(
      "div",
      { class: "scroll plain", tabindex: -1 },
      h(
        "table",
        {
          class: "cells",
          role: "grid",
          "aria-label": name,
          "aria-readonly": "true",
          "aria-rowcount": rows,
          "aria-colcount": cols,
        },
        ...rowsOf({ ...table, to }, around(row, height, rows), around(col, COLUMNS, cols)),
      ),
    ),
  );
}

/** The head, where there is more than one column, and the body of the window of these rows and columns. */
function rowsOf(table, rows, cols) {
  const [rowHead, columnHead] = table.heads;
  const columnHeads = cols.map((c) => h("th", { scope: "col" }, columnHead(c)));
  const body = rows.map((r) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, rowHead(r)),
      cols.map((c) => cell(table, r, c)),
    ),
  );
  return [table.cols > 1 ? h("thead", {}, h("tr", {}, h("td", {}), columnHeads)) : null, h("tbody", {}, body)];
}

function cell({ nameOf, cols, numbers, format, row, col, to }, r, c) {
  const at = r * cols + c;
  if (at >= numbers.length) return h("td", {});
  const isChosen = r === row && c === col;
  const text = format(numbers[at], DIGITS);
  const attributes = {
    class: isChosen ? "cell chosen" : "cell",
    tabindex: isChosen ? 0 : -1,
    "aria-label": `${nameOf(r, c)}: ${text}`,
    onclick: () => to(r, c),
    onkeydown: (event) => moveToCell(event, r, c, to),
  };
  const place = { "aria-rowindex": r + 1, "aria-colindex": c + 1, "aria-selected": String(isChosen) };
  return h("td", place, h("button", attributes, text));
}

/** The indices of the block of that size in which i lies. */
function around(i, size, n) {
  const from = i - (i % size);
  return Array.from({ length: Math.min(n, from + size) - from }, (_, k) => from + k);
}

/** A key opens another cell; the focus goes along when the window has been drawn anew. */
function moveToCell(event, r, c, to) {
  const place = placeAfter(event, [r, c]);
  if (!place) return;
  event.preventDefault();
  to(...place);
  focusSoon(".cell.chosen");
}

/** The whole table as a picture, the window's place marked; a click goes there. */
function overview({ name, rows, cols, numbers, row, col, to }) {
  const most = numbers.includes(null) ? "" : `, up to ±${general(largestSize(numbers), 3)}`;
  const canvas = picture(`${name}, all ${rows} × ${cols} numbers${most}`, PICTURE, {
    onclick: (event) =>
      to(
        Math.floor((event.offsetY / canvas.clientHeight) * rows),
        Math.floor((event.offsetX / canvas.clientWidth) * cols),
      ),
  });
  const padded =
    numbers.length < rows * cols ? Float64Array.from({ length: rows * cols }, (_, i) => numbers[i] ?? 0) : numbers;
  paintSigned(canvas, padded, [rows, cols]);
  const context = canvas.getContext("2d");
  const [dx, dy] = [PICTURE / cols, PICTURE / rows];
  Object.assign(context, { strokeStyle: getComputedStyle(document.body).color, lineWidth: 2 });
  const [x, y] = [col * dx - 2, row * dy - 2].map((at) => Math.max(at, 1)); // a corner's frame is whole
  const [right, bottom] = [(col + 1) * dx + 2, (row + 1) * dy + 2].map((at) => Math.min(at, PICTURE - 1));
  context.strokeRect(x, y, right - x, bottom - y);
  return h("div", { class: "overview" }, canvas);
}
