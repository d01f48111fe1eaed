// A network as the core takes it: a table of its layers, and all parameters in one array, where each layer's lie at the
// offsets that bh_layout gives; and the way back. All of it is in an arena.

import { CoreError, ERRORS, putNetwork } from "./arena.js";

/** @import { Layer, LayerTrace, Network } from "./types.js" */

const OFFSETS_BYTES = 64; // of bh_layer_offsets, with these fields
/** @type {Record<string, number>} */
const OFFSETS = { W: 0, b: 8, gamma: 16, beta: 24, mean: 32, variance: 40 };
const STRIDE = 48;
/**
 * n_out numbers: which layer's, of which array, from where in it, to where in the core's
 * @typedef {[l: number, name: string, from: number, to: number]} Row
 */

const NORM = ["gamma", "beta", "mean", "variance"];

export class PackedNetwork {
  #arena;
  #exports;
  #layers;
  /** @type {Row[]} */
  #rows;

  /**
   * With a workspace for batches of that size (0: none) and so many threads.
   * @param {import("./module.js").CoreExports} exports
   * @param {import("./arena.js").Arena} arena
   * @param {Network} network
   * @param {number} batchSize
   * @param {number} nThreads
   */
  constructor(exports, arena, network, batchSize, nThreads) {
    const { layers } = network;
    this.#arena = arena;
    this.#exports = exports;
    this.#layers = layers;
    this.table = putNetwork(arena, network);
    const offsets = arena.alloc(OFFSETS_BYTES * layers.length);
    this.size = sizeFrom(exports.bh_layout(this.table, offsets), "a network");
    this.workspaceBytes = batchSize
      ? sizeFrom(exports.bh_workspace(this.table, batchSize, nThreads), "a batch size")
      : 0;
    this.params = arena.alloc(4 * this.size);
    this.workspace = arena.alloc(this.workspaceBytes);
    this.units = layers.reduce((sum, layer) => sum + layer.n_out, 0);
    const view = arena.view();
    this.#rows = layers.flatMap((layer, l) => rowsOf(layer, l, view, offsets + OFFSETS_BYTES * l));
    this.#pack();
  }

  #flat() {
    return new Float32Array(this.#arena.memory.buffer, this.params, this.size);
  }

  /** @param {number} l @param {string} name @returns {Float32Array} */
  #arrayOf(l, name) {
    return Object(NORM.includes(name) ? this.#layers[l].batchNorm : this.#layers[l])[name];
  }

  #pack() {
    const flat = this.#flat().fill(0);
    for (const [l, name, from, to] of this.#rows)
      flat.set(this.#arrayOf(l, name).subarray(from, from + this.#layers[l].n_out), to);
  }

  /** Copy the core's parameters back into the network's arrays. */
  unpack() {
    const flat = this.#flat();
    for (const [l, name, to, from] of this.#rows)
      this.#arrayOf(l, name).set(flat.subarray(from, from + this.#layers[l].n_out), to);
  }

  /** What attribution and robustness need beside the network. */
  allocScratch() {
    return this.#arena.alloc(8 * Number(this.#exports.bh_robustness_scratch(this.table)));
  }

  /**
   * Arrays of all units, name → address, as one object of doubles a layer.
   * @template {keyof LayerTrace | "slopes"} Name
   * @param {Record<Name, number>} arrays
   * @returns {Record<Name, Float64Array>[]}
   */
  perLayer(arrays) {
    let at = 0;
    return this.#layers.map(({ n_out }) => {
      const read = (/** @type {number} */ address) => this.#arena.readDoubles(address + 8 * at, n_out);
      const own = /** @type {Record<Name, Float64Array>} */ ({});
      for (const name of /** @type {Name[]} */ (Object.keys(arrays))) own[name] = read(arrays[name]);
      at += n_out;
      return own;
    });
  }

  /** Doubles that lie as the parameters do, as {dW, db} of each layer. @param {Float64Array} array */
  cut(array) {
    const layers = this.#layers.map(({ n_in, n_out }) => ({
      dW: new Float64Array(n_in * n_out),
      db: new Float64Array(n_out),
    }));
    for (const [l, name, to, from] of this.#rows)
      layers[l][name === "W" ? "dW" : "db"].set(array.subarray(from, from + this.#layers[l].n_out), to);
    return layers;
  }
}

/** @param {bigint | number} result @param {string} what */
function sizeFrom(result, what) {
  if (result < 0) throw new CoreError(`the core refused ${what}: ${ERRORS[-Number(result)]}`);
  return Number(result);
}

/** @type {(layer: Layer, l: number, view: DataView, offsets: number) => Row[]} */
function rowsOf(layer, l, view, offsets) {
  const stride = view.getInt32(offsets + STRIDE, true);
  const place = (/** @type {string} */ name) => Number(view.getBigInt64(offsets + OFFSETS[name], true));
  /** @type {Row[]} */
  const weights = Array.from({ length: layer.n_in }, (_, k) => [l, "W", k * layer.n_out, place("W") + k * stride]);
  const vectors = ["b", ...(layer.batchNorm ? NORM : [])];
  return [...weights, ...vectors.map((name) => /** @type {Row} */ ([l, name, 0, place(name)]))];
}
