// A run of an experiment as the settings of Train or Plane, where these have all that it differs in.

/** @type {Record<string, string>} */
const OF_TRAIN = {
  preparation: "preparation",
  hidden: "hidden",
  activation: "activation",
  initializer: "initializer",
  loss: "loss",
  learning_rate: "learningRate",
  batch_size: "batchSize",
  epochs: "epochs",
  batch_norm: "batchNorm",
  residual: "residual",
  shuffle: "shuffle",
};
const BESIDE = new Set(["init_scale", "output"]); // what Train has by itself: 0.1 for normal, sigmoid for squared error
const MOST = { batchSize: 4096, layers: 8 };

/** @import { State } from "./types.js" */
/** @typedef {Record<string, any>} RunSettings by the names of recipes, as experiments.json has them */

/**
 * Changes of the page's state that open this run, or null.
 * @param {{settings: Record<string, RunSettings>}} table
 * @param {{kind: string, settings: RunSettings}} experiment
 * @param {{changes: RunSettings}} run
 * @param {string} data the name of the data set
 * @returns {Partial<State> | null}
 */
export function stateOfRun(table, experiment, run, data) {
  const settings = { ...table.settings[experiment.kind], ...experiment.settings, ...run.changes };
  if (experiment.kind === "digits") return trainState(settings, data);
  if (experiment.kind === "starts") return xorState(settings);
  return experiment.kind === "clouds" ? cloudsState(settings) : null;
}

/** @param {RunSettings} settings @param {string} data */
function trainState(settings, data) {
  const names = Object.keys(settings);
  if (names.some((name) => !(name in OF_TRAIN) && !BESIDE.has(name))) return null;
  if (settings.init_scale !== undefined && settings.init_scale !== 0.1) return null;
  if (settings.output !== undefined && settings.loss !== "squared_error") return null;
  if (settings.batch_size > MOST.batchSize || settings.hidden.length > MOST.layers) return null;
  const known = names.filter((name) => name in OF_TRAIN);
  const state = Object.fromEntries(known.map((name) => [OF_TRAIN[name], settings[name]]));
  return { ...FRESH, view: "train", data, ...state };
}

/** What a run does not name, as an experiment has it. */
const FRESH = {
  optimizer: "sgd",
  schedule: "constant",
  warmUp: 0,
  dropout: 0,
  labelSmoothing: 0,
  batchNorm: false,
  residual: false,
  shuffle: true,
  without: [],
  moment: -1,
  kept: -1,
};

const ON_PLANE = { view: "plane", points: null, classNames: [], columns: [], planeOptimizer: "sgd" };

/** @param {RunSettings} settings @returns {Partial<State>} */
function xorState({ hidden, activation, learning_rate: planeRate }) {
  /** @type {State["planeLayers"]} */
  const planeLayers = hidden ? [[hidden, activation]] : [];
  return { ...ON_PLANE, set: "xor", noise: 0, planeLayers, planeRate, planeBatch: 40, planeInit: "he", compare: false };
}

/** @param {RunSettings} settings @returns {Partial<State>} */
function cloudsState({ hidden, activation, learning_rate: planeRate, batch_size: planeBatch }) {
  const planeLayers = /** @type {number[]} */ (hidden).map((n) => /** @type {[number, string]} */ ([n, activation]));
  return {
    ...ON_PLANE,
    set: "gaussians",
    spread0: 0.5,
    spread1: 1.5,
    planeLayers,
    planeRate,
    planeBatch,
    compare: false,
  };
}
