// The board of the plane: what a network says everywhere, the points, and a straight line, on one canvas.

import { CLASSES, paintClasses } from "./palette.js";

const SIDE = 420;
const SIZE = 5; // of the board, of a point, in pixels
const CORNERS = [0, 3, 4, 5, 6, 8]; // of a class's points: a circle has none

/** Paint a network's map, the points, and the best line if there is one; better: the better class of each cell. */
export function paintBoard(canvas, { map, n_classes }, { side, points, classes, box, bayes, straight }) {
  Object.assign(canvas, { width: SIDE, height: SIDE });
  paintClasses(canvas, map, side, n_classes, bayes?.classes);
  const context = canvas.getContext("2d");
  const place = placeIn(box);
  if (straight) paintLine(context, straight.ends.map(place));
  classes.forEach((k, i) => paintPoint(context, place([points[2 * i], points[2 * i + 1]]), k));
}

/** @type {(box: number[]) => (at: number[]) => number[]} */
const placeIn =
  ([left, right, low, high]) =>
  ([x, y]) => [((x - left) / (right - left)) * SIDE, ((high - y) / (high - low)) * SIDE];

function paintLine(context, [from, to]) {
  Object.assign(context, { strokeStyle: "#1c2430", lineWidth: 2 });
  context.setLineDash([7, 5]);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.setLineDash([]);
}

/**
 * Classes by shape as well as colour.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} at
 * @param {number} k
 */
function paintPoint(context, [x, y], k) {
  const sides = CORNERS[k % 6];
  const far = 1.25 * SIZE;
  context.beginPath();
  if (!sides) context.arc(x, y, SIZE, 0, 7);
  else
    for (let s = 0; s < sides; s++)
      context[s ? "lineTo" : "moveTo"](
        x + far * Math.sin((2 * Math.PI * s) / sides),
        y - far * Math.cos((2 * Math.PI * s) / sides),
      );
  context.closePath();
  Object.assign(context, { fillStyle: `rgb(${CLASSES[k % 6].join(" ")})`, strokeStyle: "#fff", lineWidth: 1.5 });
  context.fill();
  context.stroke();
}

/** A class's mark, for a list of them. */
export function mark(canvas, k) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  paintPoint(context, [canvas.width / 2, canvas.height / 2], k);
}

/** Where on the plane a click on a picture of that box is. */
export function pressed(event, canvas, [left, right, low, high]) {
  const area = canvas.getBoundingClientRect();
  return [
    left + ((event.clientX - area.left) / area.width) * (right - left),
    high - ((event.clientY - area.top) / area.height) * (high - low),
  ];
}
