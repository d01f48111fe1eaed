// What the numbers mean that come out of a network, by the rule of byhand/persistence/output.py:
//
//   probabilities  logits; softmax makes probabilities of them, a single z standing for (0, z)
//   yes_no         logits, each the answer to a question of its own; sigmoid makes scores of them
//   scores         already scores, as of a network that ends in sigmoid
//
// Here the rule is a network: the same one with what is missing at its end, so that the core computes the scores.

export const OUTPUTS = ["probabilities", "yes_no", "scores"];

/** The network whose outputs are one score a class. */
export function scored(network, output = "probabilities") {
  const bend = { probabilities: "softmax", yes_no: "sigmoid", scores: "identity" }[output];
  const last = network.layers.at(-1);
  const isSingle = last.n_out === 1;
  const pair =
    output === "probabilities"
      ? [
          [0, 1],
          [0, 0],
        ]
      : [
          [-1, 1],
          [1, 0],
        ]; // (0, z), or (1 − a, a)
  const layers = isSingle && output === "probabilities" ? [...network.layers, layer(1, 2, ...pair)] : network.layers;
  const bent = { ...network, layers: bend === "identity" ? layers : withBend(layers, bend) };
  return isSingle && output !== "probabilities" ? { ...bent, layers: [...bent.layers, layer(1, 2, ...pair)] } : bent;
}

/** Bend the outputs: in the last layer where it is linear, in a layer more where it bends already. */
function withBend(layers, activation) {
  const last = layers.at(-1);
  const n = last.n_out;
  const same = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  return last.activation === "identity"
    ? [...layers.slice(0, -1), { ...last, activation }]
    : [...layers, { ...layer(n, n, same, new Array(n).fill(0)), activation }];
}

const layer = (n_in, n_out, W, b) => ({
  n_in,
  n_out,
  activation: "identity",
  slope: 0,
  W: Float32Array.from(W),
  b: Float32Array.from(b),
});

/** The loss that fits such outputs, where a file does not say with which it was trained. */
export function lossFor(output, nOut) {
  return {
    probabilities: nOut === 1 ? "binary_cross_entropy" : "softmax_cross_entropy",
    yes_no: "binary_cross_entropy",
    scores: "squared_error",
  }[output];
}

/** What a network trained with that loss gives: as output_for has it, of class numbers. */
export function outputFor(loss, nOut) {
  if (loss === "binary_cross_entropy") return nOut === 1 ? "probabilities" : "yes_no";
  return loss === "softmax_cross_entropy" ? "probabilities" : "scores";
}
