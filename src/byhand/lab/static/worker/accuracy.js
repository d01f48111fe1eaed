// Accuracy from a confusion matrix: counts of each true class (row) by the class predicted (column).

/** The fraction of examples on the diagonal. */
export function accuracyOf(counts, nClasses) {
  const n = counts.reduce((sum, count) => sum + count, 0);
  return correctOf(counts, nClasses).reduce((sum, count) => sum + count, 0) / n;
}

/** The same, class by class; 0 where there are no examples. */
export function accuracyByClass(counts, nClasses) {
  return correctOf(counts, nClasses).map((correct, k) => {
    const n = counts.slice(k * nClasses, (k + 1) * nClasses).reduce((sum, count) => sum + count, 0);
    return n ? correct / n : 0;
  });
}

const correctOf = (counts, nClasses) => Array.from({ length: nClasses }, (_, k) => counts[k * (nClasses + 1)]);
