// Accuracy on digits that are moved: the twin of byhand/experiments/translation.py.

import { shiftPictures } from "../image-rows.js";
import { initializedNetwork, partOf, testAccuracy, train, trainingPart } from "./context.js";

export async function translationTrial(context, settings, seed) {
  const test = partOf(context, settings, "test");
  const network = initializedNetwork(context, settings, context.data.nIn, 10, seed);
  await train(context, network, settings, trainingPart(context, settings, seed), seed);
  const measures = { moved_0: testAccuracy(context, network, test) };
  for (const pixels of settings.moves) {
    measures[`moved_${pixels}`] = await accuracyUnderShift(context, network, test, pixels);
  }
  return measures;
}

/** The mean over the four directions. */
async function accuracyUnderShift(context, network, test, pixels) {
  const found = [];
  for (const [right, down] of [
    [-pixels, 0],
    [pixels, 0],
    [0, -pixels],
    [0, pixels],
  ]) {
    await context.rest();
    const inputs = shiftPictures(test.inputs, context.data.imageShape, right, down);
    found.push(testAccuracy(context, network, { ...test, inputs }));
  }
  return context.mean(found);
}
