// The C core in JavaScript: core.wasm behind plain functions. The twin of src/byhand/engines/, and, like it, without
// any maths of its own. All memory is the module's: what goes in is copied in, what comes out is copied out.

import { foldBatchNorm } from "./fold.js";
import { CoreError, ERRORS, indexOf, putExamples, putMemory, putRule, putStream } from "./arena.js";
import { Inspection } from "./inspection.js";
import { check } from "./module.js";

/** @import { Examples, Network, Optimizer, Stream } from "./types.js" */
/** @typedef {ArrayLike<number>} Numbers */

export { CoreError };
const INITIALIZERS = ["zeros", "normal", "uniform", "he", "glorot"];
const TOYS = ["gaussians", "xor", "circles", "moons", "spiral", "sine"];
const PORTABLE = 1;
const CHUNK = 256;
const STATUS = ["ok", "stopped", "diverged"];
const EMPTY_INPUT = -4;

/** Instantiate core.wasm from its bytes. @param {BufferSource} bytes */
export async function loadCore(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return new Core(instance.exports);
}

export class Core extends Inspection {
  /** @param {Stream} stream @param {number} n */
  uniforms(stream, n) {
    return this.#sample("bh_uniforms", stream, n);
  }

  /** @param {Stream} stream @param {number} n */
  normals(stream, n) {
    return this.#sample("bh_normals", stream, n);
  }

  /** 0 … n − 1 shuffled. @param {Stream} stream @param {number} n */
  permutation(stream, n) {
    const arena = this.arena();
    const order = arena.alloc(8 * n);
    const scratch = arena.alloc(8 * n);
    check(this.exports.bh_permutation(putStream(arena, stream), BigInt(n), order, scratch));
    return arena.readLongs(order, n);
  }

  /**
   * Points of a toy set: {points: Float32Array (n, 2), classes: Int32Array (n)}. clouds: 2 × [x, y, deviations of x,
   * y].
   * @param {string} name
   * @param {{n: number, noise?: number, arms?: number, clouds?: number[][], seed?: number, part?: number}} options
   */
  toy(name, { n, noise = 0, arms = 2, clouds = [], seed = 0, part = 0 }) {
    const arena = this.arena();
    const points = arena.alloc(8 * n);
    const classes = arena.alloc(4 * n);
    const scratch = arena.alloc(16 * n);
    const gaussians = clouds.length ? arena.doubles(clouds.flat()) : 0;
    check(
      this.exports.bh_toy_dataset(
        indexOf(TOYS, name),
        BigInt(n),
        noise,
        arms,
        gaussians,
        BigInt(seed),
        part,
        scratch,
        points,
        classes,
      ),
    );
    return { points: arena.readFloats(points, 2 * n), classes: arena.readInts(classes, n) };
  }

  /**
   * The likelier cloud at each point, and the least error, for a grid of points with so much area each.
   * @param {number[][]} clouds
   * @param {Numbers} points
   * @param {number} area
   */
  bayes(clouds, points, area) {
    const arena = this.arena();
    const n = points.length / 2;
    const classes = arena.alloc(4 * n);
    const error = arena.alloc(8);
    check(
      this.exports.bh_bayes_error(arena.doubles(clouds.flat()), BigInt(n), arena.floats(points), area, classes, error),
    );
    return { classes: arena.readInts(classes, n), error: arena.view().getFloat64(error, true) };
  }

  /**
   * A drawing (ink, height × width numbers from 0 on) as MNIST would have it: 784 bytes; null if nothing is drawn.
   * @param {Numbers} ink
   * @param {number} height
   * @param {number} width
   */
  preprocessDigit(ink, height, width) {
    const arena = this.arena();
    const from = arena.floats(ink);
    const scratch = arena.alloc(8 * (20 * height + width));
    const to = arena.alloc(784);
    const status = this.exports.bh_preprocess_digit(from, height, width, scratch, to);
    if (status === EMPTY_INPUT) return null;
    check(status);
    return new Uint8Array(arena.memory.buffer, to, 784).slice();
  }

  /** @param {"bh_uniforms" | "bh_normals"} name @param {Stream} stream @param {number} n */
  #sample(name, stream, n) {
    const arena = this.arena();
    const out = arena.alloc(8 * n);
    check(this.exports[name](putStream(arena, stream), BigInt(n), out));
    return arena.readDoubles(out, n);
  }

  /**
   * Fill a network's arrays with initial values.
   * @param {Network} network
   * @param {{initializer?: string, factor?: number, seed?: number}} options
   */
  initialize(network, { initializer = "he", factor = 1, seed = 0 }) {
    const packed = this.pack(this.arena(), network);
    check(
      this.exports.bh_initialize(packed.table, indexOf(INITIALIZERS, initializer), factor, BigInt(seed), packed.params),
    );
    packed.unpack();
  }

  /**
   * Train one epoch, or part of one, and return {status, loss, right, steps, draws} with the network's arrays, and the
   * optimizer's memory, changed. draws: how many numbers dropout took; the next part of the epoch begins behind them.
   *
   * @param {Network} network
   * @param {Optimizer} optimizer
   * @param {Examples} data with either labels or targets
   */
  epoch(network, optimizer, data) {
    const nThreads = this.isParallel(network, data.batchSize) ? this.nThreads : 1;
    const arena = this.arena();
    const packed = this.pack(arena, network, data.batchSize, nThreads);
    const first = arena.floats(optimizer.first ?? new Float32Array(packed.size));
    const second = arena.floats(optimizer.second ?? new Float32Array(packed.size));
    const rule = putRule(arena, optimizer);
    const examples = putExamples(arena, network.layers[0].n_in, { ...data, draws: data.draws ?? {} });
    const memory = putMemory(arena, packed, first, second);
    const result = arena.alloc(32);
    const status = this.exports.bh_epoch(packed.table, rule, examples, memory, PORTABLE, nThreads, 0, result);
    if (status < 0) throw new CoreError(`the core refused an epoch: ${ERRORS[-status]}`);
    packed.unpack();
    const view = arena.view();
    const steps = Number(view.getBigInt64(result, true));
    optimizer.first = arena.readFloats(first, packed.size);
    optimizer.second = arena.readFloats(second, packed.size);
    optimizer.steps = (optimizer.steps ?? 0) + steps;
    const [right, drawn] = [16, 24].map((at) => Number(view.getBigInt64(result + at, true)));
    return { status: STATUS[status], steps, loss: view.getFloat64(result + 8, true), right, draws: drawn };
  }

  /** The outputs of n examples: a Float32Array (n, n_out). @param {Network} network @param {Examples} data */
  predict(network, data) {
    const arena = this.arena();
    const packed = this.pack(arena, network, CHUNK);
    const n = data.inputs.length / network.layers[0].n_in;
    const nOut = network.layers[network.layers.length - 1].n_out;
    const examples = putExamples(arena, network.layers[0].n_in, data);
    const output = arena.alloc(4 * n * nOut);
    check(this.exports.bh_predict(packed.table, examples, putMemory(arena, packed, 0, 0), output, PORTABLE, 1));
    return arena.readFloats(output, n * nOut);
  }

  /**
   * How much each example of data pushed the answer for the query, one example with its class: a Float32Array (n).
   * @param {Network} network
   * @param {Examples} data
   * @param {Examples} query
   */
  influence(network, data, query) {
    const arena = this.arena();
    const packed = this.pack(arena, foldBatchNorm(network), CHUNK);
    const nIn = network.layers[0].n_in;
    const n = data.inputs.length / nIn;
    const [examples, one] = [data, query].map((given) => putExamples(arena, nIn, given));
    const scores = arena.alloc(4 * n);
    const memory = putMemory(arena, packed, 0, 0);
    check(this.exports.bh_influence(packed.table, examples, one, memory, scores, PORTABLE, 1));
    return arena.readFloats(scores, n);
  }

  /**
   * How often each class (row) is taken for each class (column), for what `predict` returned.
   * @param {Numbers} output
   * @param {Numbers} labels
   * @param {number} nClasses
   */
  confusion(output, labels, nClasses) {
    const arena = this.arena();
    const counts = arena.alloc(8 * nClasses ** 2);
    const given = [arena.floats(output), arena.copy(Int32Array.from(labels))];
    check(this.exports.bh_confusion(...given, BigInt(labels.length), nClasses, counts));
    return arena.readLongs(counts, nClasses ** 2);
  }

  /**
   * The mean loss of what `predict` returned: one pass, with learning rate 0, through a layer that changes nothing.
   * @param {Network} network
   * @param {Float32Array} output
   * @param {{labels: Numbers} | {targets: Numbers}} wanted
   */
  meanLoss({ layers, loss, labelSmoothing }, output, wanted) {
    const n = layers[layers.length - 1].n_out;
    const W = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const same = { n_in: n, n_out: n, activation: "identity", W, b: new Float32Array(n) };
    const order = Array.from({ length: output.length / n }, (_, i) => i);
    const data = {
      inputs: output,
      scale: 1,
      shift: 0,
      ...wanted,
      order,
      batchSize: CHUNK,
      learningRates: new Float64Array(Math.ceil(order.length / CHUNK)),
    };
    return this.epoch({ layers: [same], loss, labelSmoothing }, { kind: "sgd" }, data).loss / order.length;
  }
}
