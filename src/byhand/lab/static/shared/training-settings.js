// The part of the state that a training begins from, as the worker takes it.

import { initialState } from "./settings.js";
import { warmUpOf } from "./schedules.js";

/** @import { State } from "./types.js" */

const CENTRES = [
  [0, 0],
  [1, 1],
]; // of the two clouds

/** @type {(keyof State)[]} */
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

/**
 * Which of a training's settings matter only beside certain others.
 * @type {Partial<Record<keyof State, (state: State) => boolean>>}
 */
const MATTERS = {
  momentum: ({ optimizer }) => ["momentum", "nesterov"].includes(optimizer),
  labelSmoothing: ({ loss }) => loss === "softmax_cross_entropy",
};

const CONDITIONAL = /** @type {(keyof State)[]} */ (Object.keys(MATTERS));

/** @param {keyof State} name @param {State} state */
export const isRelevant = (name, state) => MATTERS[name]?.(state) ?? true;

/**
 * Of a training on digits: what does not matter is as if it had never been set.
 * @param {State} state
 * @returns {Record<string, any>}
 */
export function trainSettings(state) {
  /** @type {Record<string, any>} */
  const settings = Object.fromEntries(TRAIN.map((name) => [name, state[name]]));
  const initial = initialState();
  for (const name of CONDITIONAL) settings[name] = isRelevant(name, state) ? state[name] : initial[name];
  return { ...settings, warmUp: warmUpOf(state) };
}

/** Of a training on the plane. @param {State} state */
export function planeSettings(state) {
  const spreads = [state.spread0, state.spread1];
  return {
    set: state.set,
    n: state.set === "xor" ? 40 : 200,
    noise: state.noise,
    arms: state.arms,
    seed: state.planeSeed,
    points: state.points,
    holdOut: state.holdOut,
    clouds: CENTRES.map(([x, y], k) => [x, y, spreads[k], spreads[k]]),
    layers: state.planeLayers,
    optimizer: state.planeOptimizer,
    learningRate: state.planeRate,
    batchSize: state.planeBatch,
    initializer: state.planeInit,
    compare: state.compare,
  };
}
