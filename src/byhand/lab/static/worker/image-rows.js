// Pictures as rows of bytes, moved about: which rows, which columns, how many pixels to the side.

/** These rows, one after the other. */
export function rowsOf(inputs, rows, nIn) {
  const taken = new inputs.constructor(rows.length * nIn);
  rows.forEach((row, i) => taken.set(inputs.subarray(row * nIn, (row + 1) * nIn), i * nIn));
  return taken;
}

/** Every picture with its pixels in this order. */
export function shuffleColumns(inputs, order) {
  const taken = new inputs.constructor(inputs.length);
  const nIn = order.length;
  for (let at = 0; at < inputs.length; at += nIn) for (let k = 0; k < nIn; k++) taken[at + k] = inputs[at + order[k]];
  return taken;
}

/** Every picture moved to the right and down; what comes in from outside is paper. */
export function shiftPictures(inputs, [height, width], right, down) {
  const taken = new inputs.constructor(inputs.length);
  const size = height * width;
  for (let at = 0; at < inputs.length; at += size)
    for (let r = Math.max(0, down); r < Math.min(height, height + down); r++) {
      const from = at + (r - down) * width + Math.max(0, -right);
      const n = Math.max(0, width - Math.abs(right));
      taken.set(inputs.subarray(from, from + n), at + r * width + Math.max(0, right));
    }
  return taken;
}
