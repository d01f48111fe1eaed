// core.wasm repeats the golden vectors: node tests/native/golden.mjs CORE.WASM
import { readFile } from "node:fs/promises";
import assert from "node:assert/strict";
import { loadCore, CoreError } from "../../src/byhand/lab/static/core/core.js";
import { foldBatchNorm } from "../../src/byhand/lab/static/core/fold.js";

const here = new URL("../golden/", import.meta.url);
const golden = async (name) => JSON.parse(await readFile(new URL(name, here), "utf8"));
const bytes = await readFile(process.argv[2]);
const isThreaded = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).length > 0;
const core = await (isThreaded ? (await import("./threaded-core.mjs")).loadStartedCore(bytes) : loadCore(bytes));
core.isParallel = () => true; // the smallest network too

function near(found, wanted, tolerance, what) {
  const size = Math.max(1e-3, ...wanted.map(Math.abs));
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= tolerance * size, `${what}[${i}]: ${found[i]}, not ${value}`),
  );
}

const random = await golden("random.json");
for (const draw of random.draws) {
  const stream = { ...draw, position: 4n * BigInt(draw.first_block) };
  assert.deepEqual([...core.uniforms(stream, draw.uniforms.length)], draw.uniforms);
  near([...core.normals(stream, draw.normals.length)], draw.normals, 1e-14, "normals");
}
for (const { seed, epoch, order } of random.orders) {
  assert.deepEqual(core.permutation({ seed, stream: 1, epoch }, order.length), order);
}

const floats = (arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, Array.isArray(v) ? Float32Array.from(v) : v]));
const typed = (layer) => ({ ...floats(layer), ...(layer.batchNorm && { batchNorm: floats(layer.batchNorm) }) });
const { cases } = await golden("epoch.json");
for (const made of cases) {
  const layers = made.layers.map(typed);
  const network = { layers, loss: made.loss, labelSmoothing: made.labelSmoothing };
  const optimizer = { ...made.optimizer };
  const nIn = layers[0].n_in;
  const inputs = Uint8Array.from(made.inputs);
  const data = { inputs, scale: Array(nIn).fill(made.scale), shift: Array(nIn).fill(made.shift), labels: made.labels };
  made.orders.forEach((order, i) => {
    const steps = Math.ceil(order.length / made.batchSize);
    const half = made.batchSize * Math.floor(steps / 2);
    let loss = 0;
    let position = 0;
    let done = 0;
    for (const part of [order.slice(0, half), order.slice(half)]) {
      // as the page does it
      const { status, ...result } = core.epoch(network, optimizer, {
        ...data,
        order: part,
        batchSize: made.batchSize,
        draws: { seed: 4, epoch: i + 1, position },
        learningRates: Array(Math.ceil(part.length / made.batchSize)).fill(made.rate),
      });
      assert.equal(status, "ok");
      ((loss += result.loss), (position += result.draws), (done += result.steps));
    }
    assert.equal(done, steps);
    near([loss], [made.after.losses[i]], 1e-4, `${made.name}: loss`);
  });
  made.after.layers.forEach((wanted, l) => {
    near([...layers[l].W], wanted.W, 1e-4, `${made.name}: W of layer ${l}`);
    near([...layers[l].b], wanted.b, 1e-4, `${made.name}: b of layer ${l}`);
    for (const name of wanted.batchNorm ? ["gamma", "beta", "mean", "variance"] : []) {
      near([...layers[l].batchNorm[name]], wanted.batchNorm[name], 1e-4, `${made.name}: ${name} of layer ${l}`);
    }
  });
  near([...core.predict(network, data)], made.after.output, 1e-4, `${made.name}: output`);
  near([...core.predict(foldBatchNorm(network), data)], made.after.output, 1e-4, `${made.name}: output, folded`);
  const x = made.inputs.slice(0, nIn).map((stored) => stored * made.scale + made.shift);
  const nOut = layers.at(-1).n_out;
  near([...core.forward(network, x).at(-1).a], made.after.output.slice(0, nOut), 1e-4, `${made.name}: one example`);
  const example = { stored: made.inputs.slice(0, nIn), scale: made.scale, shift: made.shift };
  if (layers.some((layer) => layer.residual)) assert.throws(() => core.certifiedRadius(network, example), CoreError);
  if (made.labels && nOut > 1) influenceIsTheDotProductOfGradients(network, data, made, nOut);
}

/** Each score beside the dot product of two whole gradients, in doubles. */
function influenceIsTheDotProductOfGradients(network, data, made, nOut) {
  const nIn = network.layers[0].n_in;
  const gradient = (i) => {
    const x = made.inputs.slice(i * nIn, (i + 1) * nIn).map((stored) => stored * made.scale + made.shift);
    const target = Array.from({ length: nOut }, (_, k) => Number(k === made.labels[i]));
    return core.trace(network, x, target).layers.flatMap(({ dW, db }) => [...dW, ...db]);
  };
  const mine = gradient(0);
  const dot = (other) => other.reduce((sum, value, j) => sum + value * mine[j], 0);
  const query = { ...data, inputs: data.inputs.slice(0, nIn), labels: [made.labels[0]] };
  const wanted = Array.from(made.labels.keys(), (i) => dot(gradient(i)));
  near([...core.influence(network, data, query)], wanted, 1e-4, `${made.name}: influence`);
}

const inside = await golden("inside.json");
for (const made of inside.traces) {
  const network = { layers: made.layers.map(typed), loss: made.loss, labelSmoothing: made.labelSmoothing };
  const found = core.trace(network, made.x, made.target);
  near([found.loss], [made.trace.loss], 1e-12, `${made.name}: loss`);
  made.trace.layers.forEach((layer, l) => {
    for (const [what, wanted] of Object.entries(layer))
      near([...found.layers[l][what]], wanted, 1e-12, `${made.name}: ${what} of layer ${l}`);
  });
  core.forward(network, made.x).forEach(({ a }, l) => near([...a], made.trace.layers[l].a, 1e-12, `${made.name}: a`));
  const output = made.trace.layers.at(-1).a;
  const { learned, terms } = core.lossTerms(network, output, made.target);
  near(
    core.activationDerivatives(network, made.trace.layers).flatMap((slopes) => [...slopes]),
    made.cells.slopes,
    1e-12,
    `${made.name}: slopes`,
  );
  near([...learned], made.cells.learned, 1e-12, `${made.name}: what is learned`);
  near([...terms], made.cells.terms, 1e-12, `${made.name}: terms of the loss`);
  if (!made.sure) continue;
  const { toward, against, contributions, rest, radius, flip } = made.sure;
  const why = core.attributions(network, made, toward, against);
  near([...why.contributions, why.rest], [...contributions, rest], 1e-12, `${made.name}: contributions`);
  assert.equal(core.certifiedRadius(network, made), radius);
  const changed = core.findAdversarial(network, made);
  assert.equal(changed.radius, flip.radius);
  assert.deepEqual([...changed.changed], flip.changed);
}
for (const made of inside.beginnings) {
  const blank = ({ n_in, n_out, activation }) => ({
    n_in,
    n_out,
    activation,
    W: new Float32Array(n_in * n_out),
    b: new Float32Array(n_out),
  });
  const network = { layers: made.layers.map(blank) };
  core.initialize(network, made);
  made.layers.forEach(({ W }, l) => near([...network.layers[l].W], W, 1e-6, `${made.initializer}: W of layer ${l}`));
}
for (const { name, options, points, classes } of inside.toys) {
  const found = core.toy(name, options);
  near([...found.points], points, 1e-6, name);
  assert.deepEqual([...found.classes], classes);
}
near(
  [...core.prepare(inside.traces[0].stored, inside.traces[0].scale, inside.traces[0].shift)],
  inside.traces[0].x,
  1e-12,
  "prepared",
);
assert.deepEqual(core.signedSums([1.5, -2, 0, 0.25, -0.5]), { above: 1.75, below: -2.5 });
assert.deepEqual(core.multiply([2, 3, -1], [0.5, 2, 4]), { products: Float64Array.of(1, 6, -4), sum: 3 });
assert.deepEqual(core.sgdStep([1, 2], [4, -8], 0.25), Float64Array.of(0, 4));
assert.deepEqual(core.softmaxNumerators([1, 3, 3]), { odds: Float64Array.of(Math.exp(-2), 1, 1), most: 3 });
assert.deepEqual(core.confusion([1, 0, 0, 1, 3, 2], [0, 0, 1], 2), [1, 1, 1, 0]);

const kept = core.keep(Uint8Array.from(cases[0].inputs));
core.predict({ ...cases[0], layers: cases[0].layers.map(typed) }, { ...cases[0], inputs: kept });
const loose = core.predict(
  { ...cases[0], layers: cases[0].layers.map(typed) },
  { ...cases[0], inputs: Uint8Array.from(cases[0].inputs) },
);
assert.deepEqual(
  core.predict({ ...cases[0], layers: cases[0].layers.map(typed) }, { ...cases[0], inputs: kept }),
  loose,
);

const broken = {
  layers: [{ n_in: 2, n_out: 0, activation: "relu", W: new Float32Array(0), b: new Float32Array(0) }],
  loss: "squared_error",
};
assert.throws(() => core.predict(broken, { inputs: new Float32Array(2), scale: [1, 1], shift: [0, 0] }), CoreError);
console.log(
  `${random.draws.length} streams, ${random.orders.length} orders, ${cases.length} trainings, ${inside.traces.length} traces`,
);
