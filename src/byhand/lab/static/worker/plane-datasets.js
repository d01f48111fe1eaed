// Points for the plane: of two or more classes, or of a curve t(x). All are drawn by the core.

import { STREAMS, UNSCALED } from "../shared/constants.js";
import { CURVES } from "../shared/settings.js";
import { denseLayer } from "./network-builder.js";

const CURVE_POINTS = 80;
const REACH = 2;
const TEACHER = 5;
const TEACHER_SPREAD = 1.5;
const SETS = ["moons", "circles", "xor", "spiral", "gaussians", "sine", "arc", "teacher"]; // with pictures of them
const SHOWN_POINTS = 60; // of such a picture
const CLOUDS = [
  [0, 0, 0.5, 0.5],
  [1, 1, 1.5, 1.5],
];

/** Return {points: Float32Array (n, 2), classes: Int32Array (n)}; of a curve the pairs are (x, t). */
export function pointsOf(core, settings) {
  const { set, noise, arms, clouds, seed } = settings;
  if (set === "own" || set === "curve")
    return toArrays(
      settings.points ??
        {
          own: [
            [-0.5, 0, 0],
            [0.5, 0, 1],
          ],
          curve: [
            [-1, -0.5, 0],
            [0, 0.5, 0],
            [1, 0, 0],
          ],
        }[set],
    );
  if (set === "sine") return core.toy("sine", { n: CURVE_POINTS, noise, seed });
  if (set === "arc") return upperMoon(core.toy("moons", { n: 2 * CURVE_POINTS, noise, seed }));
  if (set === "teacher") return curveOfNetwork(core, noise, seed);
  return core.toy(set, { n: settings.n, noise, arms, clouds, seed });
}

/** Some points of every set, for small pictures of them: name → {points, classes, box}. */
export function setsOf(core) {
  const settings = { n: SHOWN_POINTS, noise: 0.05, arms: 2, clouds: CLOUDS, seed: 1 };
  return Object.fromEntries(
    SETS.map((set) => {
      const { points, classes } = pointsOf(core, { ...settings, set });
      return [set, { points, classes, box: boxOf(points, CURVES.includes(set)) }];
    }),
  );
}

const toArrays = (points) => ({
  points: Float32Array.from(points.flatMap(([x, y]) => [x, y])),
  classes: Int32Array.from(points, ([, , k]) => k),
});

/** The first of the two moons is half a circle; the noise strays it sideways too. */
function upperMoon({ points, classes }) {
  const at = [...classes.keys()].filter((i) => classes[i] === 0);
  return {
    points: Float32Array.from(at.flatMap((i) => [points[2 * i], points[2 * i + 1]])),
    classes: new Int32Array(at.length),
  };
}

/**
 * A curve that another network draws, 1-5-1 of tanh with weights at random; its second input is always 1, for biases.
 */
function curveOfNetwork(core, noise, seed) {
  const network = { layers: [denseLayer(2, TEACHER, "tanh"), denseLayer(TEACHER, 1)], loss: "squared_error" };
  core.initialize(network, { initializer: "normal", factor: TEACHER_SPREAD, seed });
  const x = lineOf([-REACH, REACH], CURVE_POINTS);
  const inputs = Float32Array.from([...x].flatMap((at) => [at, 1]));
  const outputs = core.predict(network, { inputs, ...UNSCALED });
  const t = core.prepare(core.normals({ seed, stream: STREAMS.DATA }, x.length), noise, outputs);
  return { points: Float32Array.from([...x].flatMap((at, i) => [at, t[i]])), classes: new Int32Array(x.length) };
}

/**
 * The middles of n pieces between two ends.
 * @param {number[]} ends
 * @param {number} n
 */
export function lineOf([left, right], n) {
  return Float32Array.from({ length: n }, (_, i) => left + ((i + 0.5) * (right - left)) / n);
}

/**
 * The middles of side × side cells of a box, row by row from the top.
 * @param {number[]} box
 * @param {number} side
 */
export function gridOf([left, right, low, high], side) {
  const points = new Float32Array(2 * side * side);
  const step = [(right - left) / side, (high - low) / side];
  for (let i = 0; i < side * side; i++)
    points.set([left + ((i % side) + 0.5) * step[0], high - (Math.floor(i / side) + 0.5) * step[1]], 2 * i);
  return { points, area: step[0] * step[1] };
}

/** A box around all points, with some room: a square, or, for a curve, each way as it needs. */
export function boxOf(points, isCurve) {
  const ends = [0, 1]
    .map((way) => points.filter((_, i) => i % 2 === way))
    .map((all) => [Math.min(...all), Math.max(...all)]);
  const halves = ends.map(([low, high]) => 0.6 * Math.max(high - low, 0.5));
  const widest = Math.max(...halves);
  return ends.flatMap(([low, high], way) =>
    [-1, 1].map((sign) => (low + high) / 2 + sign * (isCurve ? halves[way] : widest)),
  );
}
