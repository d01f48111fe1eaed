// One number of a step, opened: how it was computed, the numbers it is made of, and where it goes. A cell is
// {name, row, col}, of the arrays of microscope.js; the C core computes, this file looks up.

const SCHEMA = 1;

/** The opened cell as a frame. */
export function cellOf(core, step, { name, row, col }) {
  const what = name.replace(/\d+$/, "");
  const place = new CellPlace(core, step, { l: Number(name.slice(what.length)), row, col });
  const layer = step.layers[place.l - 1] ?? step.layers.at(-1);
  return {
    schema: SCHEMA,
    kind: "cell",
    ...place.at(name, row, col),
    rate: step.rate,
    activation: layer.activation,
    slope: layer.slope,
    labelSmoothing: step.labelSmoothing,
    nClasses: step.target.length,
    lossName: step.lossName,
    terms: [],
    chain: null,
    ...OPENED[what](place),
  };
}

/** Where a cell is, and its neighbours: l is its layer, from 1; r and c its row and column. */
class CellPlace {
  constructor(core, step, { l, row, col }) {
    this.core = core;
    this.step = step;
    this.l = l;
    this.r = row;
    this.c = col;
    this.last = step.layers.length;
  }

  /** A number of an array, with its place. */
  at(name, row, col) {
    const { cols, numbers } = this.step.arrays[name];
    return { name, row, col, value: numbers[row * cols + col] };
  }

  /** All numbers of a vector. */
  all(name) {
    return Array.from({ length: this.step.arrays[name].cols }, (_, j) => this.at(name, 0, j));
  }

  /** The number of this column in a vector of this layer: own("z") of a cell of layer 2 is z2[c]. */
  own(kind, l = this.l) {
    return this.at(`${kind}${l}`, 0, this.c);
  }

  /** The vector that goes into this layer. */
  get input() {
    return this.l > 1 ? `a${this.l - 1}` : "x";
  }

  get isOutput() {
    return this.l === this.last;
  }

  /** Softmax mixes the columns: its derivative is a matrix. */
  get hasSoftmax() {
    return this.isOutput && this.step.layers[this.last - 1].activation === "softmax";
  }

  get loss() {
    return this.at("L", 0, 0);
  }

  /** What the loss compares with the target: probabilities, where the loss makes them, else the output. */
  get compared() {
    return this.step.arrays.p ? "p" : `a${this.last}`;
  }

  /** Σ left · right, + bias where there is one. */
  sum(lefts, rights, bias = null) {
    const [left, right] = [lefts, rights].map((refs) => refs.map(({ value }) => value));
    const { products, sum } = this.core.multiply(left, right);
    const terms = lefts.map((one, i) => ({ parts: [one, rights[i]], value: products[i] }));
    return { form: "sum", sum, terms, parts: bias ? [bias] : [] };
  }

  /** Softmax: e^z over the sum of all. */
  odds(name) {
    const zs = this.all(name);
    const { most, odds } = this.core.softmaxNumerators(zs.map(({ value }) => value));
    return { form: "odds", parts: [zs[this.c]], most, terms: zs.map((z, j) => ({ parts: [z], value: odds[j] })) };
  }

  /** The three factors of a parameter's gradient, and its step. kind: W or b. */
  chain(kind) {
    const isWeight = kind === "W";
    const of = (name) => this.at(`${name}${this.l}`, isWeight ? this.r : 0, this.c);
    return {
      kind,
      factors: [this.own("da"), this.own("s"), ...(isWeight ? [this.at(this.input, 0, this.r)] : [])],
      gradient: of(`d${kind}`),
      old: of(kind),
      rate: this.step.rate,
      new: of(`v${kind}`),
    };
  }
}

/** How each array is computed, by its name without the layer. */
const OPENED = {
  x: inputCell,
  W: (cell) => ({ form: "given", parts: [], goes: [cell.own("z")], chain: cell.chain("W") }),
  b: (cell) => ({ form: "given", parts: [], goes: [cell.own("z")], chain: cell.chain("b") }),
  z: weightedSumCell,
  a: activationCell,
  p: probabilityCell,
  t: ({ step, c, loss }) => ({
    form: step.lossName === "softmax_cross_entropy" ? "target" : "given",
    parts: [{ name: "target", row: 0, col: c, value: step.target[c] }],
    goes: [loss],
  }),
  L: lossCell,
  da: activationGradientCell,
  s: (cell) => ({ form: "slope", parts: [cell.own("z"), cell.own("a")], goes: [cell.own("dz")] }),
  dz: sumGradientCell,
  dW: (cell) => ({
    form: "product",
    parts: [cell.at(cell.input, 0, cell.r), cell.own("dz")],
    goes: [cell.at(`vW${cell.l}`, cell.r, cell.c)],
    chain: cell.chain("W"),
  }),
  db: (cell) => ({ form: "same", parts: [cell.own("dz")], goes: [cell.own("vb")], chain: cell.chain("b") }),
  vW: (cell) => steppedCell(cell, "W"),
  vb: (cell) => steppedCell(cell, "b"),
};

function inputCell(cell) {
  const { from } = cell.step;
  const part = (name) => ({ name, row: 0, col: cell.c, value: ofInput(from[name], cell.c) });
  const parts = from ? ["stored", "scale", "shift"].map(part) : [];
  return { form: from ? "prepared" : "given", parts, goes: cell.all("z1") };
}

const ofInput = (numbers, i) => (typeof numbers === "number" ? numbers : numbers[i]);

function weightedSumCell(cell) {
  const inputs = cell.all(cell.input);
  const weights = inputs.map((_, k) => cell.at(`W${cell.l}`, k, cell.c));
  return { ...cell.sum(inputs, weights, cell.own("b")), goes: [cell.own("a")] };
}

function activationCell(cell) {
  if (cell.hasSoftmax) return { ...cell.odds(`z${cell.l}`), goes: [cell.loss] };
  const end = cell.step.arrays.p ? cell.at("p", 0, cell.c) : cell.loss;
  return { form: "activation", parts: [cell.own("z")], goes: cell.isOutput ? [end] : cell.all(`z${cell.l + 1}`) };
}

function probabilityCell(cell) {
  const { step, last } = cell;
  const goes = [cell.loss, cell.own("da", last)];
  if (step.lossName === "binary_cross_entropy") return { form: "sigmoid", parts: [cell.own("a", last)], goes };
  return { ...cell.odds(`a${last}`), goes };
}

function lossCell(cell) {
  const { step, last } = cell;
  const targets = cell.all("t");
  const terms = cell.all(cell.compared).map((one, j) => ({ parts: [one, targets[j]], value: step.terms[j] }));
  return { form: `loss ${step.lossName}`, parts: [], terms, goes: cell.all(`da${last}`) };
}

function activationGradientCell(cell) {
  const goes = [cell.own("dz")];
  if (cell.isOutput) {
    const parts = [cell.at(cell.compared, 0, cell.c), cell.at("t", 0, cell.c)];
    return { form: cell.step.arrays.p ? "difference" : "twice", parts, goes };
  }
  const gradients = cell.all(`dz${cell.l + 1}`);
  const weights = gradients.map((_, j) => cell.at(`W${cell.l + 1}`, cell.c, j));
  return { ...cell.sum(gradients, weights), goes };
}

function sumGradientCell(cell) {
  const { l } = cell;
  if (cell.hasSoftmax) {
    const sum = cell.sum(cell.all(`da${l}`), cell.all(`a${l}`));
    return { ...sum, form: "softmax back", parts: [cell.own("a"), cell.own("da")], goes: [cell.own("db")] };
  }
  const goes = [cell.own("db"), ...(l > 1 ? cell.all(`da${l - 1}`) : [])];
  return { form: "product", parts: [cell.own("da"), cell.own("s")], goes };
}

/** A parameter after the step. kind: W or b. */
function steppedCell(cell, kind) {
  const { old, gradient } = cell.chain(kind);
  return { form: "step", parts: [old, gradient], goes: [], chain: cell.chain(kind) };
}
