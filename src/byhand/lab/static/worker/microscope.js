// One example, one step of plain gradient descent: every array of it. Names: x, then of layer l W, b, z, a, s = f′(z),
// da, dz, dW, db, and vW, vb after the step; p, t and L at the end. The C core computes, this file collects;
// microscope-cell.js opens one of the numbers.

const SCHEMA = 1;

/** All arrays of a step. problem: {network, x, target, label, from: {stored, scale, shift} or null}. */
export function stepOf(core, { network, x, target, label, from }, rate) {
  const { layers, loss } = core.trace(network, x, target);
  const { learned, terms } = core.lossTerms(network, layers.at(-1).a, target);
  const moved = layers.map(({ dW, db }, l) => {
    const { W, b } = network.layers[l];
    return { vW: core.sgdStep(W, dW, rate), vb: core.sgdStep(b, db, rate) };
  });
  /** @type {Record<string, {rows: number, cols: number, numbers: any}>} */
  const arrays = {
    x: row(x),
    ...arraysOfLayers(network, layers, { slopes: core.activationDerivatives(network, layers), moved }),
  };
  if (ENDS[network.loss]) arrays.p = row(core.forward(withEnd(network, ENDS[network.loss]), x).at(-1).a);
  Object.assign(arrays, { t: row(learned), L: row([loss]) });
  return {
    schema: SCHEMA,
    kind: "step",
    label,
    rate,
    loss,
    lossAfter: core.trace(afterStep(network, moved), x, target).loss,
    lossName: network.loss,
    labelSmoothing: network.labelSmoothing ?? 0,
    target,
    terms,
    arrays,
    phases: phasesOf(network),
    from,
    layers: network.layers.map(({ n_in, n_out, activation, slope = 0 }) => ({ n_in, n_out, activation, slope })),
  };
}

/** W1, b1, z1 …: the arrays of every layer by name. */
function arraysOfLayers(network, layers, { slopes, moved }) {
  const arrays = {};
  layers.forEach(({ dW, ...vectors }, l) => {
    const { n_in, n_out, W, b } = network.layers[l];
    const { vW, vb } = moved[l];
    for (const [name, numbers] of Object.entries({ W, dW, vW }))
      arrays[`${name}${l + 1}`] = { rows: n_in, cols: n_out, numbers };
    for (const [name, numbers] of Object.entries({ b, ...vectors, s: slopes[l], vb }))
      arrays[`${name}${l + 1}`] = row(numbers);
  });
  return arrays;
}

/** The network after the step. */
const afterStep = (network, moved) => ({
  ...network,
  layers: network.layers.map((layer, l) => ({
    ...layer,
    W: Float32Array.from(moved[l].vW),
    b: Float32Array.from(moved[l].vb),
  })),
});

const ENDS = { softmax_cross_entropy: "softmax", binary_cross_entropy: "sigmoid" }; // what makes p of the output
const withEnd = ({ layers, ...rest }, activation) => ({
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
