// The C core in JavaScript: core.wasm behind plain functions. The twin of src/byhand/engines/, and, like it, without
// any maths of its own. All memory is the module's: what goes in is copied in, what comes out is copied out.
//
// A network is {layers: [{n_in, n_out, activation, slope, W: Float32Array, b: Float32Array}], loss, labelSmoothing}.
// A layer but the last may also have batchNorm: {gamma, beta, mean, variance: Float32Array, momentum, epsilon},
// dropout:
// a share of its units, and residual: how many layers the residual connection spans that ends behind it, itself
// included.

import { STREAMS } from "../shared/constants.js";
import { foldBatchNorm } from "./fold.js";
import { Arena, CoreError, ERRORS, indexOf, putExample, putExamples, putMemory, putRule, putStream } from "./arena.js";
import { PackedNetwork } from "./packed-network.js";

export { CoreError };
const INITIALIZERS = ["zeros", "normal", "uniform", "he", "glorot"];
const TOYS = ["gaussians", "xor", "circles", "moons", "spiral", "sine"];
const VERSION = 6; // of the interface, as in byhand.h
const PORTABLE = 1;
const CHUNK = 256;
const STATUS = ["ok", "stopped", "diverged"];
const EMPTY_INPUT = -4;

/** Instantiate core.wasm from its bytes. */
export async function loadCore(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return new Core(instance.exports);
}

class Core {
  constructor(exports) {
    this.exports = exports;
    this.kept = new WeakMap(); // inputs → what keep returned
    exports._initialize?.();
    if (exports.bh_version() !== VERSION)
      throw new CoreError(`core.wasm is of version ${exports.bh_version()}, not ${VERSION}`);
    this.base = exports.__heap_base.value; // everything above is ours to give
  }

  /** A fresh arena: what was given out before is forgotten, but for what was kept. */
  arena() {
    return new Arena(this.exports.memory, this.base);
  }

  /** Copy inputs in for good: a data set that many calls use. The same inputs are copied once. */
  keep(inputs) {
    if (!this.kept.has(inputs)) this.kept.set(inputs, this.#copy(inputs));
    return this.kept.get(inputs);
  }

  #copy(inputs) {
    const arena = this.arena();
    const kept = arena.copy(inputs);
    this.base = arena.next;
    return { kept, length: inputs.length, areBytes: inputs instanceof Uint8Array };
  }

  uniforms(stream, n) {
    return this.#sample("bh_uniforms", stream, n);
  }

  normals(stream, n) {
    return this.#sample("bh_normals", stream, n);
  }

  /** 0 … n − 1 shuffled. */
  permutation(stream, n) {
    const arena = this.arena();
    const order = arena.alloc(8 * n);
    const scratch = arena.alloc(8 * n);
    check(this.exports.bh_permutation(putStream(arena, stream), BigInt(n), order, scratch));
    return Array.from(new BigInt64Array(arena.memory.buffer, order, n), Number);
  }

  /**
   * Points of a toy set: {points: Float32Array (n, 2), classes: Int32Array (n)}. clouds: 2 × [x, y, deviations of x,
   * y].
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
    return { points: arena.read(points, 2 * n), classes: arena.read(classes, n, Int32Array) };
  }

  /** The likelier cloud at each point, and the least error, for a grid of points with so much area each. */
  bayes(clouds, points, area) {
    const arena = this.arena();
    const n = points.length / 2;
    const classes = arena.alloc(4 * n);
    const error = arena.alloc(8);
    check(
      this.exports.bh_bayes_error(arena.doubles(clouds.flat()), BigInt(n), arena.floats(points), area, classes, error),
    );
    return { classes: arena.read(classes, n, Int32Array), error: arena.view().getFloat64(error, true) };
  }

  /** A drawing (ink, height × width numbers from 0 on) as MNIST would have it: 784 bytes; null if nothing is drawn. */
  preprocessDigit(ink, height, width) {
    const arena = this.arena();
    const from = arena.floats(ink);
    const scratch = arena.alloc(8 * (20 * height + width));
    const to = arena.alloc(784);
    const status = this.exports.bh_preprocess_digit(from, height, width, scratch, to);
    if (status === EMPTY_INPUT) return null;
    check(status);
    return arena.read(to, 784, Uint8Array);
  }

  #sample(name, stream, n) {
    const arena = this.arena();
    const out = arena.alloc(8 * n);
    check(this.exports[name](putStream(arena, stream), BigInt(n), out));
    return arena.read(out, n, Float64Array);
  }

  /** Fill a network's arrays with initial values. */
  initialize(network, { initializer = "he", factor = 1, seed = 0 }) {
    const packed = this.#pack(this.arena(), network);
    check(
      this.exports.bh_initialize(packed.table, indexOf(INITIALIZERS, initializer), factor, BigInt(seed), packed.params),
    );
    packed.unpack();
  }

  /**
   * Train one epoch, or part of one, and return {status, loss, right, steps, draws} with the network's arrays, and the
   * optimizer's memory, changed. draws: how many numbers dropout took; the next part of the epoch begins behind them.
   *
   * optimizer: {kind, momentum, beta1, beta2, epsilon, weightDecay, clipNorm, steps, first, second}
   * data: {inputs: Uint8Array | Float32Array, scale, shift, labels | targets, order, batchSize, learningRates, for
   * dropout
   * draws: {seed, epoch, position}, and where pictures move: moved, [right, down, …] in the order, imageShape}
   */
  epoch(network, optimizer, data) {
    const arena = this.arena();
    const packed = this.#pack(arena, network, data.batchSize);
    const first = arena.floats(optimizer.first ?? new Float32Array(packed.size));
    const second = arena.floats(optimizer.second ?? new Float32Array(packed.size));
    const rule = putRule(arena, optimizer);
    const draws = { seed: 0, ...data.draws, stream: STREAMS.DROPOUT };
    const examples = putExamples(arena, network.layers[0].n_in, { ...data, draws });
    const memory = putMemory(arena, packed, first, second);
    const result = arena.alloc(32);
    const status = this.exports.bh_epoch(packed.table, rule, examples, memory, PORTABLE, 1, 0, result);
    if (status < 0) throw new CoreError(`the core refused an epoch: ${ERRORS[-status]}`);
    packed.unpack();
    const view = arena.view();
    const steps = Number(view.getBigInt64(result, true));
    optimizer.first = arena.read(first, packed.size);
    optimizer.second = arena.read(second, packed.size);
    optimizer.steps = (optimizer.steps ?? 0) + steps;
    const [right, drawn] = [16, 24].map((at) => Number(view.getBigInt64(result + at, true)));
    return { status: STATUS[status], steps, loss: view.getFloat64(result + 8, true), right, draws: drawn };
  }

  /** What the network says of n examples: a Float32Array (n, n_out). */
  predict(network, data) {
    const arena = this.arena();
    const packed = this.#pack(arena, network, CHUNK);
    const n = data.inputs.length / network.layers[0].n_in;
    const nOut = network.layers.at(-1).n_out;
    const examples = putExamples(arena, network.layers[0].n_in, data);
    const output = arena.alloc(4 * n * nOut);
    check(this.exports.bh_predict(packed.table, examples, putMemory(arena, packed, 0, 0), output, PORTABLE, 1));
    return arena.read(output, n * nOut);
  }

  /** How much each example of data pushed the answer for the query, one example with its class: a Float32Array (n). */
  influence(network, data, query) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network), CHUNK);
    const nIn = network.layers[0].n_in;
    const n = data.inputs.length / nIn;
    const [examples, one] = [data, query].map((given) => putExamples(arena, nIn, given));
    const scores = arena.alloc(4 * n);
    const memory = putMemory(arena, packed, 0, 0);
    check(this.exports.bh_influence(packed.table, examples, one, memory, scores, PORTABLE, 1));
    return arena.read(scores, n);
  }

  /** How often each class (row) is taken for each class (column), for what `predict` returned. */
  confusion(output, labels, nClasses) {
    const arena = this.arena();
    const counts = arena.alloc(8 * nClasses ** 2);
    const given = [arena.floats(output), arena.copy(Int32Array.from(labels))];
    check(this.exports.bh_confusion(...given, BigInt(labels.length), nClasses, counts));
    return Array.from(arena.read(counts, nClasses ** 2, BigInt64Array), Number);
  }

  /** The mean loss of what `predict` returned: one pass, with learning rate 0, through a layer that changes nothing. */
  meanLoss({ layers, loss, labelSmoothing }, output, labels) {
    const n = layers.at(-1).n_out;
    const W = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const same = { n_in: n, n_out: n, activation: "identity", W, b: new Float32Array(n) };
    const order = Array.from(labels.keys());
    const data = {
      inputs: output,
      scale: 1,
      shift: 0,
      labels,
      order,
      batchSize: CHUNK,
      learningRates: new Float64Array(Math.ceil(order.length / CHUNK)),
    };
    return this.epoch({ layers: [same], loss, labelSmoothing }, { kind: "sgd" }, data).loss / order.length;
  }

  /** The network laid out in the arena, with a workspace for batches of that size; 0: none. */
  #pack(arena, network, batchSize = 0) {
    return new PackedNetwork(this.exports, arena, network, batchSize);
  }

  // What follows looks at one example, as the network predicts, with batch normalization folded into W and b: z is what
  // the activation gets, and gradients are of the folded W and b. Networks with residual connections have no
  // contributions, radius or flip.

  /** One example forwards: [{z, a}] of each layer, in doubles. */
  forward(network, x) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network));
    const { z, a } = this.#forwardPass(arena, packed, x);
    return packed.perLayer({ z, a });
  }

  /** One example, all of a step but the update: {layers: [{z, a, da, dz, dW, db}], loss}, in doubles. */
  trace(network, x, target) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network));
    const { z, a, from } = this.#forwardPass(arena, packed, x);
    const [da, dz] = [arena.alloc(8 * packed.units), arena.alloc(8 * packed.units)];
    const grads = arena.alloc(8 * packed.size);
    const loss = arena.alloc(8);
    check(this.exports.bh_backward(packed.table, packed.params, arena.doubles(target), z, a, da, dz, loss));
    check(this.exports.bh_gradients(packed.table, from, a, dz, grads));
    const layers = packed.perLayer({ z, a, da, dz });
    packed.cut(new Float64Array(arena.memory.buffer, grads, packed.size), layers, "dW", "db");
    return { layers, loss: arena.view().getFloat64(loss, true) };
  }

  #forwardPass(arena, packed, x) {
    const from = arena.doubles(x);
    const z = arena.alloc(8 * packed.units);
    const a = arena.alloc(8 * packed.units);
    check(this.exports.bh_forward(packed.table, packed.params, from, z, a));
    return { z, a, from };
  }

  /** What a network sees of stored numbers: x = stored · scale + shift, in doubles. */
  prepare(stored, scale, shift) {
    const arena = this.arena();
    const n = stored.length;
    const x = arena.alloc(8 * n);
    check(this.exports.bh_preprocess_example(putExample(arena, n, { stored, scale, shift }), n, x));
    return arena.read(x, n, Float64Array);
  }

  /** The sums of the positive and of the negative numbers: {above, below}. */
  signedSums(numbers) {
    const arena = this.arena();
    const [above, below] = [arena.alloc(8), arena.alloc(8)];
    check(this.exports.bh_signed_sums(arena.doubles(numbers), numbers.length, above, below));
    return { above: arena.view().getFloat64(above, true), below: arena.view().getFloat64(below, true) };
  }

  /** left · right, number by number, and their sum: {products, sum}. */
  multiply(left, right) {
    const arena = this.arena();
    const n = left.length;
    const products = arena.alloc(8 * n);
    const sum = arena.alloc(8);
    check(this.exports.bh_multiply_accumulate(arena.doubles(left), arena.doubles(right), BigInt(n), products, sum));
    return { products: arena.read(products, n, Float64Array), sum: arena.view().getFloat64(sum, true) };
  }

  /** f′(z) of every unit: a Float64Array a layer. */
  activationDerivatives(network, layers) {
    const arena = this.arena();
    const packed = this.#pack(arena, network);
    const slopes = arena.alloc(8 * packed.units);
    const [z, a] = ["z", "a"].map((name) => arena.doubles(layers.flatMap((layer) => Array.from(layer[name]))));
    check(this.exports.bh_activation_derivatives(packed.table, z, a, slopes));
    return packed.perLayer({ slopes }).map((layer) => layer.slopes);
  }

  /** e to the z − most, most being the largest: {odds, most}. */
  softmaxNumerators(z) {
    const arena = this.arena();
    const odds = arena.alloc(8 * z.length);
    const most = arena.alloc(8);
    check(this.exports.bh_softmax_numerators(arena.doubles(z), BigInt(z.length), odds, most));
    return { odds: arena.read(odds, z.length, Float64Array), most: arena.view().getFloat64(most, true) };
  }

  /** The target after label smoothing, and the loss output by output: {learned, terms}. */
  lossTerms(network, output, target) {
    const arena = this.arena();
    const packed = this.#pack(arena, network);
    const n = output.length;
    const [learned, terms] = [arena.alloc(8 * n), arena.alloc(8 * n)];
    check(this.exports.bh_loss_terms(packed.table, arena.doubles(output), arena.doubles(target), learned, terms));
    return { learned: arena.read(learned, n, Float64Array), terms: arena.read(terms, n, Float64Array) };
  }

  /** numbers − rate · gradients. */
  sgdStep(numbers, gradients, rate) {
    const arena = this.arena();
    const n = numbers.length;
    const moved = arena.alloc(8 * n);
    check(this.exports.bh_sgd_step(arena.doubles(numbers), arena.doubles(gradients), BigInt(n), rate, moved));
    return arena.read(moved, n, Float64Array);
  }

  /** Each input's share of logit[toward] − logit[against], and the rest: {contributions, rest}. */
  attributions(network, example, toward, against = -1) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network));
    const nIn = network.layers[0].n_in;
    const shares = arena.alloc(8 * nIn);
    const rest = arena.alloc(8);
    const at = putExample(arena, nIn, example);
    check(
      this.exports.bh_attributions(
        packed.table,
        packed.params,
        at,
        toward,
        against,
        packed.allocScratch(),
        shares,
        rest,
      ),
    );
    return { contributions: arena.read(shares, nIn, Float64Array), rest: arena.view().getFloat64(rest, true) };
  }

  /** How far every stored number may move, proved, without another answer. */
  certifiedRadius(network, example) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network));
    const radius = arena.alloc(8);
    const at = putExample(arena, network.layers[0].n_in, example);
    check(this.exports.bh_certified_radius(packed.table, packed.params, at, packed.allocScratch(), radius));
    return arena.view().getFloat64(radius, true);
  }

  /** A change that gets another answer: {changed, radius}, or null where none was found. */
  findAdversarial(network, example) {
    const arena = this.arena();
    const packed = this.#pack(arena, foldBatchNorm(network));
    const nIn = network.layers[0].n_in;
    const changed = arena.alloc(8 * nIn);
    const radius = arena.alloc(8);
    const at = putExample(arena, nIn, example);
    check(this.exports.bh_adversarial_example(packed.table, packed.params, at, packed.allocScratch(), changed, radius));
    const found = arena.view().getFloat64(radius, true);
    return found < 0 ? null : { changed: arena.read(changed, nIn, Float64Array), radius: found };
  }
}

function check(status) {
  if (status !== 0) throw new CoreError(`the core refused a call: ${ERRORS[-status]}`);
}
