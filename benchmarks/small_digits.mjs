// Experiments on the small digits, as the page runs them, in node: node benchmarks/small_digits.mjs SEEDS NAME …
// Prints a JSON object a line: {experiment, seeds, findings, as_expected, seconds}.
import { readFile } from "node:fs/promises";

const here = new URL("../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const bytes = async (path) => {
  const read = await readFile(path);
  return read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength);
};
const [{ loadCore }, { openData }, { Conduct }] = await Promise.all(
  ["core/core.js", "worker/datasets.js", "worker/experiments/runner.js"].map(load),
);
const table = JSON.parse(await readFile(new URL("data/experiments.json", here), "utf8"));
const core = await loadCore(await bytes(new URL("core/core.wasm", here)));
const digits = await openData("digits", async (path) => bytes(new URL(path.replace("../", ""), here)));

const [seeds, ...names] = process.argv.slice(2);
for (const name of names) {
  const started = performance.now();
  const { findings, as_expected } = await new Promise((resolve, reject) => {
    const conduct = new Conduct(core, digits, table, name, Number(seeds), (frame) => {
      if (frame.failed) reject(new Error(`${name}: ${frame.failed}`));
      if (!frame.running) resolve(frame);
    });
    conduct.start();
  });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(JSON.stringify({ experiment: name, seeds: Number(seeds), findings, as_expected, seconds }));
}
