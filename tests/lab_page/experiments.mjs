// The page's experiments in node: node tests/lab_page/experiments.mjs [FOLDER OF MNIST]. Prints frames, a JSON object a
// line,
// for test_experiments.py to hold beside the desk's.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const bytes = async (path) => {
  const read = await readFile(path);
  return read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength);
};
const [{ loadCore }, { openData, dataFrom }, { ExperimentRunner }, pictures, { scalingFor }] = await Promise.all(
  [
    "core/core.js",
    "worker/datasets.js",
    "worker/experiments/runner.js",
    "worker/image-rows.js",
    "worker/input-scaling.js",
  ].map(load),
);
const table = JSON.parse(await readFile(new URL("data/experiments.json", here), "utf8"));
const { kinds, schema } = JSON.parse(await readFile(new URL("shared/frames.json", here), "utf8"));
const core = await loadCore(await bytes(new URL("core/core.wasm", here)));
const TYPES = {
  text: (value) => typeof value === "string",
  list: Array.isArray,
  numbers: (value) => Array.isArray(value) && value.every((one) => typeof one === "number"),
};

function isAsWritten(frame) {
  assert.equal(frame.schema, schema);
  for (const [field, type] of Object.entries(kinds.experiment))
    assert.ok(
      (type.endsWith("?") && frame[field] === null) || TYPES[type.replace("?", "")](frame[field]),
      `${field}: ${frame[field]}`,
    );
}

/** ExperimentRunner to the end, or until a frame says so; every frame on the way is as shared/frames.json has it. */
function conducted(name, nSeeds, data, isEnough = () => false) {
  return new Promise((resolve, reject) => {
    const conduct = new ExperimentRunner(core, data, table, name, nSeeds, (frame) => {
      isAsWritten(frame);
      if (frame.failed) reject(new Error(`${name}: ${frame.failed}`));
      if (isEnough(frame)) conduct.stop();
      if (!frame.running) resolve(frame);
    });
    isAsWritten(conduct.start());
  });
}

if (process.argv[2]) {
  const folder = process.argv[2];
  const names = (await readdir(folder)).filter((name) => name.includes("ubyte"));
  const files = names.map((name) => ({ name, arrayBuffer: () => bytes(`${folder}/${name}`) }));
  console.log(JSON.stringify(await conducted("noise-and-nonsense", 1, await dataFrom(files))));
  process.exit();
}

const digits = await openData("digits", async (path) => bytes(new URL(path.replace("../", ""), here)));
for (const name of ["xor-line", "line-or-curve", "many-starts"])
  console.log(JSON.stringify(await conducted(name, 1, null)));
for (const name of [
  "shuffled-pixels",
  "moved-digits",
  "noise-and-nonsense",
  "removed-units",
  "last-layer-only",
  "equal-start",
  "raw-pixels",
])
  console.log(JSON.stringify(await conducted(name, 1, digits)));

// Gradients that vanish

const deep = await conducted(
  "vanishing-gradient",
  1,
  digits,
  ({ runs }) => runs[0].measures.accuracy.values.length > 0,
);
assert.ok(deep.runs[0].measures.gradient_ratio.values[0] < 0.01);

// Stopped is stopped; the same seeds, the same numbers

assert.equal(deep.as_expected, null);
assert.deepEqual(deep.findings, []);
const [once, twice] = [await conducted("squared-error", 2, digits), await conducted("squared-error", 1, digits)];
assert.equal(once.runs[0].measures.accuracy.values[0], twice.runs[0].measures.accuracy.values[0]);
assert.notEqual(once.runs[0].measures.accuracy.values[0], once.runs[0].measures.accuracy.values[1]);
assert.throws(() => new ExperimentRunner(core, null, table, "nonsuch", 1, () => {}), /no experiment nonsuch/);

// Pictures moved about

const three = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
assert.deepEqual(pictures.shiftPictures(three, [3, 3], 1, 0), Uint8Array.of(0, 1, 2, 0, 4, 5, 0, 7, 8));
assert.deepEqual(pictures.shiftPictures(three, [3, 3], -2, 1), Uint8Array.of(0, 0, 0, 3, 0, 0, 6, 0, 0));
assert.deepEqual(pictures.shiftPictures(three, [3, 3], 0, -3), new Uint8Array(9));
assert.deepEqual(pictures.shuffleColumns(Uint8Array.of(1, 2, 3, 4), [1, 0]), Uint8Array.of(2, 1, 4, 3));
assert.deepEqual(pictures.rowsOf(Uint8Array.of(1, 2, 3, 4), [1], 2), Uint8Array.of(3, 4));
const { scale, shift } = scalingFor(core, digits, "standard");
const x = core.prepare(digits.train.inputs, scale, shift);
const sums = core.signedSums(x);
const squares = core.signedSums(x.map((value) => value * value));
assert.ok(Math.abs(sums.above + sums.below) / x.length < 1e-6);
assert.ok(Math.abs(squares.above / x.length - 1) < 1e-6);
