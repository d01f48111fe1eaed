// "Who taught you this?": the training examples that pushed an answer most, for and against a class, by the core.

const SCHEMA = 1;

/**
 * The frame of the most influential training examples. label: the class that is asked about.
 * Each example: {index, label, score, stored}; index counts in data.train.
 */
export function influence(core, model, data, stored, label, count = 9) {
  const { inputs, labels } = data.train;
  const nIn = data.nIn;
  const scores = core.influence(
    model.network,
    { inputs: core.keep(inputs), labels, ...model.preparation },
    { inputs: stored, labels: [label], ...model.preparation },
  );
  const order = Array.from(scores.keys()).sort((i, j) => scores[j] - scores[i]);
  const describe = (i) => ({
    index: i,
    label: labels[i],
    score: scores[i],
    stored: inputs.slice(i * nIn, (i + 1) * nIn),
  });
  return {
    schema: SCHEMA,
    kind: "influence",
    data: data.name,
    n: labels.length,
    label,
    supporters: order
      .slice(0, count)
      .filter((i) => scores[i] > 0)
      .map(describe),
    opponents: order
      .slice(-count)
      .reverse()
      .filter((i) => scores[i] < 0)
      .map(describe),
  };
}
