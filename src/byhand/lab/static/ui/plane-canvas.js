// The board of the plane on one canvas: what a network says everywhere, smoothly between the core's values, where it
// changes its mind, the points, and the lines that are known. What is undecided has the colour of the card.

import { token } from "./canvas.js";
import { contour } from "./contour.js";
import { CLASSES, largestSize, paintSigned, rgb } from "./palette.js";

const SIDE = 440; // CSS pixels, at most
const POINT = 4.5; // of a point, in pixels
const CORNERS = [0, 3, 4, 5, 6, 8]; // of a class's points: a circle has none
const SHARE = 0.44; // of a class's full colour, where the network is sure
const LINES = {
  boundary: { width: 1.6, dash: [] },
  bayes: { width: 2, dash: [2, 4] },
  straight: { width: 1.6, dash: [9, 5] },
};
const cells = document.createElement("canvas"); // a pixel a value, before it is drawn large

/** Paint a network's map, its boundary, the points, and what is known of them. */
export function paintBoard(canvas, { map, n_classes: n }, plane) {
  const context = prepareBoard(canvas);
  paintValues(context, plane.side, classColours(map, n));
  for (let k = 0; k < (n === 2 ? 1 : n); k++) paintContour(context, marginOf(map, n, k), plane.side, "boundary");
  paintKnown(context, plane);
  paintPoints(context, plane);
}

/** Paint what one unit says everywhere, and the points. */
export function paintUnit(canvas, map, plane) {
  const context = prepareBoard(canvas);
  Object.assign(cells, { width: plane.side, height: plane.side });
  paintSigned(cells, map, [plane.side, plane.side], largestSize(map));
  context.drawImage(cells, 0, 0, SIDE, SIDE);
  paintContour(context, (i) => map[i], plane.side, "boundary");
  paintPoints(context, plane);
}

/** A canvas of the board's size, as sharp as the screen is. */
function prepareBoard(canvas) {
  const scale = globalThis.devicePixelRatio || 1;
  const side = Math.round(SIDE * scale);
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.imageSmoothingEnabled = true;
  return context;
}

/** One colour a value, blended in between. */
function paintValues(context, side, colourOf) {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) image.data.set(colourOf(i), 4 * i);
  Object.assign(cells, { width: side, height: side });
  /** @type {CanvasRenderingContext2D} */ (cells.getContext("2d")).putImageData(image, 0, 0);
  context.drawImage(cells, 0, 0, SIDE, SIDE);
}

/** How much more likely class k is than the next best, or less. */
function marginOf(map, n, k) {
  return (i) => {
    let best = 0;
    for (let other = 0; other < n; other++) if (other !== k) best = Math.max(best, map[i * n + other]);
    return map[i * n + k] - best;
  };
}

/** The colour of the likeliest class, the fainter the less it leads. */
function classColours(map, n) {
  const card = rgb(token("--card"));
  return (i) => {
    let best = 0;
    for (let k = 1; k < n; k++) if (map[i * n + k] > map[i * n + best]) best = k;
    const share = SHARE * Math.min(1, 1.25 * marginOf(map, n, best)(i));
    const colour = CLASSES[best % 6];
    return [0, 1, 2].map((c) => card[c] + (colour[c] - card[c]) * share).concat(255);
  };
}

/** Lines of zero; the grid's points are the middles of its cells. */
function paintContour(context, value, side, name) {
  const at = (place) => ((place + 0.5) / side) * SIDE;
  const segments = contour(value, side);
  stroke(context, name, () =>
    segments.forEach(([from, to]) => {
      context.moveTo(at(from[0]), at(from[1]));
      context.lineTo(at(to[0]), at(to[1]));
    }),
  );
}

/** Where the better class changes, and the best straight line. */
function paintKnown(context, { bayes, straight, box }) {
  if (bayes) paintContour(context, (i) => bayes.classes[i] - 0.5, bayes.side, "bayes");
  if (!straight?.ends) return;
  const [from, to] = straight.ends.map(placeIn(box));
  stroke(context, "straight", () => {
    context.moveTo(...from);
    context.lineTo(...to);
  });
}

function stroke(context, name, draw) {
  const { width, dash } = LINES[name];
  Object.assign(context, { strokeStyle: token("--ink"), lineWidth: width, lineCap: "butt" });
  context.setLineDash(dash);
  context.beginPath();
  draw();
  context.stroke();
  context.setLineDash([]);
}

/** @type {(box: number[]) => (at: number[]) => number[]} */
const placeIn =
  ([left, right, low, high]) =>
  ([x, y]) => [((x - left) / (right - left)) * SIDE, ((high - y) / (high - low)) * SIDE];

function paintPoints(context, { classes, points, box, split }) {
  const place = placeIn(box);
  const heldOut = new Set(split?.heldOut);
  classes.forEach((k, i) =>
    paintPoint(context, place([points[2 * i], points[2 * i + 1]]), k, { size: POINT, isHollow: heldOut.has(i) }),
  );
}

/**
 * Classes by shape as well as colour; what is held out is hollow.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} at
 */
function paintPoint(context, [x, y], k, { size, isHollow = false }) {
  const sides = CORNERS[k % 6];
  const far = 1.25 * size;
  context.beginPath();
  if (!sides) context.arc(x, y, size, 0, 7);
  else
    for (let s = 0; s < sides; s++)
      context[s ? "lineTo" : "moveTo"](
        x + far * Math.sin((2 * Math.PI * s) / sides),
        y - far * Math.cos((2 * Math.PI * s) / sides),
      );
  context.closePath();
  const [colour, card] = [`rgb(${CLASSES[k % 6].join(" ")})`, token("--card")];
  if (isHollow) Object.assign(context, { fillStyle: card, strokeStyle: colour, lineWidth: 2 });
  else Object.assign(context, { fillStyle: colour, strokeStyle: card, lineWidth: 1.2 });
  context.fill();
  context.stroke();
}

/** A class's mark, for a list of them. */
export function mark(canvas, k) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  paintPoint(context, [canvas.width / 2, canvas.height / 2], k, { size: 0.3 * canvas.width });
}

/** A set's points, small; those of a curve in ink. */
export function paintSet(canvas, { points, classes, box }) {
  const context = canvas.getContext("2d");
  const [width, height] = [canvas.width, canvas.height];
  const place = placeIn(box);
  context.clearRect(0, 0, width, height);
  classes.forEach((k, i) => {
    const [x, y] = place([points[2 * i], points[2 * i + 1]]);
    context.fillStyle = `rgb(${CLASSES[k % 6].join(" ")})`;
    context.beginPath();
    context.arc((x / SIDE) * width, (y / SIDE) * height, 0.022 * width, 0, 7);
    context.fill();
  });
}

/** Where on the plane a click on a picture of that box is. */
export function pointOf(event, canvas, [left, right, low, high]) {
  const area = canvas.getBoundingClientRect();
  return [
    left + ((event.clientX - area.left) / area.width) * (right - left),
    high - ((event.clientY - area.top) / area.height) * (high - low),
  ];
}
