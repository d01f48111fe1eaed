// The page's worker side in node: frames as frames.json has them, state ↔ address, files: node tests/lab_page/page.mjs
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const bytes = async (path) => { const read = await readFile(new URL(path, here)); return read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength); };
const [{ loadCore }, answers, { idx, openData, dataFrom }, { modelFrom }, { Training }, { Plane }, { cellOf, stepOf }, state] = await Promise.all(["core/core.js", "worker/answers.js", "worker/data.js", "worker/models.js", "worker/training.js", "worker/plane.js", "worker/microscope.js", "state.js"].map(load));
const { schema, kinds } = JSON.parse(await readFile(new URL("frames.json", here), "utf8"));

const isNumbers = (value) => Array.isArray(value) ? value.every((one) => typeof one === "number") : value instanceof Float64Array || value instanceof Float32Array;
const TYPES = {
  number: (value) => typeof value === "number" && Number.isFinite(value), text: (value) => typeof value === "string",
  bytes: (value) => value instanceof Uint8Array, numbers: isNumbers, list: Array.isArray, object: (value) => typeof value === "object" && value !== null,
};
let frames = 0;

/** A frame has what the table says of its kind. */
function isAsWritten(frame) {
  assert.equal(frame.schema, schema);
  for (const [field, type] of Object.entries(kinds[frame.kind])) {
    const value = frame[field], ok = (type.endsWith("?") && value === null) || TYPES[type.replace("?", "")](value);
    assert.ok(ok, `${frame.kind}.${field} is ${JSON.stringify(value)?.slice(0, 60)}, not ${type}`);
  }
  frames++;
}

// Frames

const core = await loadCore(await bytes("core/core.wasm")), model = await modelFrom(await bytes("models/draw.safetensors"));
const ink = new Float32Array(112 * 112);
for (let r = 20; r < 90; r++) for (let c = 50; c < 58; c++) ink[r * 112 + c] = 255;
const picture = answers.read(core, ink, 112, 112), stored = picture.stored;
isAsWritten(picture);
isAsWritten(answers.read(core, new Float32Array(112 * 112), 112, 112));
const answer = answers.forward(core, model, stored);
isAsWritten(answer);
assert.equal(answer.winner, 1);
for (const against of [-1, 7]) isAsWritten(answers.why(core, model, stored, 1, against));
isAsWritten(answers.sure(core, model, stored));
isAsWritten(answers.walk(core, model, stored, 1));
const digits = await openData("digits", async (path) => bytes(path.replace("../", "")));
assert.deepEqual([digits.train.labels.length, digits.test.labels.length], [1437, 360]);
const settings = { hidden: [12], activation: "tanh", loss: "softmax_cross_entropy", optimizer: "adam", learningRate: 0.01, batchSize: 32, epochs: 3, initializer: "he", preparation: "unit", shuffle: true, seed: 1 };
const training = new Training(core, digits, settings, () => {});
isAsWritten(training.frame());
for (let i = 0; i < 3; i++) isAsWritten(training.advance(0));
assert.ok(training.frame().validation.accuracy > 0.8);
assert.deepEqual(training.frame().history.map(({ epoch }) => epoch), [1, 2, 3]);
assert.notDeepEqual(training.travel(0).weights, training.frame().weights);
isAsWritten(answers.confusions(core, training.model, digits));
isAsWritten(answers.exciting(core, training.model, digits, 0, 3));
isAsWritten(answers.digitAt(digits, -1));
for (const frame of [answers.why(core, training.model, digits.test.inputs.slice(0, 64), 1), answers.sure(core, training.model, digits.test.inputs.slice(0, 64))]) isAsWritten(frame); // tanh: nothing exact to say

const clouds = [[0, 0, 0.5, 0.5], [1, 1, 1.5, 1.5]];
const onPlane = { set: "gaussians", n: 100, noise: 0, arms: 2, seed: 1, points: null, clouds, hidden: [6], activation: "tanh", optimizer: "sgd", learningRate: 0.1, batchSize: 8, initializer: "he", compare: true };
const plane = new Plane(core, onPlane, () => {});
isAsWritten(plane.frame());
isAsWritten(plane.advance(5));
assert.equal(plane.frame().networks.length, 2);
assert.equal(plane.edit({ layer: 1, name: "b", at: 0, value: 3 }).networks[0].layers[1].b[0], 3);
isAsWritten(new Plane(core, { ...onPlane, set: "own", points: [[0, 0, 0], [1, 1, 4]] }, () => {}).frame());

// One step: every array has cells that open, and what they are made of is there

for (const problem of [plane.problem(3), answers.problem(core, model, stored, 1), answers.problem(core, training.model, digits.test.inputs.slice(0, 64), 0)]) {
  const step = stepOf(core, problem, 0.05);
  isAsWritten(step);
  assert.ok(step.lossAfter < step.loss);
  for (const [name, { rows, cols }] of Object.entries(step.arrays)) {
    const cell = cellOf(core, step, { name, row: rows - 1, col: cols - 1 });
    isAsWritten(cell);
    for (const ref of [...cell.goes, ...cell.parts, ...cell.terms.flatMap(({ parts }) => parts)]) assert.ok(Number.isFinite(ref.value), `${name}: ${ref.name}`);
  }
}

// Training in pieces or at once is the same training

const [whole, pieces] = [new Training(core, digits, settings, () => {}), new Training(core, digits, settings, () => {})];
whole.advance(0);
for (let i = 0; i < 45; i++) pieces.advance(1);
assert.deepEqual(pieces.model.network.layers[0].W, whole.model.network.layers[0].W);
assert.equal(pieces.frame().step, whole.frame().step);

// Dropout, batch normalisation and ways around

const busy = { ...settings, hidden: [20, 20, 20], dropout: 0.1, batchNorm: true, residual: true, epochs: 8 };
const [all, bits] = [new Training(core, digits, busy, () => {}), new Training(core, digits, busy, () => {})];
all.advance(0);
for (let i = 0; i < 45; i++) bits.advance(1);
for (const name of ["mean", "variance", "gamma"]) assert.deepEqual(bits.model.network.layers[2].batchNorm[name], all.model.network.layers[2].batchNorm[name]);
for (let i = 0; i < 5; i++) isAsWritten(all.advance(0));
assert.ok(all.frame().validation.accuracy > 0.8, `${all.frame().validation.accuracy}`);
const digit = digits.test.inputs.slice(0, 64);
for (const frame of [answers.forward(core, all.model, digit), answers.why(core, all.model, digit, 1), answers.sure(core, all.model, digit), answers.walk(core, all.model, digit, 1), answers.confusions(core, all.model, digits), answers.exciting(core, all.model, digits, 1, 3)]) isAsWritten(frame);
const normalised = new Training(core, digits, { ...settings, activation: "relu", batchNorm: true, dropout: 0.1 }, () => {});
normalised.advance(0);
for (const frame of [answers.why(core, normalised.model, digit, 1), answers.sure(core, normalised.model, digit)]) {
  isAsWritten(frame);
  assert.notEqual(frame.shares ?? frame.flip, null);
}
assert.throws(() => new Training(core, digits, { ...busy, batchSize: 359 }, () => {}), /leave one alone/);

if (process.argv[2]) { // a model file, and what it must say
  const given = await readFile(process.argv[2]), { network, preparation } = await modelFrom(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength));
  const wanted = JSON.parse(await readFile(process.argv[3], "utf8"));
  const said = core.predict(network, { inputs: Uint8Array.from(wanted.stored), ...preparation });
  assert.equal(said.length, wanted.said.length);
  assert.ok(said.every((value, i) => Math.abs(value - wanted.said[i]) < 1e-4), `${said} is not ${wanted.said}`);
}

// State ↔ address

for (const changes of [{}, { view: "train", hidden: [64, 32], shuffle: false, learningRate: 0.003 }, { picture: stored, against: 7, theme: "dark" }, { hidden: [] }, { view: "plane", set: "own", points: [[0.5, -1.25, 0], [2, 3, 5]], compare: true, noise: 0.25 }]) {
  const wanted = { ...state.initialState(), ...changes };
  assert.deepEqual(state.stateFrom(state.fragmentOf(wanted)), wanted);
}
for (const wrong of ["#view=x&hidden=0&seed=1.5&learningRate=-1&picture=AAAA&batchSize=99999", "#%%%", "#picture=***"]) assert.deepEqual(state.stateFrom(wrong), state.initialState());

// Files that are none

await assert.rejects(modelFrom(new ArrayBuffer(4)), /no model of byhand/);
await assert.rejects(modelFrom(new Uint8Array(200).buffer), /no model of byhand/);
await assert.rejects(idx(new ArrayBuffer(3)), /no IDX file/);
await assert.rejects(idx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9, 1, 2).buffer), /cut short/);
await assert.rejects(dataFrom([]), /is missing/);
console.log(`${frames} frames`);
