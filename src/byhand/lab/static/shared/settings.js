// The page's state is one table of settings, and the address holds it: a view can be linked, and comes back.

import { HIDDEN_ACTIVATIONS } from "./constants.js";
import { OPENING } from "./opening-digit.js";
import { packBytes, unpackBytes } from "./packed-bytes.js";
import { strokesIn, strokesText } from "./strokes.js";

/** @import { Ablation, State } from "./types.js" */

/** As schedules.py has them. */
export const SCHEDULES = ["constant", "step", "linear", "cosine", "flat_cos", "coslog4", "one_cycle"];
// sets whose points are (x, t): one number to predict, no classes
export const CURVES = ["sine", "arc", "teacher", "curve"];
export const MOST_POINTS = 500;
export const MOST_CLASSES = 6;
export const LONGEST_NAME = 24; // of one's own
export const MOST_LAYERS = 6;
export const MOST_UNITS = 128; // of a network in the plane

export const RUNNER_UP = -2; // "why rather than" the class that came second
const EMPTY = "none"; // a sheet with nothing on it, in an address
/** @type {Record<string, string>} */
const OLD_MODELS = { shipped: "pretrained", moment: "snapshot", before: "baseline", given: "uploaded" };

/**
 * name → its kind, its default, and how it is read from text; null: not a value it can have, undefined: nothing, where
 * that differs from the default.
 */
export const SETTINGS = {
  view: choice("draw", ["draw", "network", "train", "plane", "microscope", "mistakes", "experiments", "lessons"]),
  model: choice("pretrained", ["pretrained", "trained", "snapshot", "baseline", "uploaded"], OLD_MODELS),
  // 784 or 64 bytes: what is drawn or loaded; null: an empty sheet
  picture: {
    initial: OPENING.picture,
    read: (/** @type {string} */ text) => (text === EMPTY ? undefined : unpackBytes(text)),
    write: (/** @type {Uint8Array | null} */ bytes) => (bytes ? packBytes(bytes) : EMPTY),
  },
  strokes: { initial: [], read: strokesIn, write: strokesText }, // of the drawing; they can be taken back
  under: { initial: null, read: unpackBytes, write: packBytes }, // the picture that lies under the strokes
  digit: whole(-1, -1, 9999), // the test picture that is loaded; −1: drawn by hand
  pen: choice("medium", ["thin", "medium", "thick"]),
  against: whole(RUNNER_UP, RUNNER_UP, 9), // "why rather than": −1 asks for nothing
  label: whole(-1, -1, 9), // the class to learn in the network view; −1: what it is, or what the network says
  unit: whole(0, 0, 4095),
  layer: whole(0, 0, 15),
  phase: whole(-1, -1, 99), // of Network; −1: the answer
  data: choice("digits", ["digits", "mnist"]),
  hidden: { kind: "text", initial: [128], read: widths, write: (/** @type {number[]} */ list) => list.join("-") },
  activation: choice("relu", HIDDEN_ACTIVATIONS),
  loss: choice("softmax_cross_entropy", ["softmax_cross_entropy", "squared_error", "binary_cross_entropy"]),
  optimizer: choice("sgd", ["sgd", "momentum", "nesterov", "adam", "adamw"]),
  momentum: decimal(0.9, 0, 0.999), // of momentum and nesterov
  learningRate: decimal(0.1, 1e-6, 1e6),
  schedule: choice("constant", SCHEDULES),
  warmUp: sliding(0, 0, 0.9),
  batchSize: whole(32, 1, 4096),
  epochs: whole(10, 1, 1000),
  initializer: choice("he", ["he", "glorot", "normal", "uniform", "zeros"]),
  dropout: sliding(0, 0, 0.9),
  batchNorm: toggle(false),
  residual: toggle(false),
  labelSmoothing: sliding(0, 0, 0.5, 0.01), // of softmax cross-entropy
  preparation: choice("unit", ["unit", "signed", "standard", "raw"]),
  shuffle: toggle(true),
  seed: whole(1, 0, 2 ** 32 - 1),
  moment: whole(-1, -1, 1e7), // a step of the training; −1: now
  kept: whole(-1, -1, 1e7), // another, to compare; −1: none
  without: {
    initial: [],
    read: readAblations,
    write: (/** @type {Ablation[]} */ list) =>
      list
        .map(({ kind, step, label, from }) => (kind === "batch" ? `batch.${step}` : `class.${label}.${from}`))
        .join("~"),
  },
  // of the microscope
  of: choice("digit", ["digit", "plane"]),
  point: whole(0, 0, 9999),
  cell: pattern("z1.0.0", /^([a-zA-Z]{1,2})\d{0,2}\.\d{1,4}\.\d{1,4}$/),
  stepRate: decimal(0.1, 1e-6, 1e6),
  blanks: toggle(false), // what is computed is hidden, to be filled in
  // of Mistakes: the cell of the confusion matrix that is chosen, class.prediction as in 4.9
  confusion: pattern("", /^\d\.\d$/),
  // of the plane
  set: choice("moons", ["gaussians", "xor", "circles", "moons", "spiral", "own", "sine", "arc", "teacher", "curve"]),
  // [x, y, class]
  points: { initial: null, read: pointsIn, write: joinAll("_") },
  classNames: { initial: [], read: namesIn, write: joinNames("~") }, // of points from a file
  // the same: [name, mean, deviation]
  columns: { initial: [], read: columnsIn, write: joinAll("_") },
  holdOut: toggle(false), // a fifth of one's own points
  noise: sliding(0.1, 0, 1),
  arms: whole(2, 2, 6),
  spread0: sliding(0.5, 0.1, 3),
  spread1: sliding(1.5, 0.1, 3),
  planeLayers: {
    initial: [
      [16, "relu"],
      [8, "relu"],
    ],
    read: layersIn,
    write: joinAll("."),
  }, // [units, activation]
  planeOptimizer: choice("sgd", ["sgd", "momentum", "nesterov", "adam"]),
  planeRate: decimal(0.1, 1e-6, 1e6),
  planeBatch: whole(8, 1, 4096),
  planeInit: choice("he", ["he", "glorot", "normal", "uniform", "zeros"]),
  planeSeed: whole(1, 0, 2 ** 32 - 1),
  planeSpeed: choice("10", ["1", "2", "5", "10", "20", "50", "100", "max"]), // epochs a second
  compare: toggle(false),
  // of the experiments
  // an id of experiments.json
  experiment: pattern("xor-line", /^[a-z0-9-]{3,40}$/),
  seeds: whole(5, 5, 50),
  // an id of lessons.json and a step, as in why.2
  lesson: pattern("", /^[a-z0-9-]{1,40}\.[1-9]\d?$/),
  // in a frame of another page: the view, and which of its parts are shown
  embed: choice("", ["", "draw", "network", "train", "plane", "microscope", "mistakes", "experiments"]),
  show: { initial: [], read: partsIn, write: joinNames(",") },
  projector: toggle(false), // larger, in full contrast, without the header
  theme: choice("auto", ["auto", "light", "dark"]),
  colours: choice("safe", ["safe", "classic"]),
};

/** Lists as text: their items by `sign`, the lists by "~". */
function joinAll(/** @type {string} */ sign) {
  return (/** @type {(number | string)[][]} */ lists) => lists.map((list) => list.join(sign)).join("~");
}

function joinNames(/** @type {string} */ sign) {
  return (/** @type {string[]} */ list) => list.join(sign);
}

/**
 * aliases: names of earlier versions, in links that exist.
 * @param {string} initial
 * @param {string[]} names
 * @param {Record<string, string>} aliases
 */
function choice(initial, names, aliases = {}) {
  return {
    kind: "choice",
    initial,
    names,
    read: (/** @type {string} */ text) => (names.includes(text) ? text : (aliases[text] ?? null)),
    write: String,
  };
}

/** A text of this form. @param {string} initial @param {RegExp} form */
function pattern(initial, form) {
  return { initial, read: (/** @type {string} */ text) => (form.test(text) ? text : null), write: String };
}

/** @param {boolean} initial */
function toggle(initial) {
  return {
    kind: "toggle",
    initial,
    read: (/** @type {string} */ text) => (text === "yes" ? true : text === "no" ? false : null),
    write: (/** @type {boolean} */ on) => (on ? "yes" : "no"),
  };
}

/** @param {number} initial @param {number} least @param {number} most */
function whole(initial, least, most) {
  return decimal(initial, least, most, "whole", /^-?\d+$/);
}

/** @param {number} initial @param {number} least @param {number} most */
function decimal(initial, least, most, kind = "decimal", form = /./) {
  return {
    kind,
    initial,
    least,
    most,
    write: String,
    read: (/** @type {string} */ text) =>
      form.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null,
  };
}

/** @param {number} initial @param {number} least @param {number} most */
function sliding(initial, least, most, step = 0.05) {
  return { ...decimal(initial, least, most), kind: "slider", step };
}

function pointsIn(/** @type {string} */ text) {
  const list = text.split("~").map((point) => point.split("_").map(Number));
  return list.length <= MOST_POINTS &&
    list.every(
      ([x, y, k, more]) =>
        Math.abs(x) <= 1e3 &&
        Math.abs(y) <= 1e3 &&
        Number.isInteger(k) &&
        k >= 0 &&
        k < MOST_CLASSES &&
        more === undefined,
    )
    ? list
    : null;
}

function namesIn(/** @type {string} */ text) {
  const list = text.split("~");
  return list.length <= MOST_CLASSES && list.every((name) => name && name.length <= LONGEST_NAME) ? list : null;
}

/** @param {string} text @returns {State["columns"] | null} */
function columnsIn(text) {
  const list = text
    .split("~")
    .map((one) => one.split("_"))
    .map(([name, mean, deviation]) => column(name, Number(mean), Number(deviation)));
  return list.length === 2 &&
    list.every(
      ([name, mean, deviation]) => name && name.length <= LONGEST_NAME && Number.isFinite(mean) && deviation > 0,
    )
    ? list
    : null;
}

/** @type {(name: string, mean: number, deviation: number) => State["columns"][number]} */
const column = (name, mean, deviation) => [name, mean, deviation];

function partsIn(/** @type {string} */ text) {
  const list = text.split(",");
  return list.length <= 20 && list.every((name) => /^[a-z-]{1,30}$/.test(name)) ? list : null;
}

/** @param {string} text @returns {State["planeLayers"] | null} */
function layersIn(text) {
  if (text === "") return [];
  const list = text
    .split("~")
    .map((layer) => layer.split("."))
    .map(([units, activation, more]) => layer(Number(units), more === undefined ? activation : ""));
  return list.length <= MOST_LAYERS &&
    list.every(
      ([units, activation]) =>
        Number.isInteger(units) && units >= 1 && units <= MOST_UNITS && HIDDEN_ACTIVATIONS.includes(activation),
    )
    ? list
    : null;
}

/** @type {(units: number, activation: string) => State["planeLayers"][number]} */
const layer = (units, activation) => [units, activation];

function widths(/** @type {string} */ text) {
  if (text === "") return [];
  const list = text.split(/[-, ]+/).map(Number);
  return list.length <= 8 && list.every((n) => Number.isInteger(n) && n >= 1 && n <= 4096) ? list : null;
}

/** @param {string} text @returns {Ablation[] | null} */
function readAblations(text) {
  const list = text.split("~").map((one) => /^(?:batch\.(\d{1,8})|class\.(\d)\.(\d{1,8}))$/.exec(one));
  return list.every((one) => one !== null) && list.length <= 20
    ? list.map(([, step, label, from]) =>
        step !== undefined
          ? { kind: "batch", step: Number(step) }
          : { kind: "class", label: Number(label), from: Number(from) },
      )
    : null;
}

/** The views that this page has: the first is the one that it opens with. @param {string[]} names */
export function offerViews(names) {
  SETTINGS.view = choice(names[0], names);
  SETTINGS.embed = choice("", ["", ...names.filter((name) => name !== "lessons")]);
}

/** @returns {State} */
export function initialState() {
  const values = Object.fromEntries(Object.entries(SETTINGS).map(([name, { initial }]) => [name, initial]));
  return /** @type {State} */ (/** @type {unknown} */ (values));
}

/**
 * Read the state out of an address's fragment; what is missing or cannot be is left at its default.
 * @param {string} fragment
 */
export function stateFrom(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const [name, { read }] of Object.entries(SETTINGS)) {
    const text = given.get(name);
    const value = text === null ? null : read(text);
    if (value !== null) values[name] = value ?? null;
  }
  return { ...initialState(), ...values };
}

/** Write what differs from the defaults. @param {State} state */
export function fragmentOf(state) {
  const params = new URLSearchParams();
  const values = /** @type {Record<string, any>} */ (state);
  for (const [name, { initial, write }] of Object.entries(SETTINGS)) {
    const value = values[name];
    if (String(value) !== String(initial)) params.set(name, write(value));
  }
  return params.size ? `#${params}` : "#";
}
