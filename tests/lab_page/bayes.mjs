// The Bayes error of the page's two pairs of clouds, in node: prints {name: error}, unrounded and as the page shows it.
import { readFile } from "node:fs/promises";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const [{ loadCore }, { GaussianPair }, { percent }] = await Promise.all(
  ["core/core.js", "worker/gaussian-pair.js", "shared/numbers.js"].map(load),
);
const wasm = await readFile(new URL("core/core.wasm", here));
const core = await loadCore(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const box = [-5, 5, -5, 5];
const found = {};
for (const [name, clouds] of Object.entries(JSON.parse(process.argv[2]))) {
  const { error } = new GaussianPair(core, clouds).bayes(box, 80);
  found[name] = { error, shown: percent(error, 2) };
}
console.log(JSON.stringify(found));
