// What the page finds wrong in planted trainings, in node: reads them from stdin as JSON, prints the findings of each.
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

const here = new URL("../../src/byhand/lab/static/", import.meta.url);
const load = (path) => import(new URL(path, here));
const [{ loadCore }, { diagnose }] = await Promise.all(["core/core.js", "worker/diagnosis.js"].map(load));
const wasm = await readFile(new URL("core/core.wasm", here));
const core = await loadCore(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const table = JSON.parse(await readFile(new URL("data/diagnosis.json", here), "utf8"));

const network = ({ layers, ...rest }) => ({
  ...rest,
  layers: layers.map((layer) => ({ ...layer, W: Float32Array.from(layer.W), b: Float32Array.from(layer.b) })),
});
const { inputs, labels, trainings } = JSON.parse(await text(process.stdin));
const part = { inputs: Float32Array.from(inputs), labels: Int32Array.from(labels) };
const found = trainings.map(({ after, before, history, rate, scale }) =>
  diagnose(table, {
    core,
    model: { network: network(after), preparation: { scale, shift: 0 } },
    initial: network(before),
    part,
    history,
    rate,
  }),
);
console.log(JSON.stringify(found));
