// Pictures of numbers. Zero is the ground, the colour of the card. Ink is the colour of text; signed numbers are
// squares where there is room: filled for plus, hollow for minus, their area the size; else colours of a ramp.

import { h } from "./dom.js";
import { RAMPS } from "./ramps.js";

/** Of the plane's classes; their marks differ by shape too. */
export const CLASSES = [
  [44, 117, 208],
  [238, 112, 28],
  [0, 137, 106],
  [160, 74, 148],
  [107, 114, 128],
  [179, 38, 30],
];
const LEAST_CELL = 5; // pixels of a cell: a smaller one has no room for a square
export const FILL = 0.94; // of a cell, for the largest number
const LEAST_HOLLOW = 3; // pixels of a square that still has a hole
const RIM = 0.2; // of a hollow square's side
const INK = { light: [23, 28, 38], dark: [236, 238, 242] }; // --ink, as the tokens have it

/** A colour as three numbers: #rrggbb. */
export const rgb = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) || 0);

/** @type {{ground: number[], ink: number[], plus: number[][], minus: number[][]}} */
let palette = paletteOf("light", "safe");

/** The theme to show, "light" or "dark": the chosen one, or with "auto" the system's. */
export function themeOf(chosen) {
  if (chosen !== "auto") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Draw from now on for this theme, "light" or "dark", with these colours of plus and minus. */
export function setColours(name, theme) {
  palette = paletteOf(theme, name);
}

function paletteOf(theme, name) {
  const read = (text) => text.split(" ").map(rgb);
  const { plus, minus } = RAMPS[theme][name];
  return { ground: rgb(plus), ink: INK[theme], plus: read(plus), minus: read(minus) };
}

const blend = (from, to, share) => from.map((value, i) => value + (to[i] - value) * share);
const css = (colour) => `rgb(${colour.map(Math.round).join(" ")})`;

/** The colour of a number between −1 and 1: red, green, blue. Of a training that diverged, NaN: the ground. */
function rampColour(value) {
  const ramp = value < 0 ? palette.minus : palette.plus;
  const place = (Math.min(1, Math.abs(value)) || 0) * (ramp.length - 1);
  const step = Math.min(Math.floor(place), ramp.length - 2);
  return blend(ramp[step], ramp[step + 1], place - step);
}

/** The same as CSS. */
export const signedColour = (value) => css(rampColour(value));

/** The full colour of a sign, for lines and marks. */
export const lineColour = (weight) => signedColour(weight < 0 ? -1 : 1);

/**
 * Paint ink 0 … top on the card.
 * @param {any} canvas
 * @param {ArrayLike<number>} stored
 * @param {number[]} shape
 */
export function paintInk(canvas, stored, [height, width], top = 255) {
  paint(canvas, height, width, (i) => blend(palette.ground, palette.ink, stored[i] / top));
}

/**
 * Paint signed numbers; `most` is the largest square, or the full colour.
 * @param {any} canvas
 * @param {any} numbers
 * @param {number[]} shape
 */
export function paintSigned(canvas, numbers, [height, width], most = largestSize(numbers)) {
  const [across, down] = [canvas.width / width, canvas.height / height];
  if (Math.min(across, down) < LEAST_CELL)
    paint(canvas, height, width, (i) => rampColour(most ? numbers[i] / most : 0));
  else paintSquares(canvas, numbers, width, { across, down, most, count: height * width });
}

function paintSquares(canvas, numbers, width, { across, down, most, count }) {
  const context = canvas.getContext("2d");
  context.fillStyle = css(palette.ground);
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < count; i++) {
    if (!numbers[i]) continue; // what is nothing looks like nothing
    const middle = [((i % width) + 0.5) * across, (Math.floor(i / width) + 0.5) * down];
    paintSquare(context, middle, FILL * Math.min(across, down) * Math.sqrt(Math.abs(numbers[i]) / most), numbers[i]);
  }
}

/**
 * A square with its middle there: filled for plus, hollow for minus.
 * @type {(context: CanvasRenderingContext2D, middle: number[], size: number, value: number) => void}
 */
export function paintSquare(context, [x, y], size, value) {
  const side = Math.max(value < 0 ? LEAST_HOLLOW : 1, Math.round(size));
  const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
  context.fillStyle = lineColour(value);
  context.fillRect(left, top, side, side);
  if (value > 0) return;
  const rim = Math.min(Math.max(1, Math.round(RIM * side)), (side - 1) / 2);
  context.fillStyle = css(palette.ground);
  context.fillRect(left + rim, top + rim, side - 2 * rim, side - 2 * rim);
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
}

/** A canvas that says what is on it. */
export function picture(label, side, attributes = {}) {
  return h("canvas", { width: side, height: side, role: "img", "aria-label": label, class: "picture", ...attributes });
}

/**
 * What filled and hollow mean, once a view.
 * @param {any} words
 */
export function legend({ plus, minus }) {
  const swatch = (sign) => h("span", { class: `swatch ${sign}` });
  return h("p", { class: "legend" }, swatch("plus"), ` ${plus} `, swatch("minus"), ` ${minus}`);
}
