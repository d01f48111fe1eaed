// A network of the plane as a model: it takes the columns as they were in the table, and prepares them as the page did.

import { CURVES } from "../shared/settings.js";

const RAW = { name: "raw", scale: 1, shift: 0 };

/**
 * A model as fileOf takes it. settings: of the plane; columns: [name, mean, deviation] each, of points from a table.
 */
export function planeModel(network, { set, seed, optimizer, learningRate, batchSize }, { classNames, columns }) {
  const isCurve = CURVES.includes(set);
  const nClasses = network.layers.at(-1).n_out;
  const isTable = columns.length === network.layers[0].n_in && !isCurve;
  const recipe = {
    name: "plane",
    data: `${set} (points of the plane)`,
    seed,
    optimizer,
    learning_rate: learningRate,
    batch_size: batchSize,
    loss: network.loss,
  };
  return {
    network,
    recipe,
    imageShape: null,
    output: isCurve ? "values" : "probabilities",
    preparation: isTable ? standardize(columns) : RAW,
    classNames: isCurve ? [] : Array.from({ length: nClasses }, (_, k) => classNames[k] ?? String(k)),
  };
}

const standardize = (columns) => ({
  name: "standard",
  scale: columns.map(([, , deviation]) => 1 / deviation),
  shift: columns.map(([, mean, deviation]) => -mean / deviation),
});
