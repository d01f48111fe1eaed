// What a picture really is: known of a loaded test digit and of the digit that the page opens with, chosen by whoever
// drew it, or unknown.

import { dataFits } from "./data-fit.js";
import { OPENING } from "./opening-digit.js";

/** The question that tells it, for a view's wants: null where no test digit is loaded. */
export const truthWish = (app, { digit, model }) =>
  digit >= 0 && dataFits(app, model) ? { name: "digit", request: { index: digit, model }, stamp: app.data.name } : null;

/**
 * The class: chosen or known; null: unknown, and undefined while the test set is asked.
 * @param {any} app
 * @param {any} state
 * @param {any} frames
 */
export function truthOf(app, { label, digit, model, picture }, { truth }) {
  if (label >= 0) return label;
  if (!truthWish(app, { digit, model })) return areEqual(OPENING.picture, picture) ? OPENING.label : null;
  if (truth?.request.index !== digit || truth.request.model !== model) return undefined;
  return areEqual(truth.stored, picture) ? truth.label : null;
}

/** Are these two pictures the same, pixel by pixel? */
export const areEqual = (one, other) =>
  one === other || Boolean(one && other && one.length === other.length && one.every((value, i) => value === other[i]));
