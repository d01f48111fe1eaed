// The C core in JavaScript: core.wasm behind plain functions. The twin of src/byhand/engines/, and, like it, without
// any maths of its own. All memory is the module's: what goes in is copied in, what comes out is copied out.

const ACTIVATIONS = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "softmax"];
const LOSSES = ["softmax_cross_entropy", "squared_error", "binary_cross_entropy"];
const OPTIMIZERS = ["sgd", "momentum", "nesterov", "adam", "adamw"];
const VERSION = 1; // of the face, as in byhand.h
const PORTABLE = 1, ALIGNMENT = 64, CHUNK = 256;
const STATUS = ["ok", "stopped", "diverged", "bad size", "bad pointer", "bad order", "no kernel"];
const PAGE = 65536;

export class CoreError extends Error {}

/** Instantiate core.wasm from its bytes. */
export async function loadCore(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return new Core(instance.exports);
}

class Core {
  constructor(exports) {
    this.exports = exports;
    exports._initialize?.();
    if (exports.bh_version() !== VERSION) throw new CoreError(`core.wasm is of version ${exports.bh_version()}, not ${VERSION}`);
    this.base = exports.__heap_base.value; // everything above is ours to give
  }

  /** A fresh arena: what was given out before is forgotten. */
  arena() {
    return new Arena(this.exports.memory, this.base);
  }

  uniforms(stream, n) { return this.#drawn("bh_uniforms", stream, n); }

  normals(stream, n) { return this.#drawn("bh_normals", stream, n); }

  /** 0 … n − 1 shuffled. */
  order(stream, n) {
    const arena = this.arena(), order = arena.room(8 * n), scratch = arena.room(8 * n);
    check(this.exports.bh_order(putStream(arena, stream), BigInt(n), order, scratch));
    return Array.from(new BigInt64Array(arena.memory.buffer, order, n), Number);
  }

  /** A drawing (ink, height × width numbers from 0 on) as MNIST would have it: 784 bytes; null if nothing is drawn. */
  asMnist(ink, height, width) {
    const arena = this.arena(), from = arena.floats(ink), scratch = arena.room(8 * (20 * height + width)), to = arena.room(784);
    const status = this.exports.bh_as_mnist(from, height, width, scratch, to);
    if (STATUS[status] === "bad order") return null;
    check(status);
    return new Uint8Array(arena.memory.buffer, to, 784).slice();
  }

  #drawn(name, stream, n) {
    const arena = this.arena(), out = arena.room(8 * n);
    check(this.exports[name](putStream(arena, stream), BigInt(n), out));
    return new Float64Array(arena.memory.buffer, out, n).slice();
  }

  /**
   * Train one epoch, and return {status, loss, right, steps} with the network's W and b, and the memory, changed.
   *
   * network: {layers: [{n_in, n_out, activation, slope, W: Float32Array, b: Float32Array}], loss, labelSmoothing}
   * optimizer: {kind, momentum, beta1, beta2, epsilon, weightDecay, clipNorm, steps, first, second}
   * data: {inputs: Uint8Array | Float32Array, scale, shift, labels | targets, order, batchSize, learningRates}
   */
  epoch(network, optimizer, data) {
    const arena = this.arena();
    const task = this.#task(arena, network, data.batchSize);
    const first = arena.floats(optimizer.first ?? new Float32Array(task.size));
    const second = arena.floats(optimizer.second ?? new Float32Array(task.size));
    const rule = putRule(arena, optimizer), examples = putExamples(arena, network, data);
    const memory = putMemory(arena, task, first, second), result = arena.room(24);
    const status = this.exports.bh_epoch(task.table, rule, examples, memory, PORTABLE, 1, 0, result);
    if (status > 2) throw new CoreError(`the core refused an epoch: ${STATUS[status]}`);
    task.takeOut();
    const view = arena.view();
    optimizer.first = arena.taken(first, task.size);
    optimizer.second = arena.taken(second, task.size);
    optimizer.steps = (optimizer.steps ?? 0) + Number(view.getBigInt64(result, true));
    return {
      status: STATUS[status],
      steps: Number(view.getBigInt64(result, true)),
      loss: view.getFloat64(result + 8, true),
      right: Number(view.getBigInt64(result + 16, true)),
    };
  }

  /** What the network says of n examples: a Float32Array (n, n_out). */
  predict(network, data) {
    const arena = this.arena(), task = this.#task(arena, network, CHUNK);
    const n = data.inputs.length / network.layers[0].n_in, nOut = network.layers.at(-1).n_out;
    const examples = putExamples(arena, network, data), output = arena.room(4 * n * nOut);
    check(this.exports.bh_predict(task.table, examples, putMemory(arena, task, 0, 0), output, PORTABLE, 1));
    return arena.taken(output, n * nOut);
  }

  /** Lay a network out in the arena. */
  #task(arena, network, batchSize) {
    const table = putNetwork(arena, network), places = arena.room(24 * network.layers.length);
    const size = Number(this.exports.bh_layout(table, places));
    if (size < 0) throw new CoreError(`the core refused a network: ${STATUS[-size]}`);
    const workspaceBytes = Number(this.exports.bh_workspace(table, batchSize, 1));
    if (workspaceBytes < 0) throw new CoreError(`the core refused a batch size: ${STATUS[-workspaceBytes]}`);
    const params = arena.floats(new Float32Array(size)), workspace = arena.room(workspaceBytes);
    const flat = () => new Float32Array(arena.memory.buffer, params, size);
    const rows = function* (layer, l) { // [where in the flat array, where in W or b, which of them]
      const view = arena.view(), at = places + 24 * l;
      const weights = Number(view.getBigInt64(at, true)), stride = view.getInt32(at + 16, true);
      for (let k = 0; k < layer.n_in; k++) yield [weights + k * stride, k * layer.n_out, layer.W];
      yield [Number(view.getBigInt64(at + 8, true)), 0, layer.b];
    };
    network.layers.forEach((layer, l) => {
      for (const [to, from, array] of rows(layer, l)) flat().set(array.subarray(from, from + layer.n_out), to);
    });
    const takeOut = () => network.layers.forEach((layer, l) => {
      for (const [from, to, array] of rows(layer, l)) array.set(flat().subarray(from, from + layer.n_out), to);
    });
    return { table, params, size, workspace, workspaceBytes, takeOut };
  }
}

/** Memory given out in order, each piece aligned; it grows as it must. */
class Arena {
  constructor(memory, base) { Object.assign(this, { memory, next: base }); }

  room(bytes) {
    const at = Math.ceil(this.next / ALIGNMENT) * ALIGNMENT;
    this.next = at + bytes;
    const missing = Math.ceil((this.next - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Anew each time: growing replaces the buffer. */
  view() { return new DataView(this.memory.buffer); }

  copied(array) {
    const at = this.room(array.byteLength);
    new Uint8Array(this.memory.buffer, at, array.byteLength).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return at;
  }

  floats(array) { return this.copied(Float32Array.from(array)); }

  taken(at, n) { return new Float32Array(this.memory.buffer, at, n).slice(); }
}

function check(status) {
  if (status !== 0) throw new CoreError(`the core refused a call: ${STATUS[status]}`);
}

function indexOf(names, name) {
  const i = names.indexOf(name);
  if (i < 0) throw new CoreError(`unknown name ${name}; expected one of ${names.join(", ")}`);
  return i;
}

// The structures of byhand.h, with pointers of four bytes.

function putStream(arena, { seed, stream, epoch = 0, position = 0n }) {
  const at = arena.room(24), view = arena.view();
  view.setBigUint64(at, BigInt(seed), true);
  view.setUint32(at + 8, stream, true);
  view.setUint32(at + 12, epoch, true);
  view.setBigUint64(at + 16, BigInt(position), true);
  return at;
}

function putNetwork(arena, { layers, loss, labelSmoothing = 0 }) {
  const table = arena.room(16 * layers.length), at = arena.room(16), view = arena.view();
  layers.forEach((layer, l) => {
    view.setInt32(table + 16 * l, layer.n_in, true);
    view.setInt32(table + 16 * l + 4, layer.n_out, true);
    view.setInt32(table + 16 * l + 8, indexOf(ACTIVATIONS, layer.activation), true);
    view.setFloat32(table + 16 * l + 12, layer.slope ?? 0, true);
  });
  view.setInt32(at, layers.length, true);
  view.setUint32(at + 4, table, true);
  view.setInt32(at + 8, indexOf(LOSSES, loss), true);
  view.setFloat32(at + 12, labelSmoothing, true);
  return at;
}

function putRule(arena, o) {
  const at = arena.room(40), view = arena.view();
  view.setInt32(at, indexOf(OPTIMIZERS, o.kind), true);
  const numbers = [o.momentum ?? 0, o.beta1 ?? 0, o.beta2 ?? 0, o.epsilon ?? 1e-8, o.weightDecay ?? 0, o.clipNorm ?? 0];
  numbers.forEach((number, i) => view.setFloat32(at + 4 + 4 * i, number, true));
  view.setBigInt64(at + 32, BigInt(o.steps ?? 0), true);
  return at;
}

function putExamples(arena, network, data) {
  const nIn = network.layers[0].n_in, order = data.order ?? [];
  const pointers = {
    0: arena.copied(data.inputs), 16: arena.floats(data.scale), 20: arena.floats(data.shift),
    24: data.labels ? arena.copied(Int32Array.from(data.labels)) : 0,
    28: data.targets ? arena.floats(data.targets) : 0,
    32: arena.copied(BigInt64Array.from(order, BigInt)), 52: arena.copied(Float64Array.from(data.learningRates ?? [])),
  };
  const at = arena.room(72), view = arena.view();
  new Uint8Array(arena.memory.buffer, at, 72).fill(0);
  for (const [offset, pointer] of Object.entries(pointers)) view.setUint32(at + Number(offset), pointer, true);
  view.setInt32(at + 4, data.inputs instanceof Uint8Array ? 1 : 0, true);
  view.setBigInt64(at + 8, BigInt(data.inputs.length / nIn), true);
  view.setBigInt64(at + 40, BigInt(order.length), true);
  view.setInt32(at + 48, data.batchSize ?? 1, true);
  return at;
}

function putMemory(arena, task, first, second) {
  const at = arena.room(24), view = arena.view();
  [task.params, first, second, task.workspace].forEach((pointer, i) => view.setUint32(at + 4 * i, pointer, true));
  view.setBigInt64(at + 16, BigInt(task.workspaceBytes), true);
  return at;
}
