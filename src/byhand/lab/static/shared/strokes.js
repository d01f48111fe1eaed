// Strokes of the pad as text: {pen, points: [[x, y], …]} each, with x and y fractions of the pad's side. In an address
// they are thousandths, each point as its distance from the one before: "m412.130.-3.20~t…".

/** @typedef {{pen: string, points: number[][]}} Stroke */

/** @type {Record<string, string>} */
const PENS = { t: "thin", m: "medium", k: "thick" };
const LETTERS = Object.fromEntries(Object.entries(PENS).map(([letter, pen]) => [pen, letter]));
const SCALE = 1000;
const MOST_STROKES = 200;
const MOST_POINTS = 20_000; // of all strokes together
const FARTHEST = 2; // sides from the pad's corner: a pen may leave the pad

export const strokesText = (/** @type {Stroke[]} */ strokes) => strokes.map(strokeText).join("~");

/** @param {Stroke} stroke */
function strokeText({ pen, points }) {
  const places = points.map(([x, y]) => [Math.round(x * SCALE), Math.round(y * SCALE)]);
  const moves = places.map(([x, y], i) => (i ? [x - places[i - 1][0], y - places[i - 1][1]] : [x, y]));
  return LETTERS[pen] + moves.flat().join(".");
}

/** Read strokes; null where the text is not strokes. @param {string} text */
export function strokesIn(text) {
  if (text === "") return [];
  const strokes = text.split("~", MOST_STROKES + 1).map(strokeIn);
  const n = strokes.reduce((sum, stroke) => sum + (stroke?.points.length ?? 0), 0);
  return strokes.every((stroke) => stroke !== null) && strokes.length <= MOST_STROKES && n <= MOST_POINTS
    ? strokes
    : null;
}

/** @param {string} text @returns {Stroke | null} */
function strokeIn(text) {
  const pen = PENS[text[0]];
  const numbers = text.slice(1).split(".").map(Number);
  if (!pen || numbers.length % 2 || !numbers.every(Number.isInteger)) return null;
  let [x, y] = [0, 0];
  const points = [];
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i];
    y += numbers[i + 1];
    points.push([x / SCALE, y / SCALE]);
  }
  return points.flat().every((value) => Math.abs(value) <= FARTHEST) ? { pen, points } : null;
}
