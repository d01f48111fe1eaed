// The core's memory, and the structures of byhand.h as they lie in it: pointers have four bytes.

import { ACTIVATIONS, STREAMS } from "../shared/constants.js";

/** @import { Example, Examples, Layer, Network, Optimizer, PerInput, Stream } from "./types.js" */

export const LOSSES = ["softmax_cross_entropy", "squared_error", "binary_cross_entropy"];
export const OPTIMIZERS = ["sgd", "momentum", "nesterov", "adam", "adamw"];
const ALIGNMENT = 64;
const PAGE = 65536;

export const ERRORS = ["", "bad size", "bad pointer", "bad index", "empty input", "no kernel"]; // of negative statuses

export class CoreError extends Error {}

/**
 * Return the place of a name among `names`.
 * @param {string[]} names
 * @param {string} name
 */
export function indexOf(names, name) {
  const i = names.indexOf(name);
  if (i < 0) throw new CoreError(`unknown name ${name}; expected one of ${names.join(", ")}`);
  return i;
}

/** Memory that is allocated in order, each piece aligned; it grows as it must. */
export class Arena {
  /** @param {WebAssembly.Memory} memory @param {number} base where it begins, in bytes */
  constructor(memory, base) {
    this.memory = memory;
    this.next = base;
  }

  /** Return where so many bytes begin. @param {number} bytes */
  alloc(bytes) {
    const at = Math.ceil(this.next / ALIGNMENT) * ALIGNMENT;
    this.next = at + bytes;
    const missing = Math.ceil((this.next - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Anew each time: growing replaces the buffer. */
  view() {
    return new DataView(this.memory.buffer);
  }

  /** Return where a copy of the array begins. @param {ArrayBufferView} array */
  copy(array) {
    const at = this.alloc(array.byteLength);
    new Uint8Array(this.memory.buffer, at, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
    return at;
  }

  /** @param {ArrayLike<number>} array */
  floats(array) {
    return this.copy(array instanceof Float32Array ? array : Float32Array.from(array));
  }

  /** @param {ArrayLike<number>} array */
  doubles(array) {
    return this.copy(array instanceof Float64Array ? array : Float64Array.from(array));
  }

  /** @param {number} at @param {number} n */
  readFloats(at, n) {
    return new Float32Array(this.memory.buffer, at, n).slice();
  }

  /** @param {number} at @param {number} n */
  readDoubles(at, n) {
    return new Float64Array(this.memory.buffer, at, n).slice();
  }

  /** @param {number} at @param {number} n */
  readInts(at, n) {
    return new Int32Array(this.memory.buffer, at, n).slice();
  }

  /** Whole numbers of eight bytes. @param {number} at @param {number} n */
  readLongs(at, n) {
    return Array.from(new BigInt64Array(this.memory.buffer, at, n), Number);
  }
}

/** @param {Arena} arena @param {Stream} stream */
export function putStream(arena, stream) {
  const at = arena.alloc(24);
  setStream(arena.view(), at, stream);
  return at;
}

/** @type {(view: DataView, at: number, stream: Stream) => void} */
function setStream(view, at, { seed, stream, epoch = 0, position = 0n }) {
  view.setBigUint64(at, BigInt(seed), true);
  view.setUint32(at + 8, stream, true);
  view.setUint32(at + 12, epoch, true);
  view.setBigUint64(at + 16, BigInt(position), true);
}

const LAYER_BYTES = 48;

/** @type {(view: DataView, at: number, layer: Layer) => void} */
function putLayer(view, at, { n_in, n_out, activation, slope = 0, dropout = 0, batchNorm, residual = 0 }) {
  view.setInt32(at, n_in, true);
  view.setInt32(at + 4, n_out, true);
  view.setInt32(at + 8, indexOf(ACTIVATIONS, activation), true);
  view.setFloat32(at + 12, slope, true);
  view.setFloat64(at + 16, dropout, true);
  view.setInt32(at + 24, batchNorm ? 1 : 0, true);
  view.setFloat32(at + 28, batchNorm?.momentum ?? 0.1, true);
  view.setFloat32(at + 32, batchNorm?.epsilon ?? 1e-5, true);
  view.setInt32(at + 36, residual, true);
  view.setInt32(at + 40, 0, true); // no activation is parametric
}

/** @type {(arena: Arena, network: Network) => number} */
export function putNetwork(arena, { layers, loss = "softmax_cross_entropy", labelSmoothing = 0 }) {
  const table = arena.alloc(LAYER_BYTES * layers.length);
  const at = arena.alloc(28);
  const view = arena.view();
  layers.forEach((layer, l) => putLayer(view, table + LAYER_BYTES * l, layer));
  view.setInt32(at, layers.length, true);
  view.setUint32(at + 4, table, true);
  view.setInt32(at + 8, indexOf(LOSSES, loss), true);
  view.setFloat32(at + 12, labelSmoothing, true);
  view.setBigInt64(at + 16, 0n, true); // inputs are neither scaled nor embedded
  view.setInt32(at + 24, 0, true); // there are no heads
  return at;
}

/** @param {Arena} arena @param {Optimizer} o */
export function putRule(arena, o) {
  const at = arena.alloc(56);
  const view = arena.view();
  view.setInt32(at, indexOf(OPTIMIZERS, o.kind), true);
  const numbers = [o.momentum ?? 0, o.beta1 ?? 0, o.beta2 ?? 0, o.epsilon ?? 1e-8, o.weightDecay ?? 0, o.clipNorm ?? 0];
  numbers.forEach((number, i) => view.setFloat32(at + 4 + 4 * i, number, true));
  for (const group of [28, 32, 36, 48]) view.setFloat32(at + group, 1, true); // biases and such: at the rate of all
  view.setBigInt64(at + 40, BigInt(o.steps ?? 0), true);
  return at;
}

/**
 * Data as bh_epoch and bh_predict take it.
 * @param {Arena} arena
 * @param {number} nIn
 * @param {Examples} data
 */
export function putExamples(arena, nIn, data) {
  const order = data.order ?? [];
  const inputs = data.inputs;
  const pointers = {
    0: "kept" in inputs ? inputs.kept : arena.copy(inputs),
    16: arena.floats(perInput(data.scale, nIn)),
    20: arena.floats(perInput(data.shift, nIn)),
    24: data.labels ? arena.copy(Int32Array.from(data.labels)) : 0,
    28: data.targets ? arena.floats(data.targets) : 0,
    32: arena.copy(BigInt64Array.from(order, BigInt)),
    52: arena.doubles(data.learningRates ?? []),
    56: data.moved ? arena.copy(Int32Array.from(data.moved)) : 0,
  };
  const at = arena.alloc(96);
  const view = arena.view();
  new Uint8Array(arena.memory.buffer, at, 96).fill(0);
  for (const [offset, pointer] of Object.entries(pointers)) view.setUint32(at + Number(offset), pointer, true);
  view.setInt32(at + 4, areBytes(inputs) ? 1 : 0, true);
  view.setBigInt64(at + 8, BigInt(inputs.length / nIn), true);
  view.setBigInt64(at + 40, BigInt(order.length), true);
  view.setInt32(at + 48, data.batchSize ?? 1, true);
  if (data.draws) setStream(view, at + 72, { seed: 0, ...data.draws, stream: STREAMS.DROPOUT });
  (data.moved ? (data.imageShape ?? []) : []).forEach((side, i) => view.setInt32(at + 60 + 4 * i, side, true));
  return at;
}

/** @param {Examples["inputs"]} inputs */
const areBytes = (inputs) => ("kept" in inputs ? inputs.areBytes : inputs instanceof Uint8Array);

/**
 * The parameters, the optimizer's moments and the workspace.
 * @param {Arena} arena
 * @param {import("./packed-network.js").PackedNetwork} packed
 * @param {number} first where the first moments are
 * @param {number} second
 */
export function putMemory(arena, packed, first, second) {
  const at = arena.alloc(24);
  const view = arena.view();
  [packed.params, first, second, packed.workspace].forEach((pointer, i) => view.setUint32(at + 4 * i, pointer, true));
  view.setBigInt64(at + 16, BigInt(packed.workspaceBytes), true);
  return at;
}

/** @type {(arena: Arena, nIn: number, example: Example) => number} */
export function putExample(arena, nIn, { stored, scale, shift, lowest = 0, highest = 255 }) {
  const pointers = [arena.doubles(stored), arena.floats(perInput(scale, nIn)), arena.floats(perInput(shift, nIn))];
  const at = arena.alloc(32);
  const view = arena.view();
  pointers.forEach((pointer, i) => view.setUint32(at + 4 * i, pointer, true));
  view.setFloat64(at + 16, lowest, true);
  view.setFloat64(at + 24, highest, true);
  return at;
}

/**
 * One number for all inputs, or one each.
 * @param {PerInput} numbers
 * @param {number} nIn
 */
function perInput(numbers, nIn) {
  return typeof numbers === "number" ? new Float32Array(nIn).fill(numbers) : numbers;
}
