// One example, one step of plain gradient descent: every array of it, and any one of its numbers opened into what it is
// made of. Names: x, then of layer l W, b, z, a, s = f′(z), da, dz, dW, db, and vW, vb after the step; p, t and L at
// the
// end. A cell is {name, row, col}; the C core computes, this file looks up.

const SCHEMA = 1;

/** All arrays of a step. problem: {network, x, target, label, from: {stored, scale, shift} or null}. */
export function stepOf(core, { network, x, target, label, from }, rate) {
  const { layers, loss } = core.trace(network, x, target);
  const slopes = core.slopes(network, layers);
  const output = layers.at(-1).a;
  const { learned, terms } = core.lossTerms(network, output, target);
  const arrays = { x: row(x) };
  const moved = layers.map(({ dW, db }, l) =>
    ["W", "b"].map((name, i) => core.moved(network.layers[l][name], i ? db : dW, rate)),
  );
  layers.forEach((layer, l) => {
    const { n_in, n_out, W, b } = network.layers[l];
    const all = { W, ...layer, vW: moved[l][0] };
    for (const name of ["W", "dW", "vW"]) arrays[`${name}${l + 1}`] = { rows: n_in, cols: n_out, numbers: all[name] };
    for (const [name, numbers] of Object.entries({ b, ...layer, s: slopes[l], vb: moved[l][1] }))
      if (name !== "dW") arrays[`${name}${l + 1}`] = row(numbers);
  });
  if (ENDS[network.loss]) arrays.p = row(core.forward(ended(network, ENDS[network.loss]), x).at(-1).a);
  Object.assign(arrays, { t: row(learned), L: row([loss]) });
  const after = layers.map((_, l) => ({
    ...network.layers[l],
    W: Float32Array.from(moved[l][0]),
    b: Float32Array.from(moved[l][1]),
  }));
  return {
    schema: SCHEMA,
    kind: "step",
    label,
    rate,
    loss,
    lossAfter: core.trace({ ...network, layers: after }, x, target).loss,
    lossName: network.loss,
    labelSmoothing: network.labelSmoothing ?? 0,
    target,
    terms,
    arrays,
    phases: phasesOf(network),
    from,
    layers: network.layers.map(({ n_in, n_out, activation, slope }) => ({
      n_in,
      n_out,
      activation,
      slope: slope ?? 0,
    })),
  };
}

const ENDS = { softmax_cross_entropy: "softmax", binary_cross_entropy: "sigmoid" }; // what makes p of the output
const ended = ({ layers, ...rest }, activation) => ({
  ...rest,
  layers: layers.with(-1, { ...layers.at(-1), activation }),
});
const row = (numbers) => ({ rows: 1, cols: numbers.length, numbers });

/** What happens in order: [phase, names]. */
function phasesOf({ layers, loss }) {
  const ls = layers.map((_, l) => l + 1);
  const end = ls.length;
  const back = ls
    .slice()
    .reverse()
    .flatMap((l) => [...(l < end ? [`da${l}`] : []), `s${l}`, `dz${l}`, `dW${l}`, `db${l}`]);
  return [
    ["forward", ["x", ...ls.flatMap((l) => [`W${l}`, `b${l}`, `z${l}`, `a${l}`])]],
    ["loss", [...(ENDS[loss] ? ["p"] : []), "t", "L"]],
    ["backward", [`da${end}`, ...back]],
    ["update", ls.flatMap((l) => [`vW${l}`, `vb${l}`])],
  ];
}

/** One number, opened: its form, the numbers it is made of, and where it goes. */
export function cellOf(core, step, { name, row: r, col: c }) {
  const what = name.replace(/\d+$/, "");
  const l = Number(name.slice(what.length));
  const last = step.layers.length;
  const at = (from, i, j) => ({
    name: from,
    row: i,
    col: j,
    value: step.arrays[from].numbers[i * step.arrays[from].cols + j],
  });
  const before = (k) => (l > 1 ? at(`a${l - 1}`, 0, k) : at("x", 0, k));
  const width = (from) => Array.from({ length: step.arrays[from].cols }, (_, j) => j);
  const summed = (lefts, rights, bias) => {
    const { products, sum } = core.products(
      lefts.map(({ value }) => value),
      rights.map(({ value }) => value),
    );
    return {
      form: "sum",
      sum,
      terms: lefts.map((left, i) => ({ parts: [left, rights[i]], value: products[i] })),
      parts: bias ? [bias] : [],
    };
  };
  /** The three factors of a parameter's gradient, and its step. */
  const chain = (kind, k, j) => ({
    kind,
    factors: [at(`da${l}`, 0, j), at(`s${l}`, 0, j), ...(kind === "W" ? [before(k)] : [])],
    gradient: at(`d${kind}${l}`, k, j),
    old: at(`${kind}${l}`, k, j),
    rate: step.rate,
    new: at(`v${kind}${l}`, k, j),
  });
  const toNext = (j) =>
    l < last ? width(`z${l + 1}`).map((i) => at(`z${l + 1}`, 0, i)) : step.arrays.p ? [at("p", 0, j)] : [at("L", 0, 0)];
  const hasSoftmax = l === last && step.layers[last - 1].activation === "softmax";

  const opened = {
    x: () => ({
      form: step.from ? "prepared" : "given",
      parts: step.from
        ? ["stored", "scale", "shift"].map((part) => ({
            name: part,
            row: 0,
            col: c,
            value: ofInput(step.from[part], c),
          }))
        : [],
      goes: width("z1").map((j) => at("z1", 0, j)),
    }),
    W: () => ({ form: "given", parts: [], goes: [at(`z${l}`, 0, c)], chain: chain("W", r, c) }),
    b: () => ({ form: "given", parts: [], goes: [at(`z${l}`, 0, c)], chain: chain("b", 0, c) }),
    z: () => ({
      ...summed(
        width(l > 1 ? `a${l - 1}` : "x").map(before),
        width(l > 1 ? `a${l - 1}` : "x").map((k) => at(`W${l}`, k, c)),
        at(`b${l}`, 0, c),
      ),
      goes: [at(`a${l}`, 0, c)],
    }),
    a: () =>
      hasSoftmax
        ? { ...odds(`z${l}`), goes: [at("L", 0, 0)] }
        : { form: "activation", parts: [at(`z${l}`, 0, c)], goes: toNext(c) },
    p: () =>
      step.lossName === "binary_cross_entropy"
        ? { form: "sigmoid", parts: [at(`a${last}`, 0, c)], goes: [at("L", 0, 0), at(`da${last}`, 0, c)] }
        : { ...odds(`a${last}`), goes: [at("L", 0, 0), at(`da${last}`, 0, c)] },
    t: () => ({
      form: step.lossName === "softmax_cross_entropy" ? "target" : "given",
      parts: [{ name: "target", row: 0, col: c, value: step.target[c] }],
      goes: [at("L", 0, 0)],
    }),
    L: () => ({
      form: `loss ${step.lossName}`,
      parts: [],
      terms: width("t").map((j) => ({
        parts: [at(step.arrays.p ? "p" : `a${last}`, 0, j), at("t", 0, j)],
        value: step.terms[j],
      })),
      goes: width(`da${last}`).map((j) => at(`da${last}`, 0, j)),
    }),
    da: () =>
      l === last
        ? {
            form: step.arrays.p ? "difference" : "twice",
            parts: [at(step.arrays.p ? "p" : `a${l}`, 0, c), at("t", 0, c)],
            goes: [at(`dz${l}`, 0, c)],
          }
        : {
            ...summed(
              width(`dz${l + 1}`).map((j) => at(`dz${l + 1}`, 0, j)),
              width(`dz${l + 1}`).map((j) => at(`W${l + 1}`, c, j)),
            ),
            goes: [at(`dz${l}`, 0, c)],
          },
    s: () => ({ form: "slope", parts: [at(`z${l}`, 0, c), at(`a${l}`, 0, c)], goes: [at(`dz${l}`, 0, c)] }),
    dz: () =>
      hasSoftmax
        ? {
            ...summed(
              width(`da${l}`).map((j) => at(`da${l}`, 0, j)),
              width(`a${l}`).map((j) => at(`a${l}`, 0, j)),
            ),
            form: "softmax back",
            parts: [at(`a${l}`, 0, c), at(`da${l}`, 0, c)],
            goes: [at(`db${l}`, 0, c)],
          }
        : {
            form: "product",
            parts: [at(`da${l}`, 0, c), at(`s${l}`, 0, c)],
            goes: [at(`db${l}`, 0, c), ...(l > 1 ? width(`da${l - 1}`).map((k) => at(`da${l - 1}`, 0, k)) : [])],
          },
    dW: () => ({
      form: "product",
      parts: [before(r), at(`dz${l}`, 0, c)],
      goes: [at(`vW${l}`, r, c)],
      chain: chain("W", r, c),
    }),
    db: () => ({ form: "same", parts: [at(`dz${l}`, 0, c)], goes: [at(`vb${l}`, 0, c)], chain: chain("b", 0, c) }),
    vW: () => ({ form: "step", parts: [at(`W${l}`, r, c), at(`dW${l}`, r, c)], goes: [], chain: chain("W", r, c) }),
    vb: () => ({ form: "step", parts: [at(`b${l}`, 0, c), at(`db${l}`, 0, c)], goes: [], chain: chain("b", 0, c) }),
  };
  /** A share of odds: e^z over the sum of all. */
  function odds(from) {
    const zs = width(from).map((j) => at(from, 0, j));
    const found = core.odds(zs.map(({ value }) => value));
    return {
      form: "odds",
      parts: [zs[c]],
      most: found.most,
      terms: zs.map((z, j) => ({ parts: [z], value: found.odds[j] })),
    };
  }
  const layer = step.layers[l - 1] ?? step.layers.at(-1);
  return {
    schema: SCHEMA,
    kind: "cell",
    ...at(name, r, c),
    rate: step.rate,
    activation: layer.activation,
    slope: layer.slope,
    labelSmoothing: step.labelSmoothing,
    nClasses: step.target.length,
    lossName: step.lossName,
    terms: [],
    chain: null,
    ...opened[what](),
  };
}

const ofInput = (numbers, i) => (typeof numbers === "number" ? numbers : numbers[i]);
