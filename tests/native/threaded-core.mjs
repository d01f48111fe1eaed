// core-threads.wasm in node, as on a machine with three processors: its workers are node's.
import "./web-worker.mjs";

Object.defineProperty(globalThis, "navigator", { value: { hardwareConcurrency: 3 }, configurable: true });
const { loadThreadedCore } = await import("../../src/byhand/lab/static/core/threads.js");

/** With its threads started. */
export async function loadStartedCore(bytes) {
  const core = await loadThreadedCore(bytes);
  await core.startThreads();
  return core;
}
