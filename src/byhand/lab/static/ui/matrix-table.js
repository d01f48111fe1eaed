// A window on a table of numbers of any size: the whole as a picture, the numbers around the chosen one as text.

import { focusSoon, h } from "./dom.js";
import { general } from "../shared/numbers.js";
import { largestSize, paintSigned, picture } from "./palette.js";

const ROWS = 8;
const COLUMNS = 4;
const LONGEST = 16;
const PICTURE = 240;
const SHOWN = 3; // cells of the window, and of one of a single column; pixels of the picture; digits of a cell
const KEYS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-ROWS, 0],
  PageDown: [ROWS, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

const rowsShown = (cols) => (cols === 1 ? LONGEST : ROWS);

/** Does the window leave cells out? Then a picture of all stands above it. */
export const isOverviewed = ({ rows, cols }) => rows > rowsShown(cols) || cols > COLUMNS;

/**
 * What is around the chosen cell: choose(row, col) is called by a click, an arrow key, or a click on the picture.
 * @param {any} table
 */
export function matrix({ name, rows, cols, numbers, row, col, choose, heads = [String, String] }) {
  const height = rowsShown(cols);
  const top = row - (row % height);
  const left = col - (col % COLUMNS);
  const shownRows = range(top, Math.min(rows, top + height));
  const shownCols = range(left, Math.min(cols, left + COLUMNS));
  const to = (r, c) => choose(within(r, rows), within(c, cols));
  const cell = (r, c) => {
    const at = r * cols + c;
    const chosen = r === row && c === col;
    if (at >= numbers.length) return h("td", {});
    return h(
      "td",
      {},
      h(
        "button",
        {
          type: "button",
          class: chosen ? "cell chosen" : "cell",
          tabindex: chosen ? 0 : -1,
          "aria-pressed": String(chosen),
          "aria-label": `${name}, ${heads[0](r)}, ${heads[1](c)}: ${general(numbers[at], SHOWN)}`,
          onclick: () => to(r, c),
          onkeydown: (event) => moveToCell(event, r, c, to),
        },
        general(numbers[at], SHOWN),
      ),
    );
  };
  return h(
    "div",
    { class: "matrix" },
    isOverviewed({ rows, cols }) ? overview({ name, rows, cols, numbers, row, col, to }) : null,
    h(
      "div",
      { class: "scroll plain", tabindex: -1 },
      h(
        "table",
        { class: "cells" },
        h("caption", { class: "quiet" }, name),
        cols > 1
          ? h(
              "thead",
              {},
              h(
                "tr",
                {},
                h("td", {}),
                shownCols.map((c) => h("th", { scope: "col" }, heads[1](c))),
              ),
            )
          : null,
        h(
          "tbody",
          {},
          shownRows.map((r) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, heads[0](r)),
              shownCols.map((c) => cell(r, c)),
            ),
          ),
        ),
      ),
    ),
  );
}

const within = (i, n) => Math.max(0, Math.min(i, n - 1));
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

/** Arrows walk from cell to cell; the focus goes along when the window has been drawn anew. */
function moveToCell(event, r, c, to) {
  const step = KEYS[event.key];
  if (!step) return;
  event.preventDefault();
  to(r + step[0], c + step[1]);
  focusSoon(".cell.chosen");
}

/** The whole table as a picture, the window's place marked; a click goes there. */
function overview({ name, rows, cols, numbers, row, col, to }) {
  const canvas = picture(
    `${name}, all ${rows} × ${cols} numbers, up to ±${general(largestSize(numbers), 3)}`,
    PICTURE,
    {
      onclick: (event) =>
        to(
          Math.floor((event.offsetY / canvas.clientHeight) * rows),
          Math.floor((event.offsetX / canvas.clientWidth) * cols),
        ),
    },
  );
  const padded =
    numbers.length < rows * cols ? Float64Array.from({ length: rows * cols }, (_, i) => numbers[i] ?? 0) : numbers;
  paintSigned(canvas, padded, [rows, cols]);
  const context = canvas.getContext("2d");
  const [dx, dy] = [PICTURE / cols, PICTURE / rows];
  Object.assign(context, { strokeStyle: getComputedStyle(document.body).color, lineWidth: 2 });
  context.strokeRect(col * dx - 2, row * dy - 2, dx + 4, dy + 4);
  return h("div", { class: "overview" }, canvas);
}
