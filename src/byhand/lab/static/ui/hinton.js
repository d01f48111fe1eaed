// Signed numbers as Hinton squares: filled is plus, hollow is minus, the area is the size; nothing is the ground.

import { FILL, largestSize, paintSquare } from "./palette.js";
import { topOf } from "./sheet-reader.js";

const LEAST = 0.02; // of the largest: smaller ones would be specks
const FAINT = 0.13; // of the ink under the squares

/**
 * Paint numbers on a canvas, over the picture that they belong to, if there is one.
 * @param {any} canvas
 * @param {ArrayLike<number>} numbers
 * @param {number[]} shape
 * @param {Uint8Array | null} under
 */
export function paintHinton(canvas, numbers, shape, under = null) {
  const [height, width] = shape;
  const context = canvas.getContext("2d");
  const most = largestSize(Array.from(numbers));
  paintGround(canvas, context, [height, width], under);
  if (!most) return;
  const cell = canvas.width / width;
  for (let i = 0; i < height * width; i++) {
    const share = Math.abs(numbers[i]) / most;
    if (share < LEAST) continue;
    const at = [((i % width) + 0.5) * cell, (Math.floor(i / width) + 0.5) * cell];
    paintSquare(context, at, FILL * cell * Math.sqrt(share), numbers[i]);
  }
}

/** The ink, faint, so that one sees where the squares lie. */
function paintGround(canvas, context, [height, width], under) {
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!under) return;
  const [cell, top] = [canvas.width / width, topOf(under)];
  context.fillStyle = getComputedStyle(document.body).color;
  for (let i = 0; i < height * width; i++) {
    context.globalAlpha = (FAINT * under[i]) / top;
    context.fillRect((i % width) * cell, Math.floor(i / width) * cell, cell, cell);
  }
  context.globalAlpha = 1;
}
