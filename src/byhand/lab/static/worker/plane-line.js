// The line of least squares through the points of a curve, as the core finds it.

import { denseLayer } from "./network-builder.js";
import { lineOf } from "./plane-datasets.js";

const EPOCHS = 400; // until a straight line has settled

/** A network without hidden layer, trained until it has settled: {loss, said: at so many places along the box}. */
export function leastSquares(core, { examples, n, box }, along) {
  const [left, right] = box;
  const width = right - left;
  const network = { layers: [denseLayer(1, 1)], loss: "squared_error" };
  const optimizer = { kind: "nesterov", momentum: 0.9 };
  const order = Array.from({ length: n }, (_, i) => i);
  const whole = { ...examples, scale: 2 / width, shift: -(left + right) / width, order, batchSize: n };
  for (let i = 0; i < EPOCHS; i++) core.epoch(network, optimizer, { ...whole, learningRates: [0.1] });
  const { loss } = core.epoch(network, { kind: "sgd" }, { ...whole, learningRates: [0] });
  const { scale, shift } = whole;
  return { loss: loss / n, said: core.predict(network, { inputs: lineOf(box, along), scale, shift }) };
}
