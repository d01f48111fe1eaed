// XOR from many starts: the twin of byhand/experiments/restarts.py.

import { initializedNetwork } from "./context.js";

const CORNERS = { inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), labels: [0, 1, 1, 0], scale: 1, shift: 0 };

export async function restartsTrial(context, settings, seed) {
  const { hidden, starts: n } = settings;
  const fields = { ...settings, hidden: hidden ? [hidden] : [], loss: "binary_cross_entropy" };
  const distances = [];
  let [solved, three] = [0, 0];
  for (let i = 0; i < n; i++) {
    await context.rest();
    const network = initializedNetwork(context, fields, 2, 1, (seed - 1) * n + i);
    trainOnCorners(context.core, network, settings);
    const logits = context.core.predict(network, CORNERS);
    const correct = CORNERS.labels.filter((y, k) => logits[k] > 0 === (y === 1)).length;
    solved += Number(correct === 4);
    three += Number(correct === 3);
    distances.push(...distancesFromHalf(context.core, network));
  }
  return { solved: solved / n, three_right: three / n, from_half: context.mean(distances) };
}

function trainOnCorners(core, network, { steps, learning_rate: rate }) {
  const order = Array.from({ length: 4 * steps }, (_, i) => i % 4);
  const learningRates = new Float64Array(steps).fill(rate);
  core.epoch(network, { kind: "sgd" }, { ...CORNERS, order, batchSize: 4, learningRates });
}

/** How far each corner's probability is from one half. */
function distancesFromHalf(core, network) {
  const last = { ...network.layers.at(-1), activation: "sigmoid" };
  const squashed = { ...network, layers: [...network.layers.slice(0, -1), last] };
  return Array.from(core.predict(squashed, CORNERS), (p) => Math.abs(p - 0.5));
}
