// A browser's Worker in node: web-worker.mjs defines the global class, and is itself what such a worker runs first.
import { isMainThread, parentPort, workerData, Worker as NodeWorker } from "node:worker_threads";

class WebWorker extends NodeWorker {
  constructor(url) {
    super(new URL(import.meta.url), { workerData: url.href });
    this.on("message", (data) => {
      this.unref(); // it is there: from now on it keeps no program from its end
      this.onmessage?.({ data });
    });
    this.on("error", (error) => {
      throw error;
    });
  }
}

if (isMainThread) {
  globalThis.Worker = WebWorker;
} else {
  globalThis.onmessage = null; // modules may set only what is there
  globalThis.postMessage = (data) => parentPort.postMessage(data);
  await import(workerData);
  parentPort.on("message", (data) => globalThis.onmessage({ data }));
}
