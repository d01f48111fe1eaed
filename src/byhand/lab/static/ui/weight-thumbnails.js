// A unit's weights as a small picture: square where they can be, as those of a picture's pixels, else one row.

import { largestSize, paintSigned, picture } from "./palette.js";
import { TEXT } from "./strings.js";

const SIDE = 56; // screen pixels

/** A canvas with these weights on it. */
export function weightThumbnail(name, weights) {
  const canvas = picture(name, SIDE);
  paintWeights(canvas, weights);
  return canvas;
}

/** most: what has the full size or colour; of several units beside each other the largest of all. */
export function paintWeights(canvas, weights, most = largestSize(weights)) {
  const side = Math.sqrt(weights.length);
  paintSigned(canvas, weights, Number.isInteger(side) ? [side, side] : [1, weights.length], most);
}

/** "the first 64 of 128 units", where not all are shown; else nothing. */
export const firstUnits = (shown, all) =>
  shown < all ? TEXT.firstUnits.replace("{shown}", shown).replace("{all}", all) : "";
