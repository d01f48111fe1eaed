// What a picture really is: known of a test digit and of the page's first digit, chosen by whoever drew it, or unknown.

import { dataFits } from "./data-fit.js";
import { OPENING } from "./opening-digit.js";

/** @import { DigitMessage } from "./messages.js" */
/** @import { Known, State, Wish } from "./types.js" */
/** @typedef {DigitMessage & {request: {index: number, model: string}}} Truth */

/**
 * The question that tells it, for a view's wants: null where no test digit is loaded.
 * @type {(known: Known, state: Pick<State, "digit" | "model">) => Wish | null}
 */
export const truthRequest = (app, { digit, model }) =>
  digit >= 0 && dataFits(app, model)
    ? { name: "digit", request: { index: digit, model }, stamp: app.data?.name }
    : null;

/**
 * The class: chosen or known; null: unknown, and undefined while the test set is asked.
 * @param {Known} app
 * @param {Pick<State, "label" | "digit" | "model" | "picture">} state
 * @param {{truth?: Truth}} frames
 */
export function truthOf(app, { label, digit, model, picture }, { truth }) {
  if (label >= 0) return label;
  if (!truthRequest(app, { digit, model })) return areEqual(OPENING.picture, picture) ? OPENING.label : null;
  if (truth?.request.index !== digit || truth.request.model !== model) return undefined;
  return areEqual(truth.stored, picture) ? truth.label : null;
}

/**
 * Are these two pictures the same, pixel by pixel?
 * @param {Uint8Array | null} one
 * @param {Uint8Array | null} other
 */
export const areEqual = (one, other) =>
  one === other || Boolean(one && other && one.length === other.length && one.every((value, i) => value === other[i]));
