// The least error of any rule for two clouds, of any straight line, and of a network. bh_bayes_error integrates the
// smaller of two densities: given one cloud twice, that cloud's own.

import { gridOf, lineOf } from "./plane-datasets.js";

const GOLDEN = (Math.sqrt(5) - 1) / 2;

const SIDE = 300;
const SHOWN_SIDE = 160; // cells a side: to be exact, and while it trains
const PLACES = 600;
const ACROSS = 100;
const REACH = 6; // of a straight line; points along it; deviations around a cloud

export class GaussianPair {
  #core;
  #clouds;
  #wide;

  /** clouds: two times [x, y, deviation, deviation], the deviations of a cloud alike. */
  constructor(core, clouds) {
    const ends = (at) => [
      Math.min(...clouds.map((c) => c[at] - REACH * c[2])),
      Math.max(...clouds.map((c) => c[at] + REACH * c[2])),
    ];
    this.#core = core;
    this.#clouds = clouds;
    this.#wide = [...ends(0), ...ends(1)];
  }

  /** The better class at each cell of a box, and the least error of all rules. */
  bayes(box, side) {
    const { points, area } = gridOf(box, side);
    const wide = staggeredGrid(this.#wide, SIDE);
    return {
      classes: this.#core.bayes(this.#clouds, points, area).classes,
      error: this.#core.bayes(this.#clouds, wide.points, wide.area).error,
    };
  }

  /** The share of points to come that a network gets wrong; roughly or exactly. */
  errorOf(network, isRough) {
    const { points, area } = staggeredGrid(this.#wide, isRough ? SHOWN_SIDE : SIDE);
    const nClasses = network.layers.at(-1).n_out;
    const output = this.#core.predict(network, { inputs: points, scale: 1, shift: 0 });
    /** @type {number[][]} */
    const regions = [[], []]; // where it says 0, or not
    for (let i = 0; i < points.length / 2; i++) {
      const saysOne = output[i * nClasses + 1] > output[i * nClasses];
      regions[saysOne ? 1 : 0].push(points[2 * i], points[2 * i + 1]);
    }
    return this.#mass(1, regions[0], area) + this.#mass(0, regions[1], area);
  }

  /**
   * The straight line with the least error: {error, ends: [[x, y], [x, y]] in that box}. The clouds are round, so the
   * best line stands at right angles to the one between their centres; its place is the best of many.
   */
  bestLine(box) {
    const [[x0, y0, s0], [x1, y1, s1]] = this.#clouds;
    const apart = Math.hypot(x1 - x0, y1 - y0);
    const way = [(x1 - x0) / apart, (y1 - y0) / apart];
    const turned = [
      [0, 0, s0, s0],
      [apart, 0, s1, s1],
    ];
    const half = REACH * Math.max(s0, s1);
    const from = Math.min(-REACH * s0, apart - REACH * s1);
    const to = Math.max(REACH * s0, apart + REACH * s1);
    const step = (to - from) / PLACES;
    const across = lineOf([-half, half], ACROSS);
    const area = (step * 2 * half) / ACROSS;
    const slices = [...lineOf([from, to], PLACES)].map((at) => [...across].flatMap((y) => [at, y]));
    const masses = [0, 1].map((k) =>
      slices.map((slice) => this.#core.bayes([turned[k], turned[k]], Float32Array.from(slice), area).error),
    );
    let error = masses[0].reduce((sum, mass) => sum + mass, 0);
    let best = { error, at: from };
    for (let i = 0; i < PLACES; i++) {
      // class 0 before the line, class 1 behind it
      error += masses[1][i] - masses[0][i];
      if (error < best.error) best = { error, at: from + (i + 1) * step };
    }
    const middle = [x0 + best.at * way[0], y0 + best.at * way[1]];
    const long = 2 * (box[1] - box[0] + box[3] - box[2]);
    return {
      error: best.error,
      ends: [-long, long].map((far) => [middle[0] - far * way[1], middle[1] + far * way[0]]),
    };
  }

  /** Half the share of a cloud that lies in these cells. */
  #mass(k, points, area) {
    return points.length
      ? this.#core.bayes([this.#clouds[k], this.#clouds[k]], Float32Array.from(points), area).error
      : 0;
  }
}

/**
 * A box as `gridOf` has it, each row begun elsewhere within its first cell. Where two densities cross along a column of
 * midpoints, all rows err alike; staggered, their errors cancel: from 2e-5 to 1e-6 on 300 × 300 points.
 */
function staggeredGrid(box, side) {
  const { points, area } = gridOf(box, side);
  const step = (box[1] - box[0]) / side;
  for (let i = 0; i < side * side; i++) points[2 * i] += (((Math.floor(i / side) * GOLDEN) % 1) - 0.5) * step;
  return { points, area };
}
