// The page's worker side in node: frames as shared/frames.json has them, state ↔ address, files: node
// tests/lab_page/page.mjs
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const bytes = async (path) => {
  const read = await readFile(new URL(path, here));
  return read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength);
};
const [
  { loadCore },
  answers,
  { idx, openData, dataFrom },
  { modelFrom },
  { Training },
  { Plane },
  state,
  { stepOf },
  { cellOf },
  { GaussianPair },
  { tableFrom },
  { withScores },
  { sumOf },
  { influence },
] = await Promise.all(
  [
    "core/core.js",
    "worker/inference.js",
    "worker/datasets.js",
    "worker/model-reader.js",
    "worker/training.js",
    "worker/plane.js",
    "shared/settings.js",
    "worker/microscope.js",
    "worker/microscope-cell.js",
    "worker/gaussian-pair.js",
    "worker/csv.js",
    "worker/network-builder.js",
    "worker/signal-flow.js",
    "worker/influence.js",
  ].map(load),
);
const { schema, kinds } = JSON.parse(await readFile(new URL("shared/frames.json", here), "utf8"));

const isNumbers = (value) =>
  Array.isArray(value)
    ? value.every((one) => typeof one === "number")
    : value instanceof Float64Array || value instanceof Float32Array;
const TYPES = {
  number: (value) => typeof value === "number" && Number.isFinite(value),
  text: (value) => typeof value === "string",
  bytes: (value) => value instanceof Uint8Array,
  numbers: isNumbers,
  list: Array.isArray,
  object: (value) => typeof value === "object" && value !== null,
};
let frames = 0;

/** A frame has what the table says of its kind. */
function isAsWritten(frame) {
  assert.equal(frame.schema, schema);
  for (const [field, type] of Object.entries(kinds[frame.kind])) {
    const value = frame[field];
    const ok = (type.endsWith("?") && value === null) || TYPES[type.replace("?", "")](value);
    assert.ok(ok, `${frame.kind}.${field} is ${JSON.stringify(value)?.slice(0, 60)}, not ${type}`);
  }
  frames++;
}

// Frames

const core = await loadCore(await bytes("core/core.wasm"));
const model = await modelFrom(await bytes("models/draw.safetensors"));
const ink = new Float32Array(112 * 112);
for (let r = 20; r < 90; r++) for (let c = 50; c < 58; c++) ink[r * 112 + c] = 255;
const picture = answers.preprocess(core, ink, 112, 112);
const stored = picture.stored;
isAsWritten(picture);
isAsWritten(answers.preprocess(core, new Float32Array(112 * 112), 112, 112));
const answer = answers.forward(core, model, stored);
isAsWritten(answer);
assert.equal(answer.winner, 1);
for (const against of [-1, 7]) isAsWritten(answers.attribution(core, model, stored, 1, against));
isAsWritten(answers.robustness(core, model, stored));
isAsWritten(answers.forwardBackward(core, answers.pictureExample(core, model, stored, 1)));
for (const [layer, unit] of [
  [0, 3],
  [1, 9],
  [7, 999],
]) {
  // the last: more than there are
  const sum = answers.forwardBackward(core, answers.pictureExample(core, model, stored, 1));
  const one = sumOf(core, model, stored, layer, unit);
  isAsWritten(one);
  assert.ok(Math.abs(one.products.reduce((total, product) => total + product, one.others + one.bias) - one.z) < 1e-6);
  assert.equal(one.z, sum.layers[one.layer].z[one.unit]);
  one.from.forEach((k, i) => assert.equal(one.inputs[i] * one.weights[k], one.products[i]));
}
const digits = await openData("digits", async (path) => bytes(path.replace("../", "")));
assert.deepEqual([digits.train.labels.length, digits.test.labels.length], [1437, 360]);
const settings = {
  hidden: [12],
  activation: "tanh",
  loss: "softmax_cross_entropy",
  optimizer: "adam",
  learningRate: 0.01,
  batchSize: 32,
  epochs: 3,
  initializer: "he",
  preparation: "unit",
  shuffle: true,
  seed: 1,
};
const training = new Training(core, digits, settings, () => {});
isAsWritten(training.frame());
for (let i = 0; i < 3; i++) isAsWritten(training.advance(0));
assert.ok(training.frame().validation.accuracy > 0.8);
assert.deepEqual(
  training.frame().history.map(({ epoch }) => epoch),
  [1, 2, 3],
);

// The film has the first units at 0 and the powers of two, as they were there; digits are answered as forward does

isAsWritten(training.film());
const { moments } = training.film();
assert.deepEqual(
  moments.map(({ step }) => step),
  [0, 1, 2, 4, 8, 16, 32, 64, 128],
);
for (const { step, weights } of moments) {
  assert.equal(weights.length, 6);
  assert.deepEqual(weights, training.snapshot(step).frame.weights.slice(0, 6), `step ${step}`);
}
const probed = answers.probes(core, training.model, digits, [0, 5], digits.test.inputs.slice(0, 64));
isAsWritten(probed);
assert.deepEqual(
  probed.digits.map(({ index, label }) => [index, label]),
  [
    [-1, -1],
    [0, digits.test.labels[0]],
    [5, digits.test.labels[5]],
  ],
);
for (const { stored: pixels, winner, score } of probed.digits) {
  const one = answers.forward(core, training.model, pixels);
  assert.deepEqual([winner, score], [one.winner, one.scores[one.winner]]);
}
assert.equal(answers.probes(core, training.model, digits, [0], stored).digits.length, 1); // another size: not one's own

// Any moment is recomputed to the last bit, and one to come is computed ahead; without a batch or a digit it is another

const weightsOf = ({ network }) => network.layers.flatMap(({ W, b }) => [W.slice(), b.slice()]);
for (const more of [{}, { optimizer: "sgd", hidden: [20, 20], dropout: 0.1, batchNorm: true }]) {
  const seen = new Training(core, digits, { ...settings, ...more }, () => {});
  const was = new Map([[0, weightsOf(seen.model)]]);
  for (const steps of [1, 3, 40, 1, 44, 2]) was.set(seen.advance(steps).step, weightsOf(seen.model));
  for (const [step, weights] of was) {
    const { model: then, frame } = seen.snapshot(step);
    isAsWritten(frame);
    assert.equal(frame.step, step);
    assert.deepEqual(weightsOf(then), weights, `step ${step}`);
  }
  const ahead = weightsOf(seen.snapshot(110).model);
  assert.notDeepEqual(ahead, weightsOf(seen.model));
  while (seen.frame().step < 110) seen.advance(1);
  assert.deepEqual(weightsOf(seen.model), ahead);
  isAsWritten(seen.difference({ one: 3, other: 60 }));
  assert.ok(seen.difference({ one: 60, other: 60 }).weights.every((picture) => picture.every((value) => value === 0)));
}
const until = (training) => {
  while (training.frame().step < 135 && training.frame().epoch < 3) training.advance(1);
  return training;
};
const full = until(new Training(core, digits, settings, () => {}));
const gone = until(full.without([{ kind: "batch", step: 50 }]));
const again = until(new Training(core, digits, { ...settings, without: [{ kind: "batch", step: 50 }] }, () => {}));
assert.deepEqual(weightsOf(gone.model), weightsOf(again.model)); // from a mark or from the beginning: the same
assert.notDeepEqual(weightsOf(gone.model), weightsOf(full.model));
assert.deepEqual(weightsOf(until(gone.without([])).model), weightsOf(full.model)); // taken back in
assert.deepEqual([gone.frame().step, gone.snapshot(50).frame.step], [135, 50]);
assert.deepEqual(weightsOf(gone.snapshot(51).model), weightsOf(gone.snapshot(50).model));
const sevenless = until(full.without([{ kind: "class", label: 7, from: 0 }]));
const { before, after } = sevenless.frame();
assert.ok(before.classes[7] > 0.8 && after.classes[7] === 0, `${before.classes[7]} ${after.classes[7]}`);
isAsWritten(sevenless.frame());
const later = until(full.without([{ kind: "class", label: 7, from: 60 }]));
const fresh = until(
  new Training(core, digits, { ...settings, without: [{ kind: "class", label: 7, from: 60 }] }, () => {}),
);
assert.deepEqual(weightsOf(later.model), weightsOf(fresh.model));
isAsWritten(answers.confusions(core, training.model, digits));
const three = digits.test.labels.indexOf(3) * 64;
const pushed = influence(core, training.model, digits, digits.test.inputs.slice(three, three + 64), 3, 5);
isAsWritten(pushed);
assert.equal(pushed.supporters.length, 5);
assert.equal(pushed.supporters[0].label, 3); // what is called 3 speaks for 3
assert.ok(pushed.opponents[0].score < 0 && pushed.opponents[0].stored.length === 64);
isAsWritten(answers.topActivations(core, training.model, digits, 0, 3));
isAsWritten(answers.digitAt(digits, -1));
for (const frame of [
  answers.attribution(core, training.model, digits.test.inputs.slice(0, 64), 1),
  answers.robustness(core, training.model, digits.test.inputs.slice(0, 64)),
])
  isAsWritten(frame); // tanh: nothing exact to say

const clouds = [
  [0, 0, 0.5, 0.5],
  [1, 1, 1.5, 1.5],
];
const onPlane = {
  set: "gaussians",
  n: 100,
  noise: 0,
  arms: 2,
  seed: 1,
  points: null,
  clouds,
  layers: [[6, "tanh"]],
  optimizer: "sgd",
  learningRate: 0.1,
  batchSize: 8,
  initializer: "he",
  compare: true,
};
const plane = new Plane(core, onPlane, () => {});
isAsWritten(plane.frame());
isAsWritten(plane.advance(5));
assert.equal(plane.frame().networks.length, 2);
assert.equal(plane.edit({ layer: 1, name: "b", at: 0, value: 3 }).networks[0].layers[1].b[0], 3);
isAsWritten(
  new Plane(
    core,
    {
      ...onPlane,
      set: "own",
      points: [
        [0, 0, 0],
        [1, 1, 4],
      ],
    },
    () => {},
  ).frame(),
);

// One step: every array has cells that open, and what they are made of is there

for (const problem of [
  plane.stepInput(3),
  answers.stepInput(core, model, stored, 1),
  answers.stepInput(core, training.model, digits.test.inputs.slice(0, 64), 0),
]) {
  const step = stepOf(core, problem, 0.05);
  isAsWritten(step);
  assert.ok(step.lossAfter < step.loss);
  for (const [name, { rows, cols }] of Object.entries(step.arrays)) {
    const cell = cellOf(core, step, { name, row: rows - 1, col: cols - 1 });
    isAsWritten(cell);
    for (const ref of [...cell.goes, ...cell.parts, ...cell.terms.flatMap(({ parts }) => parts)])
      assert.ok(Number.isFinite(ref.value), `${name}: ${ref.name}`);
  }
}

// GaussianPair: the best line and the least error as byhand.data.gaussian_pair has them; the line's error is that of a
// network of it

const about = (value, wanted, within) => assert.ok(Math.abs(value - wanted) < within, `${value} is not ${wanted}`);
const known = new GaussianPair(core, clouds);
const line = known.bestLine([-3, 5, -3, 5]);
const [from, to] = line.ends;
about(line.error, 0.19778, 1e-4);
about(known.bayes([-3, 5, -3, 5], 80).error, 0.11775, 1e-4);
about(from[0] + from[1], to[0] + to[1], 1e-9); // at right angles to the line between the centres
const asNetwork = {
  layers: [
    {
      n_in: 2,
      n_out: 2,
      activation: "identity",
      slope: 0,
      W: Float32Array.of(0, 1, 0, 1),
      b: Float32Array.of(from[0] + from[1], 0),
    },
  ],
};
for (const isRough of [false, true]) about(known.errorOf(asNetwork, isRough), line.error, 1e-3);

// Curves: the parts and the bias sum to what the network says; the straight line is that of least squares

for (const set of ["sine", "arc", "teacher", "curve"]) {
  const points =
    set === "curve"
      ? [
          [-2, 1, 0],
          [-1.9, 0, 0],
          [-1.8, 2, 0],
          [1.9, 5, 0],
        ]
      : null;
  const curve = new Plane(
    core,
    {
      ...onPlane,
      set,
      points,
      layers: [
        [7, "relu"],
        [5, "tanh"],
      ],
    },
    () => {},
  );
  const frame = curve.advance(20);
  const [one] = frame.networks;
  isAsWritten(frame);
  assert.deepEqual([frame.task, frame.networks.length, one.parts.length], ["curve", 1, 5]);
  frame.x.forEach((_, i) =>
    about(
      one.parts.reduce((sum, part) => sum + part[i], one.bias),
      one.said[i],
      1e-5,
    ),
  );
  const xs = frame.points.filter((_, i) => i % 2 === 0);
  const ts = frame.points.filter((_, i) => i % 2);
  const n = xs.length;
  const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / n;
  const [mx, mt] = [mean(xs), mean(ts)];
  const slope = mean(xs.map((x, i) => (x - mx) * (ts[i] - mt))) / mean(xs.map((x) => (x - mx) ** 2));
  frame.x.forEach((x, i) => about(frame.straight.said[i], mt + slope * (x - mx), 2e-3));
  about(frame.straight.loss, mean(xs.map((x, i) => (mt + slope * (x - mx) - ts[i]) ** 2)), 1e-4);
}

// Scores: the rule of persistence/output.py

for (const [loss, output, sums] of [
  ["softmax_cross_entropy", "probabilities", true],
  ["binary_cross_entropy", "yes_no", false],
  ["squared_error", "scores", false],
]) {
  const { model: learned } = new Training(core, digits, { ...settings, loss }, () => {});
  const first = digits.test.inputs.slice(0, 64);
  const said = answers.forward(core, learned, first);
  const walked = answers.forwardBackward(core, answers.pictureExample(core, learned, first, 3));
  const counted = answers.confusions(core, learned, digits);
  [said, walked, counted].forEach(isAsWritten);
  assert.deepEqual([said.output, walked.output, counted.output], [output, output, output]);
  assert.equal(Math.abs(said.scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-9, sums);
  assert.deepEqual(walked.scores, said.scores);
  if (!sums) said.logits.forEach((z, k) => about(said.scores[k], 1 / (1 + Math.exp(-z)), 1e-12));
}
const single = {
  layers: [{ n_in: 1, n_out: 1, activation: "identity", slope: 0, W: Float32Array.of(1), b: Float32Array.of(0) }],
};
const ofZ = (z, output) =>
  Array.from(core.forward(withScores(single, output), [z]).at(-1).a, (a) => Number(a.toFixed(6)));
assert.deepEqual(ofZ(2, "probabilities"), [0.119203, 0.880797]); // σ(2)
assert.deepEqual(ofZ(2, "yes_no"), [0.119203, 0.880797]);
assert.deepEqual(ofZ(0.25, "scores"), [0.75, 0.25]);

// Tables of points

const table = (text) => tableFrom(new File([text], "t.csv"));
const flowers = await table('long,wide,kind\n1,10,rose\n3,10,"tulip"\n1,30,tulip\n3,30,rose\n');
assert.deepEqual(flowers, {
  set: "own",
  classNames: ["rose", "tulip"],
  holdOut: true,
  columns: [
    ["long", 2, 1],
    ["wide", 20, 10],
  ],
  points: [
    [-1, -1, 0],
    [1, -1, 1],
    [-1, 1, 1],
    [1, 1, 0],
  ],
});
assert.deepEqual(await table("1;2\r\n3;6\r\n"), {
  set: "curve",
  classNames: [],
  holdOut: true,
  columns: [
    ["x", 2, 1],
    ["t", 4, 2],
  ],
  points: [
    [-1, -1, 0],
    [1, 1, 0],
  ],
});
for (const [text, sentence] of [
  ["", /^Error: the file t\.csv is empty$/],
  ["x;y;c\n1,5;2,5;a\n2;3;b", /line 2 .*"1,5" is not a number; expected a decimal point/],
  [Uint8Array.from("1,2,gr\xFCn", (sign) => sign.charCodeAt(0)), /not text in UTF-8; save it as CSV UTF-8/],
  ["1,2,a\n1,x,b", /line 2 of the file t\.csv: "x" is not a number/],
  ["x,y,c\n1,2,a\n\n1,3", /line 4 of the file t\.csv: 2 columns, and the first line has 3/],
  ["a\nb", /line 1 .*one column/],
  ["1,2,a\n2,3,a", /one class only/],
  ["1,2,a\n1,3,b", /column x is the same everywhere/],
  ["1,2,a\n2,3,", /line 2 .*the class is missing/],
  [[..."abcdefg"].map((k, i) => `${i},${i * i},${k}`).join("\n"), /line 7 .*"g" is a seventh class/],
  [Array.from({ length: 501 }, (_, i) => `${i},${i},${i % 2}`).join("\n"), /line 501 .*more than 500 points/],
  ["1,1e999,a\n2,2,b", /"1e999" is not a number/],
  ["1,2", /fewer than two points/],
])
  await assert.rejects(table(text), sentence);
assert.deepEqual(await table("\uFEFFx\ty\tc\n1\t2\ta, grün\n3\t4\tb\n"), {
  ...(await table("x,y,c\n1,2,a\n3,4,b")),
  classNames: ["a, grün", "b"],
});

// Training in pieces or at once is the same training

const [whole, pieces] = [
  new Training(core, digits, settings, () => {}),
  new Training(core, digits, settings, () => {}),
];
whole.advance(0);
for (let i = 0; i < 45; i++) pieces.advance(1);
assert.deepEqual(pieces.model.network.layers[0].W, whole.model.network.layers[0].W);
assert.equal(pieces.frame().step, whole.frame().step);

// Dropout, batch normalization and residual connections

const busy = { ...settings, hidden: [20, 20, 20], dropout: 0.1, batchNorm: true, residual: true, epochs: 8 };
const [all, bits] = [new Training(core, digits, busy, () => {}), new Training(core, digits, busy, () => {})];
all.advance(0);
for (let i = 0; i < 45; i++) bits.advance(1);
for (const name of ["mean", "variance", "gamma"])
  assert.deepEqual(bits.model.network.layers[2].batchNorm[name], all.model.network.layers[2].batchNorm[name]);
for (let i = 0; i < 5; i++) isAsWritten(all.advance(0));
assert.ok(all.frame().validation.accuracy > 0.8, `${all.frame().validation.accuracy}`);
const digit = digits.test.inputs.slice(0, 64);
for (const frame of [
  answers.forward(core, all.model, digit),
  answers.attribution(core, all.model, digit, 1),
  answers.robustness(core, all.model, digit),
  answers.forwardBackward(core, answers.pictureExample(core, all.model, digit, 1)),
  answers.confusions(core, all.model, digits),
  answers.topActivations(core, all.model, digits, 1, 3),
])
  isAsWritten(frame);
const normalised = new Training(
  core,
  digits,
  { ...settings, activation: "relu", batchNorm: true, dropout: 0.1 },
  () => {},
);
normalised.advance(0);
for (const frame of [
  answers.attribution(core, normalised.model, digit, 1),
  answers.robustness(core, normalised.model, digit),
]) {
  isAsWritten(frame);
  assert.notEqual(frame.attributions ?? frame.flip, null);
}
assert.throws(() => new Training(core, digits, { ...busy, batchSize: 359 }, () => {}), /leave one alone/);

if (process.argv[2]) {
  // a model file, and what it must say
  const given = await readFile(process.argv[2]);
  const { network, preparation } = await modelFrom(
    given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength),
  );
  const wanted = JSON.parse(await readFile(process.argv[3], "utf8"));
  const said = core.predict(network, { inputs: Uint8Array.from(wanted.stored), ...preparation });
  assert.equal(said.length, wanted.said.length);
  assert.ok(
    said.every((value, i) => Math.abs(value - wanted.said[i]) < 1e-4),
    `${said} is not ${wanted.said}`,
  );
}

// State ↔ address

for (const changes of [
  {},
  { view: "train", hidden: [64, 32], shuffle: false, learningRate: 0.003 },
  { picture: stored, against: 7, theme: "dark" },
  { hidden: [] },
  {
    view: "plane",
    set: "own",
    points: [
      [0.5, -1.25, 0],
      [2, 3, 5],
    ],
    compare: true,
    noise: 0.25,
    planeLayers: [
      [3, "tanh"],
      [128, "relu"],
    ],
    classNames: ["a b", "c"],
    columns: [
      ["long", 1.5, 2],
      ["y", -1, 0.5],
    ],
  },
  { planeLayers: [] },
]) {
  const wanted = { ...state.initialState(), ...changes };
  assert.deepEqual(state.stateFrom(state.fragmentOf(wanted)), wanted);
}
for (const wrong of [
  "#view=x&hidden=0&seed=1.5&learningRate=-1&picture=AAAA&batchSize=99999&planeLayers=0.relu&classNames=~&columns=x_1_0~y_1_1&points=1_2_9",
  "#planeLayers=3.relu.4&columns=x_1_1",
  "#%%%",
  "#picture=***",
])
  assert.deepEqual(state.stateFrom(wrong), state.initialState());

// Links of earlier versions still open

for (const [old, name] of Object.entries({
  shipped: "pretrained",
  moment: "snapshot",
  before: "baseline",
  given: "uploaded",
}))
  assert.equal(state.stateFrom(`#model=${old}`).model, name);

// Files that are none

const NO_MODEL = /^Error: this is not a model of byhand, or a part of it is lost; byhand train writes/;
const drawn = await bytes("models/draw.safetensors");
for (const content of [new ArrayBuffer(4), new Uint8Array(200).buffer, drawn.slice(0, 900), drawn.slice(0, -2)])
  await assert.rejects(modelFrom(content), NO_MODEL);
await assert.rejects(idx(new ArrayBuffer(3)), /the file is not a picture, a model, a table .* or one of MNIST's four/);
await assert.rejects(idx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9, 1, 2).buffer), /cut short/);
await assert.rejects(dataFrom([]), /is missing/);
// A curve of any length keeps its first point and its newest, and spreads the others evenly

const { Curve } = await load("worker/curve.js");
const longCurve = new Curve(600);
for (let epoch = 1; epoch <= 10_000; epoch++) longCurve.push({ epoch });
const epochsOf = longCurve.points.map(({ epoch }) => epoch);
const early = epochsOf.filter((epoch) => epoch <= 5000).length;
assert.deepEqual([epochsOf[0], epochsOf.at(-1)], [1, 10_000]);
assert.ok(epochsOf.length <= 601 && Math.abs(2 * early - epochsOf.length) <= 2, `${early} of ${epochsOf.length}`);
const longPlane = new Plane(
  core,
  {
    set: "xor",
    n: 40,
    noise: 0,
    seed: 1,
    points: null,
    clouds: [],
    layers: [[2, "tanh"]],
    optimizer: "sgd",
    learningRate: 0.1,
    batchSize: 40,
    initializer: "he",
    compare: false,
  },
  () => {},
);
const longFrame = longPlane.advance(3000);
assert.equal(longFrame.networks[0].history[0].epoch, 1);
assert.equal(longFrame.networks[0].history.at(-1).epoch, 3000);

console.log(`${frames} frames`);
