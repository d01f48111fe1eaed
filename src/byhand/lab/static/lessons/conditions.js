// What a lesson waits for, and the numbers in its sentences: read from the state and the frames, which are all that the
// page shows.

import { number, percent } from "../shared/numbers.js";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The value at "robustness.flip.radius" of the frames or at "state.view" of the state; undefined: there is none. */
export function valueAt(path, state, frames) {
  const [first, ...rest] = path.split(".");
  const start = first === "state" ? state : frames[first];
  return rest.reduce((value, name) => value?.[name], start);
}

const TESTS = {
  is: (value, wanted) => value === wanted,
  not: (value, wanted) => value !== undefined && value !== wanted,
  atLeast: (value, least) => value >= least,
  atMost: (value, most) => value <= most,
  exists: (value, wanted) => (value !== undefined && value !== null) === wanted,
};

/** Is {at, is | not | atLeast | atMost | exists} so? Of a list, every one. */
export function isMet(until, state, frames) {
  if (Array.isArray(until)) return until.every((one) => isMet(one, state, frames));
  const { at, ...tests } = until;
  const value = valueAt(at, state, frames);
  return Object.entries(tests).every(([name, wanted]) => TESTS[name](value, wanted));
}

/** A sentence with its numbers: {prediction.winner}, {prediction.scores.4 %}; a dash for what is not known yet. */
export const fillIn = (text, state, frames) =>
  text.replace(/\{([a-zA-Z0-9.]+)( %)?\}/g, (_, path, isShare) => formatValue(valueAt(path, state, frames), isShare));

function formatValue(value, isShare) {
  if (value === undefined || value === null) return "–";
  if (typeof value !== "number") return String(value);
  return isShare ? percent(value) : Number.isInteger(value) ? String(value) : number(value, 2);
}
