// The core with threads: workers on one shared memory. Only pages that are cross-origin isolated may share memory.

import { Core } from "./core.js";

const MOST = 4;
const PAGES = { initial: 512, maximum: 65535 }; // of 64 KiB: all that 32 bits address
const STACK = 1 << 18; // bytes

class ThreadedCore extends Core {
  #module;
  /** @type {Promise<unknown> | undefined} */
  #started;

  /** @param {WebAssembly.WebAssemblyInstantiatedSource} source @param {WebAssembly.Memory} memory */
  constructor({ instance, module }, memory) {
    super({ ...instance.exports, memory });
    this.#module = module;
  }

  /** Start them, once; those that do not start are done without. */
  startThreads() {
    const others = Math.min(navigator.hardwareConcurrency, MOST) - 1;
    return (this.#started ??= Promise.all(Array.from({ length: others }, () => this.#startThread())));
  }

  #startThread() {
    const arena = this.arena();
    const stack = arena.alloc(STACK) + STACK; // it grows down
    this.base = arena.next;
    const worker = new Worker(new URL("thread.js", import.meta.url), { type: "module" });
    worker.postMessage({ module: this.#module, memory: this.exports.memory, stack });
    return new Promise((resolve) => {
      worker.onmessage = () => resolve(this.nThreads++);
      worker.onerror = (event) => resolve(event.preventDefault()); // or the page would hear of it
    });
  }
}

/** Instantiate core-threads.wasm from its bytes; throws where memory cannot be shared. @param {BufferSource} bytes */
export async function loadThreadedCore(bytes) {
  const memory = new WebAssembly.Memory({ ...PAGES, shared: true });
  return new ThreadedCore(await WebAssembly.instantiate(bytes, { env: { memory } }), memory);
}
