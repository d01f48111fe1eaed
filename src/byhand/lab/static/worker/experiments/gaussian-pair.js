// Two Gaussian clouds: the twin of byhand/experiments/gaussian_pair.py.

import { UNSCALED } from "../../shared/constants.js";
import { GaussianPair } from "../gaussian-pair.js";
import { initializedNetwork, testAccuracy, train } from "./context.js";

const CLOUDS = [
  [0, 0, 0.5, 0.5],
  [1, 1, 1.5, 1.5],
];
const N_TEST = 20000; // fresh points
const REACH = 10;
const SIDE = 400; // of the grid that is summed over, in cells

/** What is known without training: the Bayes error, and the error of the best straight line. */
export function gaussianMarks(core) {
  const step = (2 * REACH) / SIDE;
  const cell = (i) => (i % 2 ? Math.floor(i / 2 / SIDE) : (i >> 1) % SIDE);
  const points = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => (cell(i) + 0.5) * step - REACH);
  const line = new GaussianPair(core, CLOUDS).bestLine([-REACH, REACH, -REACH, REACH]);
  return [
    { name: "the best rule there can be", value: core.bayes(CLOUDS, points, step * step).error },
    { name: "the best straight line", value: line.error },
  ];
}

export async function gaussianTrial(context, settings, seed) {
  const draw = (n, part) => {
    const { points, classes } = context.core.toy("gaussians", { n, clouds: CLOUDS, seed, part });
    return { inputs: points, labels: classes, ...UNSCALED };
  };
  const points = draw(settings.examples, 0);
  const network = initializedNetwork(context, settings, 2, 2, seed);
  await train(context, network, settings, { ...points, rows: Array.from(points.labels.keys()) }, seed);
  return { error: 1 - testAccuracy(context, network, draw(N_TEST, 1)) };
}
