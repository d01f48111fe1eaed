// What a picture really is: known of a loaded test digit, chosen by whoever drew it, or unknown.

/** The question that tells it, for a view's wants: null where no test digit is loaded. */
export const truthWish = (app, { digit }) =>
  digit >= 0 && app.data ? { name: "digit", request: { index: digit }, stamp: app.data.name } : null;

/**
 * The class: chosen or known; null: unknown, and undefined while the test set is asked.
 * @param {any} app
 * @param {any} state
 * @param {any} frames
 */
export function truthOf(app, { label, digit, picture }, { truth }) {
  if (label >= 0) return label;
  if (!truthWish(app, { digit })) return null;
  if (truth?.request.index !== digit) return undefined;
  return areEqual(truth.stored, picture) ? truth.label : null;
}

/** Are these two pictures the same, pixel by pixel? */
export const areEqual = (one, other) =>
  one === other || Boolean(one && other && one.length === other.length && one.every((value, i) => value === other[i]));
