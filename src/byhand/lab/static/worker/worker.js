// The worker: it holds the C core, the networks and the data, and answers what the worker client asks.

import { loadCore } from "../core/core.js";
import { hasRelaxedSimd } from "../core/relaxed-simd.js";
import {
  attribution,
  confusions,
  digitAt,
  forward,
  forwardBackward,
  pictureExample,
  preprocess,
  probes,
  readPicture,
  robustness,
  stepInput,
  topActivations,
} from "./inference.js";
import { influence } from "./influence.js";
import { dataFrom, openData } from "./datasets.js";
import { diagnose } from "./diagnosis.js";
import { enlarge } from "./enlarged-digits.js";
import { cellOf } from "./microscope-cell.js";
import { stepOf } from "./microscope.js";
import { modelFrom } from "./model-reader.js";
import { PlaneAnswers } from "./plane-answers.js";
import { planeModel } from "./plane-model.js";
import { fileOf } from "./model-writer.js";
import { tableFrom } from "./csv.js";
import { UNSCALED } from "../shared/constants.js";
import { signalOf, sumOf } from "./signal-flow.js";
import { Training } from "./training.js";

const MAX_FILE = 64 << 20; // bytes of a dropped file
const models = {}; // name → network with its preparation
const sets = {}; // name → promise of a data set: once opened, it stays
const tables = {}; // the same of tables that page and package share
let core;
let dataName; // of the data at hand
let training;
let experimentRunner;
const planes = new PlaneAnswers(
  () => core,
  (frame) => postMessage({ frame }),
);

const ready = load();

async function load() {
  core = await openCore();
  models.pretrained = await modelFrom(await fetchFile(new URL("../models/draw.safetensors", import.meta.url)));
}

/** The fastest core that this browser runs; an exported page has one. */
async function openCore() {
  const open = async (name, load) => load(await fetchFile(new URL(`../core/${name}.wasm`, import.meta.url)));
  if (globalThis.byhandFiles || !hasRelaxedSimd()) return open("core", loadCore);
  if (crossOriginIsolated && navigator.hardwareConcurrency > 1)
    try {
      const { loadThreadedCore } = await import("../core/threads.js");
      return await open("core-threads", loadThreadedCore);
    } catch (error) {
      console.warn(`one thread: ${error.message}`);
    }
  return open("core-relaxed", loadCore);
}

async function fetchFile(url) {
  const inside = globalThis.byhandFiles?.[url.pathname]; // an exported page carries its files
  if (inside) return Uint8Array.from(atob(inside), (sign) => sign.charCodeAt(0)).buffer;
  if (globalThis.byhandFiles) throw new Error(`${url.pathname.split("/").pop()} is not in this page`);
  const reply = await fetch(url);
  if (!reply.ok)
    throw new Error(`${url.pathname.split("/").pop()} did not come: ${reply.status} ${reply.statusText}`.trim());
  return reply.arrayBuffer();
}

function getModel(name) {
  if (!models[name]) throw new Error(`there is no ${name} network yet`);
  return models[name];
}

const about = ({ network, output, preparation, classNames, imageShape, name }) => ({
  name,
  output,
  classNames,
  imageShape,
  preparation,
  layers: network.layers.map(({ n_in, n_out, activation, batchNorm, dropout = 0, residual = 0 }) => ({
    n_in,
    n_out,
    activation,
    batchNorm: Boolean(batchNorm),
    dropout,
    residual,
  })),
});

const answers = {
  models: () => Object.fromEntries(Object.entries(models).map(([name, model]) => [name, about(model)])),
  preprocess: ({ ink, height, width, shape }) => preprocess(core, ink, height, width, shape),
  readPicture: ({ rgba, height, width }) => readPicture(core, rgba, height, width),
  forward: ({ model, stored }) => forward(core, getModel(model), stored),
  attribution: ({ model, stored, toward, against }) => attribution(core, getModel(model), stored, toward, against),
  influence: async ({ model, stored, label, count }) =>
    influence(core, getModel(model), await openTestSet(getModel(model)), stored, label, count),
  robustness: ({ model, stored }) => robustness(core, getModel(model), stored),
  signal: ({ model, stored, unit }) => signalOf(core, getModel(model), stored, unit),
  forwardBackward: (request) => forwardBackward(core, exampleFor(request)),
  sum: ({ layer, unit, ...request }) => {
    const { model, stored } = subjectOf(request);
    return sumOf(core, model, stored, layer, unit);
  },
  confusions: async ({ model }) => confusions(core, getModel(model), await openTestSet(getModel(model))),
  topActivations: async ({ model, layer, unit }) =>
    topActivations(core, getModel(model), await openTestSet(getModel(model)), layer, unit),
  gradientStep: (request) => stepFor(request),
  cell: ({ name, row, col, ...request }) => cellOf(core, stepFor(request), { name, row, col }),
  digit: async ({ index, model }) => digitAt(await openTestSet(model && getModel(model)), index),

  /** A model as a file of byhand's, dropped or from the server. */
  async openModel({ bytes, name }) {
    const file = bytes ?? (await fetchFile(new URL("../api/model", import.meta.url)));
    models.uploaded = await modelFrom(file, name);
    return about(models.uploaded);
  },

  /** A model's file, as it came or as byhand would write it. */
  async modelFile({ model, settings, names }) {
    if (model === "plane") return fileOf(planeModel(planes.plane.stepInput(0).network, settings, names));
    const { file } = getModel(model);
    return file ?? fileOf(getModel(model));
  },

  /** Data by name, from the server, or from dropped files. */
  async openData({ name, files }) {
    if (files?.some((file) => file.size > MAX_FILE)) throw new Error("a dropped file is larger than 64 MB");
    if (files) sets.mnist = Promise.resolve(await dataFrom(files));
    const data = await getData(name);
    dataName = name;
    return {
      name: data.name,
      n_train: data.train.labels.length,
      n_validation: data.validation.labels.length,
      n_test: data.test.labels.length,
      imageShape: data.imageShape,
    };
  },

  /** Data that are at hand, as the server says: fetched when they are first needed. */
  chooseData({ name }) {
    dataName = name;
  },

  async begin({ settings }) {
    training?.pause();
    const data = await openTestSet();
    const table = await getTable("diagnosis");
    training = new Training(
      core,
      data,
      settings,
      (frame) => postMessage({ frame }),
      (seen) => diagnose(table, seen),
    );
    models.trained = training.model;
    if (training.isParallel) await core.startThreads?.();
    return training.frame();
  },
  start: () => training.start(),
  pause: () => training.pause(),
  step: ({ steps }) => training.advance(steps),
  ...planes.answers,
  readTable: ({ file }) => tableFrom(file),
  snapshot({ to }) {
    const { model, frame } = training.snapshot(to);
    models.snapshot = model;
    return frame;
  },
  difference: (request) => training.difference(request),
  film: () => training.film(),
  probes: async ({ model, indices, stored }) =>
    probes(core, getModel(model), await openTestSet(getModel(model)), indices, stored),
  leaveOut({ without }) {
    training.pause();
    models.baseline = training.model;
    training = training.without(without);
    models.trained = training.model;
    return training.start();
  },

  /** The table of experiments, which the page and the package share. */
  experiments: () => getTable("experiments"),
  /** What came of them on MNIST, over many seeds. */
  experimentResults: () => getTable("experiment-results"),
  /** The lessons of the page. */
  lessons: () => getTable("lessons"),
  async runExperiment({ name, seeds }) {
    experimentRunner?.stop();
    const table = await answers.experiments();
    const { ExperimentRunner } = await import("./experiments/runner.js");
    const { kind } = table.experiments.find(({ id }) => id === name) ?? {};
    experimentRunner = new ExperimentRunner(
      core,
      ["starts", "clouds"].includes(kind) ? null : await openTestSet(),
      table,
      name,
      seeds,
      (frame) => postMessage({ frame }),
    );
    return experimentRunner.start();
  },
  stopExperiment: () => experimentRunner?.stop(),
};

/** A digit with its class, or a point of the plane, to be walked through. */
function exampleFor(/** @type {any} */ { of = "digit", model, stored, label, point }) {
  if (of !== "plane") return pictureExample(core, getModel(model), stored, label);
  const example = planes.plane.stepInput(point);
  return { ...example, stored: new Uint8Array(), output: outputOf(example.network) };
}

/** A network, and what it looks at as stored. */
function subjectOf(/** @type {any} */ { of = "digit", model, stored, point }) {
  if (of !== "plane") return { model: getModel(model), stored };
  const { network, x } = planes.plane.stepInput(point);
  return { model: { network, preparation: UNSCALED, output: outputOf(network) }, stored: x };
}

const outputOf = ({ loss }) => (loss === "softmax_cross_entropy" ? "probabilities" : "values");

/** @type {{key: string | null, of: any, frame: any}} */
let step = { key: null, of: null, frame: null }; // the newest: its cells are asked for one by one

/** @param {any} request */
function stepFor({ of, model, stored, label, point, rate, epoch, edits }) {
  const key = JSON.stringify([of, model, stored && Array.from(stored), label, point, rate, epoch, edits]);
  const subject = of === "plane" ? planes.plane : getModel(model);
  if (step.key !== key || step.of !== subject)
    step = {
      key,
      of: subject,
      frame: stepOf(
        core,
        of === "plane" ? planes.plane.stepInput(point) : stepInput(core, subject, stored, label),
        rate,
      ),
    };
  return step.frame;
}

/** A data set, fetched once; one that did not come is asked for again. */
function getData(name) {
  const get = (path) => fetchFile(new URL(path, import.meta.url));
  return (sets[name] ??= openData(name, get).catch((error) => {
    delete sets[name];
    throw error;
  }));
}

/** The same of a JSON table beside the page. */
function getTable(name) {
  const read = async () =>
    JSON.parse(new TextDecoder().decode(await fetchFile(new URL(`../data/${name}.json`, import.meta.url))));
  return (tables[name] ??= read().catch((error) => {
    delete tables[name];
    throw error;
  }));
}

async function openTestSet(model) {
  if (!dataName) throw new Error("no pictures are at hand: start byhand lab, or drop MNIST's four files on the page");
  const data = await getData(dataName);
  if (model?.imageShape?.[0] === 28 && data.name === "digits") return enlarge(core, data);
  if (model && model.network.layers[0].n_in !== data.nIn)
    throw new Error(
      `this network looks at ${model.network.layers[0].n_in} numbers, the pictures of ${data.name} have ${data.nIn}`,
    );
  return data;
}

onmessage = async ({ data: { id, name, request } }) => {
  try {
    await ready;
    postMessage({ id, answer: await answers[name](request) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
