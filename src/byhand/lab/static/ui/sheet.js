// The sheet that Draw and Train draw on: a picture that lies under, the strokes on it, and the steps back. It outlives
// the view: a change of theme, another view and the browser's Back keep it. It begins with a digit.

import { OPENING } from "../shared/opening-digit.js";
import { areEqual } from "../shared/true-label.js";
import { SAMPLES } from "./sample-digits.js";

/**
 * @typedef {object} Sheet
 * @property {Uint8Array | null} under what lies under the strokes
 * @property {{pen: string, points: number[][]}[]} strokes
 * @property {Uint8Array | null} picture what the network sees of both; null: nothing, or not read yet
 * @property {number} digit the test digit that it is, or −1
 */

const MOST = 100; // steps that can be taken back
/** @type {Sheet[]} */
const undone = []; // steps taken back, the last one at the end
/** @type {Sheet[]} */
const steps = [{ under: null, strokes: SAMPLES[0].strokes, picture: OPENING.picture, digit: -1 }];

/** The sheet as it is. */
export const sheet = () => steps[steps.length - 1];

/** Put another sheet on top of those that were. */
export function putSheet(changes) {
  steps.push({ ...sheet(), digit: -1, ...changes });
  steps.splice(0, steps.length - MOST);
  undone.length = 0;
}

export const hasStepBack = () => steps.length > 1;
export const hasStepForward = () => undone.length > 0;

/** Take the last step back; the sheet is the one before it. */
export function stepBack() {
  if (hasStepBack()) undone.push(...steps.splice(-1));
}

/** Do the step again that was taken back last. */
export function stepForward() {
  steps.push(...undone.splice(-1));
}

/**
 * A picture that came from elsewhere, by a link, a file or a view, lies on the sheet; with its strokes, which can then
 * be taken back one by one.
 */
export function follow({ picture, digit, strokes = [], under = null }) {
  if (areEqual(sheet().picture, picture)) return;
  strokes.forEach((_, n) => putSheet({ under, strokes: strokes.slice(0, n), picture: n ? null : under }));
  putSheet({ under: strokes.length ? under : picture, strokes, picture, digit });
}

export const isEmpty = ({ picture, strokes }) => !picture && !strokes.length;

/** Are there strokes that no network has seen yet? */
export const isUnread = () => sheet().strokes.length > 0 && !sheet().picture;

/** What of the sheet is in the state, and so in the address. */
export const settingsOf = ({ under, strokes, picture, digit }) => ({
  picture,
  digit,
  strokes,
  under: strokes.length ? under : null,
  label: -1,
});
