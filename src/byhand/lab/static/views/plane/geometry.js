// Where a network's units and lines are on the stage: columns from left to right, units from top to bottom.

const MOST_SIDE = 44; // of a unit, in pixels
const LEAST_SIDE = 8;
const GAP = 0.3; // between units, of their side
const EDGE = 26; // left and right of the outermost units' centres
const SAMPLES = 24; // points of a curve that a press is compared with
const TOP = 66; // pixels above the units, for what a layer has, at least

/**
 * Places of units: {side, columns: [[{x, y}] a layer]}, the inputs first. counts: units shown of each; head: how
 * high is what stands above the layers.
 * @param {number[]} counts
 * @param {{width: number, height: number, head: number}} stage
 */
export function placesOf(counts, { width, height, head }) {
  const most = Math.max(...counts);
  const top = Math.max(TOP, head);
  const room = Math.max(60, height - top);
  const side = Math.max(LEAST_SIDE, Math.min(MOST_SIDE, Math.floor(room / most / (1 + GAP))));
  const step = Math.min(side * 1.6, room / most);
  const across = (width - 2 * EDGE - side) / Math.max(1, counts.length - 1);
  const columns = counts.map((n, c) =>
    Array.from({ length: n }, (_, i) => ({
      x: EDGE + side / 2 + c * across,
      y: top + room / 2 + (i - (n - 1) / 2) * step,
    })),
  );
  return { side, across, columns };
}

/** The curve of a weight, from a unit's right edge to another's left: eight numbers of a Bézier curve. */
export function curveOf(from, to, side) {
  const [x0, x1] = [from.x + side / 2, to.x - side / 2];
  const bend = 0.5 * (x1 - x0);
  return [x0, from.y, x0 + bend, from.y, x1 - bend, to.y, x1, to.y];
}

/**
 * Where a bias's mark is: at the lower left corner of its unit.
 * @type {(place: {x: number, y: number}, side: number) => number[]}
 */
export const biasPlace = ({ x, y }, side) => [x - side / 2, y + side / 2];

/**
 * A point of a curve; t from 0 to 1.
 * @param {number[]} curve
 * @param {number} t
 * @returns {number[]}
 */
export function pointOf([x0, y0, x1, y1, x2, y2, x3, y3], t) {
  const s = 1 - t;
  const weigh = (a, b, c, d) => s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  return [weigh(x0, x1, x2, x3), weigh(y0, y1, y2, y3)];
}

/**
 * The parameter that is nearest to a point, no farther than so many pixels; a bias before a line.
 * @param {any[]} parameters with a curve or a mark each
 * @param {number[]} at
 * @param {number} reach
 */
export function nearest(parameters, at, reach) {
  const distance = (one) =>
    one.curve ? distanceTo(one.curve, at) : Math.hypot(one.mark[0] - at[0], one.mark[1] - at[1]);
  let best = null;
  let least = reach;
  for (const one of parameters) {
    const far = one.curve ? distance(one) : distance(one) - 2;
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

/**
 * @param {number[]} curve
 * @param {number[]} at
 */
function distanceTo(curve, [x, y]) {
  let least = Infinity;
  for (let i = 0; i <= SAMPLES; i++) {
    const [px, py] = pointOf(curve, i / SAMPLES);
    least = Math.min(least, Math.hypot(px - x, py - y));
  }
  return least;
}
