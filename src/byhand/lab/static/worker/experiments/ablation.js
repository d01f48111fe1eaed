// Hidden units taken out of a trained network: the twin of byhand/experiments/ablation.py.

import { UNSCALED } from "../../shared/constants.js";
import { hiddenOutputs, initializedNetwork, partOf, testAccuracy, train, trainingPart } from "./context.js";

export async function ablationTrials(context, runs, seed, report) {
  const [{ settings }] = runs;
  const network = initializedNetwork(context, settings, context.data.nIn, 10, seed);
  await train(context, network, settings, trainingPart(context, settings, seed), seed);
  const lastInputs = (name) => {
    const part = partOf(context, settings, name);
    return { inputs: hiddenOutputs(context, network, part), labels: part.labels, ...UNSCALED };
  };
  const [validation, test] = ["validation", "test"].map(lastInputs);
  const costs = await costsOf(context, network, validation);
  const leastUsefulFirst = Array.from(costs.keys()).sort((i, j) => costs[i] - costs[j]);
  for (const { name, settings: run } of runs) {
    const units = (run.which === "most useful" ? leastUsefulFirst.toReversed() : leastUsefulFirst).slice(
      0,
      run.removed,
    );
    report(name, {
      accuracy: accuracyWithout(context, network, units, test),
      alone: units.length ? units.length * context.mean(units.map((j) => costs[j])) : 0,
      costs_nothing: costs.filter((cost) => cost <= 0).length,
    });
  }
}

/** What each unit of the last hidden layer is worth: the accuracy that is lost without it. */
async function costsOf(context, network, part) {
  const whole = accuracyWithout(context, network, [], part);
  const costs = [];
  for (let j = 0; j < network.layers.at(-1).n_in; j++) {
    await context.rest();
    costs.push(whole - accuracyWithout(context, network, [j], part));
  }
  return costs;
}

function accuracyWithout(context, network, units, part) {
  const last = network.layers.at(-1);
  const W = last.W.slice();
  for (const j of units) W.fill(0, j * last.n_out, (j + 1) * last.n_out);
  return testAccuracy(context, { ...network, layers: [{ ...last, W }] }, part);
}
