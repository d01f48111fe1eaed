// The sheet in Draw: a picture that lies under, the strokes on it, and the steps back. It outlives the view: a change
// of
// theme, another view and the browser's Back keep it.

import { areEqual } from "../../shared/true-label.js";

/**
 * @typedef {object} Sheet
 * @property {Uint8Array | null} under what lies under the strokes
 * @property {{pen: string, points: number[][]}[]} strokes
 * @property {Uint8Array | null} picture what the network sees of both
 * @property {number} digit the test digit that it is, or −1
 */

const MOST = 100; // steps that can be taken back
/** @type {Sheet[]} */
const steps = [{ under: null, strokes: [], picture: null, digit: -1 }];

/** The sheet as it is. */
export const sheet = () => steps[steps.length - 1];

/** Put another sheet on top of those that were. */
export function putSheet(changes) {
  steps.push({ ...sheet(), digit: -1, ...changes });
  steps.splice(0, steps.length - MOST);
}

export const hasStepBack = () => steps.length > 1;

/** Take the last step back; the sheet is the one before it. */
export function stepBack() {
  if (hasStepBack()) steps.pop();
  return sheet();
}

/** A picture that came from elsewhere, by a link, a file or another view, lies on the sheet. */
export function follow({ picture, digit }) {
  if (!areEqual(sheet().picture, picture)) putSheet({ under: picture, strokes: [], picture, digit });
}
