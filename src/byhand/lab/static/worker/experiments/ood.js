// Pictures that are not digits: the twin of byhand/experiments/out_of_distribution.py.

import { STREAMS, UNSCALED } from "../../shared/constants.js";
import { shuffleColumns } from "../image-rows.js";
import { withScores } from "../network-builder.js";
import { initializedNetwork, partOf, train, trainingPart } from "./context.js";

const REJECTION_RATE = 0.05; // of the validation digits, as in out_of_distribution.py
const HIGH_CONFIDENCE = 0.9;

export async function outOfDistributionTrials(context, runs, seed, report) {
  const [{ settings }] = runs;
  const network = initializedNetwork(context, settings, context.data.nIn, 10, seed);
  await train(context, network, settings, trainingPart(context, settings, seed), seed);
  const validation = confidences(context, network, partOf(context, settings, "validation")).top.sort();
  const threshold = validation[Math.floor(REJECTION_RATE * validation.length)];
  for (const run of runs) {
    await context.rest();
    const part = picturesOf(context, run.settings.pictures, partOf(context, settings, "test"), seed);
    report(run.name, measuresOf(context, confidences(context, network, part), threshold));
  }
}

/** The probabilities of all classes, and the largest of each picture. */
function confidences({ core }, network, part) {
  const p = core.predict(withScores(network), part);
  return { p, top: Float64Array.from(part.labels, (_, i) => Math.max(...p.subarray(10 * i, 10 * i + 10))) };
}

function measuresOf(context, { p, top }, threshold) {
  const n = top.length;
  const counts = new Array(10).fill(0);
  top.forEach((largest, i) => counts[p.subarray(10 * i, 10 * i + 10).indexOf(Math.fround(largest))]++);
  const favourite = counts.indexOf(Math.max(...counts));
  return {
    top_probability: context.mean(top),
    sure: top.filter((one) => one > HIGH_CONFIDENCE).length / n,
    refused: top.filter((one) => one < threshold).length / n,
    favourite,
    favourite_share: counts[favourite] / n,
  };
}

function picturesOf({ core, data }, kind, test, seed) {
  const noise = () => Float32Array.from(core.uniforms({ seed, stream: STREAMS.DATA, epoch: 1 }, test.inputs.length));
  const order = () => core.permutation({ seed, stream: STREAMS.DATA }, data.nIn);
  const kinds = {
    digits: () => test,
    noise: () => ({ ...test, inputs: noise(), ...UNSCALED }),
    negative: () => ({ ...test, scale: -test.scale, shift: 1 - test.shift }),
    shuffled: () => ({ ...test, inputs: shuffleColumns(test.inputs, order()) }),
  };
  return kinds[kind]();
}
