// The plane's course in node: any epoch is recomputed to the bit, changes make another future, what is taken back is as
// it was; and lines of zero lie where a plane and a circle are zero. node tests/lab_page/plane-run.mjs
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const { loadCore } = await load("core/core.js");
const { Plane } = await load("worker/plane.js");
const { contour } = await load("ui/contour.js");
const wasm = await readFile(new URL("core/core.wasm", here));
const core = await loadCore(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

const settings = {
  set: "moons",
  n: 60,
  noise: 0.1,
  arms: 2,
  seed: 1,
  points: null,
  clouds: [],
  layers: [
    [4, "tanh"],
    [3, "relu"],
  ],
  optimizer: "adam",
  learningRate: 0.01,
  batchSize: 8,
  initializer: "he",
  compare: true,
};
const weights = (frame) => frame.networks.map(({ layers }) => layers.map(({ W, b }) => [...W, ...b].join()).join());
const plane = new Plane(core, settings, () => {});

// Any epoch of 400, in any order: more than there are checkpoints

const seen = [weights(plane.frame())];
for (let epoch = 1; epoch <= 400; epoch++) seen.push(weights(plane.advance(1)));
for (const epoch of [7, 0, 399, 233, 12, 13, 400, 1]) {
  const frame = plane.travel({ epoch });
  assert.deepEqual([frame.epoch, frame.newest, frame.networks[0].history.length], [epoch, 400, 400]);
  assert.deepEqual(weights(frame), seen[epoch]);
}
assert.equal(plane.travel({ epoch: 1e6 }).epoch, 400);

// A change in the past: another future; and the one that was is there again when it is taken back

plane.travel({ epoch: 20 });
const before = plane.memento();
assert.equal(plane.edit({ layer: 0, name: "W", at: 0, value: 3 }).newest, 20);
plane.advance(5);
const points = [
  [0, 0, 0],
  [1, 1, 1],
  [0.5, 0.2, 4],
];
const scores = (frame) => Array.from(frame.networks[0].layers.at(-1).b);
const old = scores(plane.frame());
const grown = plane.setPoints({ set: "own", points });
assert.deepEqual([grown.networks[0].n_classes, grown.newest, grown.epoch], [5, 25, 25]);
assert.deepEqual(scores(grown), [...old, 0, 0, 0]); // classes that are new begin with weights 0
const end = weights(plane.advance(10));
assert.deepEqual(weights(plane.travel({ epoch: 3 })), seen[3]);
assert.deepEqual([plane.frame().classes.length, plane.frame().networks[0].n_classes], [60, 2]);
assert.deepEqual(weights(plane.advance(32)), end); // played again, with the changes where they were made
assert.deepEqual(weights(plane.travel({ epoch: 35 })), end);
const back = plane.recall(before);
assert.deepEqual([back.epoch, back.newest, weights(back)], [20, 400, seen[20]]);
assert.deepEqual(weights(plane.travel({ epoch: 400 })), seen[400]);

// One that has not learned begins with the new points, as a link to them does

const fresh = new Plane(core, { ...settings, set: "own", points }, () => {});
const put = new Plane(core, settings, () => {});
assert.deepEqual(weights(put.setPoints({ set: "own", points })), weights(fresh.frame()));

// A unit alone is what its layer says there

const { watched, side } = plane.watch({ layer: 1, unit: 2 });
assert.deepEqual([watched.layer, watched.unit, watched.map.length], [1, 2, side * side]);
assert.ok(
  watched.map.every((value) => value >= 0),
  "ReLU",
);

// A layer of one unit has a map too

const narrow = new Plane(core, { ...settings, layers: [[1, "tanh"]] }, () => {}).frame();
assert.equal(narrow.networks[0].units[0].length, 1);

// Contours: exact for a plane, near for a circle, none where nothing crosses

const flat = contour((i) => (i % 20) * 0.7 + Math.floor(i / 20) * 0.3 - 6.1, 20);
assert.ok(flat.length > 20 && flat.flat().every(([x, y]) => Math.abs(0.7 * x + 0.3 * y - 6.1) < 1e-12));
const round = contour((i) => Math.hypot((i % 40) - 20, Math.floor(i / 40) - 20) - 11.3, 40);
assert.ok(round.flat().every(([x, y]) => Math.abs(Math.hypot(x - 20, y - 20) - 11.3) < 0.02));
assert.equal(contour(() => 1, 9).length, 0);

console.log("plane-run: as it should be");
