// core-threads.wasm trains with one, two and three threads: node tests/native/threads.mjs CORE.WASM
import { readFile } from "node:fs/promises";
import assert from "node:assert/strict";
import { loadStartedCore } from "./threaded-core.mjs";

const core = await loadStartedCore(await readFile(process.argv[2]));
const [N, N_IN, BATCH] = [700, 90, 300];
const inputs = Float32Array.from({ length: N * N_IN }, (_, i) => ((i * 7919) % 256) / 255 - 0.25);
const labels = Array.from({ length: N }, (_, i) => (i * i) % 10);

function network() {
  const sizes = [N_IN, 70, 70, 10];
  const layers = sizes.slice(1).map((n_out, l) => ({
    ...{ n_in: sizes[l], n_out, activation: l < 2 ? "relu" : "identity", dropout: l < 2 ? 0.2 : 0, residual: l % 2 },
    ...{ W: new Float32Array(sizes[l] * n_out), b: new Float32Array(n_out) },
    ...(l === 0 && { batchNorm: normOf(n_out) }),
  }));
  const made = { layers, loss: "softmax_cross_entropy", labelSmoothing: 0.1 };
  core.initialize(made, { seed: 3 });
  return made;
}

const normOf = (n) => ({
  ...{ gamma: new Float32Array(n).fill(1), beta: new Float32Array(n) },
  ...{ mean: new Float32Array(n), variance: new Float32Array(n).fill(1) },
});

/** All that two epochs give, with so many threads. */
function trained(nThreads) {
  Object.assign(core, { nThreads, isParallel: () => true });
  const made = network();
  const optimizer = { kind: "adam", beta1: 0.9, beta2: 0.999 };
  const results = [1, 2].map((epoch) =>
    core.epoch(made, optimizer, {
      ...{ inputs, scale: 1.5, shift: 0.1, labels, batchSize: BATCH, learningRates: [0.01, 0.01, 0.01] },
      ...{ order: core.permutation({ seed: 1, stream: 1, epoch }, N), draws: { seed: 2, epoch } },
    }),
  );
  return { made, optimizer, results };
}

assert.equal(core.nThreads, 3);
assert.ok(core.isParallel({ layers: [{ n_in: 784, n_out: 800 }] }, 32));
assert.ok(!core.isParallel({ layers: [{ n_in: 2, n_out: 16 }] }, 32));
const alone = trained(1);
assert.deepEqual(
  alone.results.map(({ status, steps }) => [status, steps]),
  [
    ["ok", 3],
    ["ok", 3],
  ],
);
for (const nThreads of [2, 3, 5, 1, 3]) assert.deepEqual(trained(nThreads), alone, `${nThreads} threads`); // 5: of 3
console.log("the same bits");
