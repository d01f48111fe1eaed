// core.wasm and its memory: where calls put what they need, and what stays there.

import { Arena, CoreError, ERRORS } from "./arena.js";
import { PackedNetwork } from "./packed-network.js";

/** @import { Inputs, KeptInputs, Network } from "./types.js" */
/** @typedef {Record<string, any>} CoreExports what core.wasm exports, as in byhand.h */

const VERSION = 10; // of the interface, as in byhand.h
const MIN_PARALLEL_MACS = 2e6; // multiplications in a step; below, threads wait for one another longer than they work

export class CoreModule {
  nThreads = 1; // that there are

  /** @param {CoreExports} exports */
  constructor(exports) {
    this.exports = exports;
    /** @type {WeakMap<Inputs, KeptInputs>} what keep returned */
    this.kept = new WeakMap();
    exports._initialize?.();
    if (exports.bh_version() !== VERSION)
      throw new CoreError(`core.wasm is of version ${exports.bh_version()}, not ${VERSION}`);
    this.base = exports.__heap_base.value; // everything above is ours to give
  }

  /**
   * Is a step of this network worth more than one thread?
   * @param {Network} network
   */
  isParallel({ layers }, batchSize = 1) {
    return batchSize * layers.reduce((sum, { n_in, n_out }) => sum + n_in * n_out, 0) > MIN_PARALLEL_MACS;
  }

  /** A fresh arena: what was given out before is forgotten, but for what was kept. */
  arena() {
    return new Arena(this.exports.memory, this.base);
  }

  /**
   * Copy inputs in for good: a data set that many calls use. The same inputs are copied once.
   * @param {Inputs} inputs
   */
  keep(inputs) {
    const kept = this.kept.get(inputs) ?? this.#copy(inputs);
    this.kept.set(inputs, kept);
    return kept;
  }

  /** @param {Inputs} inputs */
  #copy(inputs) {
    const arena = this.arena();
    const kept = arena.copy(inputs);
    this.base = arena.next;
    return { kept, length: inputs.length, areBytes: inputs instanceof Uint8Array };
  }

  /**
   * The network laid out in the arena, with a workspace for batches of that size (0: none) and so many threads.
   * @param {Arena} arena
   * @param {Network} network
   */
  pack(arena, network, batchSize = 0, nThreads = 1) {
    return new PackedNetwork(this.exports, arena, network, batchSize, nThreads);
  }
}

/** @param {number} status */
export function check(status) {
  if (status !== 0) throw new CoreError(`the core refused a call: ${ERRORS[-status]}`);
}
