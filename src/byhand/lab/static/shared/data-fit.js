// Which test digits a network can look at: those of its own size; small ones are enlarged for pictures like MNIST's.

const LARGE = "28,28";

/** @import { Known } from "./types.js" */

/**
 * Are there test digits at hand for this network?
 * @param {Known} known
 * @param {string} model
 */
export function dataFits({ data, models }, model) {
  const shape = models[model]?.imageShape?.join();
  if (!data || !shape) return false;
  return data.imageShape.join() === shape || isEnlarged({ data, models }, model);
}

/** Are they the small digits, enlarged? @type {(known: Known, model: string) => boolean} */
export const isEnlarged = ({ data, models }, model) =>
  data?.name === "digits" && models[model]?.imageShape?.join() === LARGE;
