// The part of the state that a training begins from, as the worker takes it.

import { initialState } from "./settings.js";
import { warmUpOf } from "./schedules.js";

const CENTRES = [
  [0, 0],
  [1, 1],
]; // of the two clouds

const TRAIN = [
  "hidden",
  "activation",
  "dropout",
  "batchNorm",
  "residual",
  "loss",
  "optimizer",
  "learningRate",
  "schedule",
  "batchSize",
  "epochs",
  "initializer",
  "preparation",
  "shuffle",
  "seed",
  "without",
];

/** Which of a training's settings matter only beside certain others. */
const MATTERS = {
  momentum: ({ optimizer }) => ["momentum", "nesterov"].includes(optimizer),
  labelSmoothing: ({ loss }) => loss === "softmax_cross_entropy",
};

export const matters = (name, state) => MATTERS[name]?.(state) ?? true;

/**
 * Of a training on digits: what does not matter is as if it had never been set.
 * @returns {Record<string, any>}
 */
export function trainSettings(state) {
  /** @type {Record<string, any>} */
  const settings = Object.fromEntries(TRAIN.map((name) => [name, state[name]]));
  const initial = initialState();
  for (const name of Object.keys(MATTERS)) settings[name] = matters(name, state) ? state[name] : initial[name];
  return { ...settings, warmUp: warmUpOf(state) };
}

/** Of a training on the plane. */
export function planeSettings(state) {
  return {
    set: state.set,
    n: state.set === "xor" ? 40 : 200,
    noise: state.noise,
    arms: state.arms,
    seed: state.planeSeed,
    points: state.points,
    clouds: CENTRES.map(([x, y], k) => [x, y, state[`spread${k}`], state[`spread${k}`]]),
    layers: state.planeLayers,
    optimizer: state.planeOptimizer,
    learningRate: state.planeRate,
    batchSize: state.planeBatch,
    initializer: state.planeInit,
    compare: state.compare,
  };
}
