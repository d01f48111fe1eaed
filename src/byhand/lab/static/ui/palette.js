// Pictures of numbers: ink as grey, signed numbers as dark blue (positive) through grey to light amber (negative),
// which
// stay apart in grey and for colour-blind eyes; large cells with a minus carry a dash besides.

import { h } from "./dom.js";

const SAFE = { plus: [16, 66, 148], zero: [150, 155, 163], minus: [255, 205, 92] };
const CLASSIC = { plus: [0, 110, 45], zero: [165, 165, 165], minus: [255, 150, 140] };
export const CLASSES = [
  [16, 66, 148],
  [214, 120, 0],
  [0, 125, 95],
  [150, 60, 140],
  [90, 90, 90],
  [170, 40, 30],
];
const DASHED = 9; // screen pixels a cell: smaller ones have no room for a dash

let palette = SAFE;
export function setColours(name) {
  palette = name === "classic" ? CLASSIC : SAFE;
}

/** The colour of a number between −1 and 1: red, green, blue. */
function mixed(value) {
  const end = value < 0 ? palette.minus : palette.plus;
  const share = Math.min(1, Math.abs(value));
  return palette.zero.map((from, i) => from + (end[i] - from) * share);
}

/** The same as CSS. */
export const signed = (value) => `rgb(${mixed(value).map(Math.round).join(" ")})`;

/** A line's colour by its weight's sign. */
export const lineColour = (weight) =>
  `rgb(${(weight < 0 ? (palette === SAFE ? [196, 120, 0] : [200, 40, 30]) : palette.plus.map((c) => c + 30)).join(" ")})`;

/**
 * Paint ink 0 … top, black on white as on paper.
 * @param {any} canvas
 * @param {ArrayLike<number>} stored
 * @param {number[]} shape
 */
export function paintInk(canvas, stored, [height, width], top = 255) {
  paint(canvas, height, width, (i) => {
    const grey = 255 * (1 - stored[i] / top);
    return [grey, grey, grey];
  });
}

/**
 * Paint signed numbers; the largest size is the full colour.
 * @param {any} canvas
 * @param {any} numbers
 * @param {number[]} shape
 */
export function paintSigned(canvas, numbers, [height, width], most = largestSize(numbers)) {
  const context = paint(canvas, height, width, (i) => mixed(most ? numbers[i] / most : 0));
  const [across, down] = [canvas.width / width, canvas.height / height];
  if (Math.min(across, down) < DASHED) return;
  const thick = Math.max(1, 0.1 * Math.min(across, down));
  context.fillStyle = "rgb(70 40 0)";
  for (let i = 0; i < height * width; i++) {
    if (numbers[i] < -0.06 * most)
      context.fillRect(
        ((i % width) + 0.3) * across,
        (Math.floor(i / width) + 0.5) * down - thick / 2,
        0.4 * across,
        thick,
      );
  }
}

/** Paint which class wins at each point, paler where it is unsure; a white line where the better class changes. */
export function paintClasses(canvas, map, side, nClasses, better) {
  paint(canvas, side, side, (i) => {
    const shares = map.subarray(i * nClasses, (i + 1) * nClasses);
    const best = shares.reduce((b, value, k) => (value > shares[b] ? k : b), 0);
    const isEdge =
      better &&
      (((i % side) + 1 < side && better[i] !== better[i + 1]) ||
        (i + side < side * side && better[i] !== better[i + side]));
    const sure = 0.12 + (0.5 * (shares[best] - 1 / nClasses)) / (1 - 1 / nClasses);
    return isEdge ? [255, 255, 255] : CLASSES[best % 6].map((c) => 250 + (c - 250) * sure);
  });
}

export const largestSize = (numbers) => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const cells = document.createElement("canvas"); // a pixel a cell, before it is drawn large

function paint(canvas, height, width, colour) {
  const context = canvas.getContext("2d");
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) image.data.set([...colour(i), 255], 4 * i);
  Object.assign(cells, { height, width });
  /** @type {CanvasRenderingContext2D} */ (cells.getContext("2d")).putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, 0, 0, canvas.width, canvas.height);
  return context;
}

/** A canvas that says what is on it. */
export function picture(label, side, attributes = {}) {
  return h("canvas", { width: side, height: side, role: "img", "aria-label": label, class: "picture", ...attributes });
}

/** What dark and light mean, once a view. */
export function legend(words) {
  const swatch = (value) => h("span", { class: "swatch", style: `background:${signed(value)}` });
  return h(
    "p",
    { class: "legend" },
    swatch(1),
    ` ${words.plus} `,
    swatch(0),
    ` ${words.zero} `,
    swatch(-1),
    ` ${words.minus}`,
  );
}
