// Programs of the views that train: the loop written out, step for step what the page has done. The page computes in
// float32 too, in another order of summing: the last digits may differ.

import { planeSettings, trainSettings } from "../shared/training-settings.js";
import { LAYERS, arrayOf, initializerOf, lossOf, networkOf, optimizerOf } from "./python.js";

const IMPORTS = `import numpy as np

import byhand as bh
from byhand.initializers import glorot, he, normal, uniform, zeros
from byhand.preprocessing import fit_scaler
from byhand.random import DROPOUT, INIT, SHUFFLE, RandomStream
from byhand.schedules import schedule_for
from byhand.step import train_step
`;
const ROUNDING =
  "The page sums float32 numbers in another order: the last digits differ from the first step on, and where a training is wild such differences grow.";
const BEGINNING = "The network as it begins: its weights come from the seed.";
const SPREAD = { digits: 0.1, plane: 0.5 }; // of normal and uniform beginnings
const DATA = {
  digits: `everything = bh.data.digits().train
is_validation = np.arange(len(everything)) % 5 == 0  # every fifth
parts = {"train": everything.raw[~is_validation], "validation": everything.raw[is_validation]}
y, y_validation = everything.y[~is_validation], everything.y[is_validation]`,
  mnist: `data = bh.data.mnist(validation="balanced")  # from BYHAND_DATA, or downloaded
parts = {"train": data.train.raw, "validation": data.validation.raw}
y, y_validation = data.train.y, data.validation.y`,
};

export async function trainProgram(state, app) {
  const { training } = app.frames;
  if (!training || training.recipe !== "page")
    throw new Error("nothing is trained on this page yet: click Start first");
  const settings = trainSettings(state);
  const stop = state.moment >= 0 ? state.moment : training.step;
  return [
    { text: "The digits, scaled.", code: digitsCode(settings, state.data) },
    { text: BEGINNING, code: networkCode(settings, training.sizes) },
    {
      text: `Training, batch by batch, up to step ${stop}. ${ROUNDING}`,
      code: `${loopSettings(settings, stop, training.without)}\n\n\n${loop(settings.shuffle)}`,
    },
  ];
}

/** @type {(settings: any, data: string) => string} */
const digitsCode = ({ preparation }, data) => `${IMPORTS}
${DATA[data]}
scaler = fit_scaler("${preparation}", parts["train"], low=0, high=${data === "mnist" ? 255 : 16})
x, x_validation = (scaler.apply(raw) for raw in parts.values())`;

/** @type {(settings: any, sizes: number[]) => string} */
const networkCode = ({ activation, loss, optimizer, momentum, labelSmoothing, seed, ...more }, sizes) =>
  `network = bh.Network.mlp(
    [${sizes.join(", ")}], activation="${activation}", output="${loss === "squared_error" ? "sigmoid" : "identity"}",
    initializer=${initializerOf(more.initializer, SPREAD.digits)}${regularization(more)}, seed=${seed},
)
loss, optimizer = ${lossOf(loss, labelSmoothing)}, ${optimizerOf(optimizer, momentum)}


def validation_accuracy():
    """The accuracy on the validation set."""
    return (network.predict(x_validation).argmax(axis=1) == y_validation).mean()`;

/**
 * What the hidden layers have beside their activation, as arguments.
 * @param {any} settings
 */
function regularization({ dropout, batchNorm, residual }) {
  const rate = dropout ? `, dropout=${dropout}` : "";
  return `${rate}${batchNorm ? ", batch_norm=True" : ""}${residual ? ", residual=True" : ""}`;
}

/** @type {(settings: any, stop: number, without: any[]) => string} */
const loopSettings = ({ seed, batchSize, schedule, learningRate, warmUp, epochs }, stop, without) =>
  `seed, batch_size, stop = ${seed}, ${batchSize}, ${stop}
steps_an_epoch = -(-len(y) // batch_size)
rates = schedule_for("${schedule}", ${learningRate}, ${warmUp})(${epochs} * steps_an_epoch)
left_out = ${listAblations(without)}


def without_left_out(order, step):
    """The order without the digits that are left out from this step on."""
    gone = [label for label, start in left_out["digits"] if start <= step]
    return order[~np.isin(y[order], gone)]`;

const loop = (shuffle) => `step = epoch = 0
while step < stop:
    epoch += 1
    order = ${shuffle ? "RandomStream(seed, SHUFFLE, epoch).order(len(y))" : "np.arange(len(y))"}
    rng, total, right, seen = RandomStream(seed, DROPOUT, epoch), 0.0, 0, 0
    order = without_left_out(order, step)
    start = 0
    while start < len(order) and step < stop:
        rows = order[start : start + batch_size]
        if step not in left_out["batches"]:
            rate = rates[(epoch - 1) * steps_an_epoch + start // batch_size]
            value, trace = train_step(network, loss, optimizer, rate, x[rows], y[rows], rng)
            total, seen = total + value * len(rows), seen + len(rows)
            right += (trace.output.argmax(axis=1) == y[rows]).sum()
        start, step = start + batch_size, step + 1
        order = np.concatenate([order[:start], without_left_out(order[start:], step)])
    figures = f"loss {total / seen:.4f}, accuracy {100 * right / seen:.1f} %"
    print(f"epoch {epoch}, step {step}: {figures}, validation {100 * validation_accuracy():.2f} %")`;

function listAblations(list) {
  const batches = list.filter(({ kind }) => kind === "batch").map(({ step }) => step);
  const digits = list.filter(({ kind }) => kind === "class").map(({ label, from }) => `(${label}, ${from})`);
  return `{"batches": [${batches.join(", ")}], "digits": [${digits.join(", ")}]}`;
}

export async function planeProgram(state, app) {
  const { plane } = app.frames;
  if (!plane) throw new Error("there are no points on the plane yet");
  const settings = planeSettings(state);
  const isCurve = plane.task === "curve";
  const [{ layers }] = plane.networks;
  const code = [IMPORTS, pointsOf(settings, plane, isCurve), ...(plane.split ? [splitCode(plane.split, isCurve)] : [])];
  const points = { text: "The points.", code: code.join("\n") };
  const result = { text: "What the page shows.", code: resultCode(plane.split, isCurve) };
  if (plane.edits) return [points, { text: EDITED, code: networkOf(layers) }, result];
  return [
    points,
    { text: BEGINNING, code: planeNetworkCode(settings, layers, isCurve) },
    { text: `Training, ${plane.epoch} epochs. ${ROUNDING}`, code: planeLoop(settings, plane.epoch) },
    result,
  ];
}

const EDITED = "The network with the weights that were changed by hand.";
const CURVE_RESULT = `said = network.predict(x)
print(f"squared error after the last step: {((said - y) ** 2).mean():.4f}")`;
const CLASSES_RESULT = `print(f"accuracy: {100 * (network.predict(x).argmax(axis=1) == y).mean():.1f} %")`;
const HELD_OUT_CURVE = `print(f"held out: {((network.predict(x_held_out) - y_held_out) ** 2).mean():.4f}")`;
const HELD_OUT_CLASSES = `right = network.predict(x_held_out).argmax(axis=1) == y_held_out
print(f"held out: {100 * right.mean():.1f} %")`;

const resultCode = (split, isCurve) =>
  [isCurve ? CURVE_RESULT : CLASSES_RESULT, ...(split ? [isCurve ? HELD_OUT_CURVE : HELD_OUT_CLASSES] : [])].join("\n");

/** A fifth of every class, or of all rows of a curve, is held out. */
const splitCode = ({ seed }, isCurve) => `from byhand.data.split import stratified_split

train, held_out = stratified_split(${isCurve ? "np.zeros(len(y))" : "y"}, share=0.2, seed=${seed})
x, y, x_held_out, y_held_out = x[train], y[train], x[held_out], y[held_out]`;

const planeNetworkCode = ({ seed, initializer, optimizer }, layers, isCurve) =>
  `seed, begin = ${seed}, ${initializerOf(initializer, SPREAD.plane)}
network = bh.Network([
    ${denseLayers(layers).join(",\n    ")},
])
loss, optimizer = ${isCurve ? "bh.SquaredError()" : "bh.SoftmaxCrossEntropy()"}, ${optimizerOf(optimizer)}`;

/** Layers with their initial weights: those of a Dense come from its place among all layers. */
function denseLayers(layers) {
  let position = 0;
  return layers.flatMap(({ n_in, n_out, activation }) => {
    const dense = `bh.Dense(${n_in}, ${n_out}, initializer=begin, rng=RandomStream(seed, INIT, ${position}))`;
    const own = LAYERS[activation] ? [dense, LAYERS[activation]] : [dense];
    position += own.length;
    return own;
  });
}

const planeLoop = ({ batchSize, learningRate }, epochs) => `batch_size, learning_rate = ${batchSize}, ${learningRate}
for epoch in range(1, ${epochs} + 1):
    order, total = RandomStream(seed, SHUFFLE, epoch).order(len(y)), 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        value, _ = train_step(network, loss, optimizer, learning_rate, x[rows], y[rows], None)
        total += value * len(rows)
${epochs ? 'print(f"epoch {epoch}: loss {total / len(y):.4f}")' : ""}`;

const TOYS = { xor: "xor", circles: "circles", moons: "moons", spiral: "spiral", sine: "sine" };

/** The points: drawn as byhand.data draws them, or written out. */
function pointsOf({ set, n, noise, arms, seed }, { points, classes }, isCurve) {
  if (TOYS[set] && !isCurve)
    return `data = bh.data.${TOYS[set]}(${n}, noise=${noise}, seed=${seed}${set === "spiral" ? `, arms=${arms}` : ""}).train\nx, y = data.raw, data.y`;
  const written = `points = ${arrayOf(points, "float32", 2)}.reshape(-1, 2)\n`;
  return isCurve
    ? `${written}x, y = points[:, :1], points[:, 1:]`
    : `${written}x, y = points, ${arrayOf(classes, "int64")}`;
}
