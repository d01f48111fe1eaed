// A run of an experiment opens in Train or Plane: every value is one that a setting can have, and what the rooms
// cannot do is not offered. node tests/lab_page/experiment-settings.mjs
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const { stateOfRun } = await load("shared/experiment-settings.js");
const { fragmentOf, initialState, stateFrom } = await load("shared/settings.js");
const { beeswarm } = await load("views/experiments/beeswarm.js");
const table = JSON.parse(await readFile(new URL("data/experiments.json", here), "utf8"));

const opened = (id, name) => {
  const one = table.experiments.find((experiment) => experiment.id === id);
  const run = one.runs.find((each) => each.name === name);
  return stateOfRun(table, one, run, "digits");
};
let n = 0;
for (const one of table.experiments)
  for (const run of one.runs) {
    const changes = stateOfRun(table, one, run, "digits");
    if (!changes) continue;
    n++;
    const wanted = { ...initialState(), ...changes };
    assert.deepEqual(stateFrom(fragmentOf(wanted)), wanted, `${one.id}, ${run.name}`);
  }
assert.ok(n >= 20, `${n} runs open`);
assert.deepEqual(opened("rate-too-high", "rate 3").learningRate, 3);
assert.deepEqual(opened("rate-too-high", "rate 3").hidden, [50]);
assert.deepEqual(opened("xor-line", "no hidden layer").planeLayers, []);
assert.deepEqual(opened("line-or-curve", "2-16-8-2").planeLayers, [[16, "relu"], [8, "relu"]]); // prettier-ignore
for (const [id, run] of [
  ["equal-start", "all zero"],
  ["sorted-by-class", "sorted by class"],
  ["last-layer-only", "only the last layer"],
  ["shuffled-pixels", "all pixels shuffled"],
  ["wide-start", "N(0, 1)"],
  ["batch-size", "all at once"],
])
  assert.equal(opened(id, run), null, id);

// Equal results lie side by side: five dots at one place have five heights, dots far apart have one

assert.equal(new Set(beeswarm([0.5, 0.5, 0.5, 0.5, 0.5]).map(([, y]) => y)).size, 5);
assert.equal(new Set(beeswarm([0.1, 0.4, 0.7]).map(([, y]) => y)).size, 1);

console.log(`${n} runs`);
