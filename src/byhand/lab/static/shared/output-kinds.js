// What the numbers mean that come out of a network, by the rule of byhand/persistence/output.py:
//
//   probabilities  logits; softmax makes probabilities of them, a single z standing for (0, z)
//   yes_no         logits, each the answer to a question of its own; sigmoid makes scores of them
//   scores         already scores, as of a network that ends in sigmoid

export const OUTPUTS = ["probabilities", "yes_no", "scores"];

/** @typedef {"probabilities" | "yes_no" | "scores"} OutputKind */

/**
 * The loss that fits such outputs, where a file does not say with which it was trained.
 * @param {OutputKind} output
 * @param {number} nOut
 */
export function lossFor(output, nOut) {
  return {
    probabilities: nOut === 1 ? "binary_cross_entropy" : "softmax_cross_entropy",
    yes_no: "binary_cross_entropy",
    scores: "squared_error",
  }[output];
}

/**
 * What the outputs of a classifier trained with that loss are, as output_for in persistence/output.py.
 * @param {string} loss
 * @param {number} nOut
 * @returns {OutputKind}
 */
export function outputFor(loss, nOut) {
  if (loss === "binary_cross_entropy") return nOut === 1 ? "probabilities" : "yes_no";
  return loss === "softmax_cross_entropy" ? "probabilities" : "scores";
}
