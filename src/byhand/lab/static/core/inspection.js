// One example in the core, as the network predicts, with batch normalization folded into W and b: z is what the
// activation gets, and gradients are of the folded W and b. Networks with residual connections have no contributions,
// radius or flip.

import { putExample } from "./arena.js";
import { foldBatchNorm } from "./fold.js";
import { CoreModule, check } from "./module.js";

/** @import { Example, LayerTrace, Network } from "./types.js" */
/** @import { Arena } from "./arena.js" */
/** @import { PackedNetwork } from "./packed-network.js" */
/** @typedef {ArrayLike<number>} Numbers */

export class Inspection extends CoreModule {
  /** One example forwards: [{z, a}] of each layer, in doubles. @param {Network} network @param {Numbers} x */
  forward(network, x) {
    const arena = this.arena();
    const packed = this.pack(arena, foldBatchNorm(network));
    const { z, a } = this.#forwardPass(arena, packed, x);
    return packed.perLayer({ z, a });
  }

  /**
   * One example, all of a step but the update: {layers, loss}, in doubles.
   * @param {Network} network
   * @param {Numbers} x
   * @param {Numbers} target
   * @returns {{layers: LayerTrace[], loss: number}}
   */
  trace(network, x, target) {
    const arena = this.arena();
    const packed = this.pack(arena, foldBatchNorm(network));
    const { z, a, from } = this.#forwardPass(arena, packed, x);
    const [da, dz] = [arena.alloc(8 * packed.units), arena.alloc(8 * packed.units)];
    const grads = arena.alloc(8 * packed.size);
    const loss = arena.alloc(8);
    check(this.exports.bh_backward(packed.table, packed.params, arena.doubles(target), z, a, da, dz, loss));
    check(this.exports.bh_gradients(packed.table, from, a, dz, grads));
    const gradients = packed.cut(new Float64Array(arena.memory.buffer, grads, packed.size));
    const layers = packed.perLayer({ z, a, da, dz }).map((layer, l) => ({ ...layer, ...gradients[l] }));
    return { layers, loss: arena.view().getFloat64(loss, true) };
  }

  /** @param {Arena} arena @param {PackedNetwork} packed @param {Numbers} x */
  #forwardPass(arena, packed, x) {
    const from = arena.doubles(x);
    const z = arena.alloc(8 * packed.units);
    const a = arena.alloc(8 * packed.units);
    check(this.exports.bh_forward(packed.table, packed.params, from, z, a));
    return { z, a, from };
  }

  /**
   * What a network sees of stored numbers: x = stored · scale + shift, in doubles.
   * @param {Numbers} stored
   * @param {Example["scale"]} scale
   * @param {Example["shift"]} shift
   */
  prepare(stored, scale, shift) {
    const arena = this.arena();
    const n = stored.length;
    const x = arena.alloc(8 * n);
    check(this.exports.bh_preprocess_example(putExample(arena, n, { stored, scale, shift }), n, x));
    return arena.readDoubles(x, n);
  }

  /** The sums of the positive and of the negative numbers: {above, below}. @param {Numbers} numbers */
  signedSums(numbers) {
    const arena = this.arena();
    const [above, below] = [arena.alloc(8), arena.alloc(8)];
    check(this.exports.bh_signed_sums(arena.doubles(numbers), numbers.length, above, below));
    return { above: arena.view().getFloat64(above, true), below: arena.view().getFloat64(below, true) };
  }

  /** left · right, number by number, and their sum: {products, sum}. @param {Numbers} left @param {Numbers} right */
  multiply(left, right) {
    const arena = this.arena();
    const n = left.length;
    const products = arena.alloc(8 * n);
    const sum = arena.alloc(8);
    check(this.exports.bh_multiply_accumulate(arena.doubles(left), arena.doubles(right), BigInt(n), products, sum));
    return { products: arena.readDoubles(products, n), sum: arena.view().getFloat64(sum, true) };
  }

  /**
   * f′(z) of every unit: a Float64Array a layer.
   * @param {Network} network
   * @param {Pick<LayerTrace, "z" | "a">[]} layers
   */
  activationDerivatives(network, layers) {
    const arena = this.arena();
    const packed = this.pack(arena, network);
    const slopes = arena.alloc(8 * packed.units);
    const z = arena.doubles(layers.flatMap((layer) => Array.from(layer.z)));
    const a = arena.doubles(layers.flatMap((layer) => Array.from(layer.a)));
    check(this.exports.bh_activation_derivatives(packed.table, z, a, slopes));
    return packed.perLayer({ slopes }).map((layer) => layer.slopes);
  }

  /** e to the z − most, most being the largest: {odds, most}. @param {Numbers} z */
  softmaxNumerators(z) {
    const arena = this.arena();
    const odds = arena.alloc(8 * z.length);
    const most = arena.alloc(8);
    check(this.exports.bh_softmax_numerators(arena.doubles(z), BigInt(z.length), odds, most));
    return { odds: arena.readDoubles(odds, z.length), most: arena.view().getFloat64(most, true) };
  }

  /**
   * The target after label smoothing, and the loss output by output: {learned, terms}.
   * @param {Network} network
   * @param {Numbers} output
   * @param {Numbers} target
   */
  lossTerms(network, output, target) {
    const arena = this.arena();
    const packed = this.pack(arena, network);
    const n = output.length;
    const [learned, terms] = [arena.alloc(8 * n), arena.alloc(8 * n)];
    check(this.exports.bh_loss_terms(packed.table, arena.doubles(output), arena.doubles(target), learned, terms));
    return { learned: arena.readDoubles(learned, n), terms: arena.readDoubles(terms, n) };
  }

  /** numbers − rate · gradients. @param {Numbers} numbers @param {Numbers} gradients @param {number} rate */
  sgdStep(numbers, gradients, rate) {
    const arena = this.arena();
    const n = numbers.length;
    const moved = arena.alloc(8 * n);
    check(this.exports.bh_sgd_step(arena.doubles(numbers), arena.doubles(gradients), BigInt(n), rate, moved));
    return arena.readDoubles(moved, n);
  }

  /**
   * The network and the example in the core's memory: at is the example's address.
   * @param {Network} network
   * @param {Example} example
   */
  #placeExample(network, example) {
    const arena = this.arena();
    const packed = this.pack(arena, foldBatchNorm(network));
    const nIn = network.layers[0].n_in;
    return { arena, packed, nIn, at: putExample(arena, nIn, example) };
  }

  /**
   * Each input's share of logit[toward] − logit[against], and the rest: {contributions, rest}.
   * @param {Network} network
   * @param {Example} example
   * @param {number} toward
   */
  attributions(network, example, toward, against = -1) {
    const { arena, packed, at, nIn } = this.#placeExample(network, example);
    const shares = arena.alloc(8 * nIn);
    const rest = arena.alloc(8);
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
    return { contributions: arena.readDoubles(shares, nIn), rest: arena.view().getFloat64(rest, true) };
  }

  /**
   * How far every stored number may move, proved, without another answer.
   * @param {Network} network
   * @param {Example} example
   */
  certifiedRadius(network, example) {
    const { arena, packed, at } = this.#placeExample(network, example);
    const radius = arena.alloc(8);
    check(this.exports.bh_certified_radius(packed.table, packed.params, at, packed.allocScratch(), radius));
    return arena.view().getFloat64(radius, true);
  }

  /**
   * A change that gets another answer: {changed, radius}, or null where none was found.
   * @param {Network} network
   * @param {Example} example
   */
  findAdversarial(network, example) {
    const { arena, packed, at, nIn } = this.#placeExample(network, example);
    const changed = arena.alloc(8 * nIn);
    const radius = arena.alloc(8);
    check(this.exports.bh_adversarial_example(packed.table, packed.params, at, packed.allocScratch(), changed, radius));
    const found = arena.view().getFloat64(radius, true);
    return found < 0 ? null : { changed: arena.readDoubles(changed, nIn), radius: found };
  }
}
