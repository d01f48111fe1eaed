// The bundled 8 × 8 digits for a network that looks at pictures like MNIST's: each is drawn four times as large, with
// edges as sharp as a pen's, and then prepared by the core as a drawing is.

const SIDE = 8;
const TIMES = 4;
const FULL = 16; // of a stored pixel
const EDGE = [0.35, 0.65]; // shares of full ink between which the edge of a stroke rises
const INK = 255;
const known = new WeakMap(); // data set → its enlarged one

/** The same data set with a test part of 28 × 28 pixels, and nothing to train on. */
export function enlarge(core, data) {
  if (!known.has(data)) known.set(data, make(core, data));
  return known.get(data);
}

function make(core, data) {
  const { inputs, labels } = data.test;
  const nIn = 784;
  const large = new Uint8Array(labels.length * nIn);
  for (let i = 0; i < labels.length; i++) {
    const ink = inkOf(inputs.subarray(i * data.nIn, (i + 1) * data.nIn));
    large.set(core.preprocessDigit(ink, SIDE * TIMES, SIDE * TIMES), i * nIn);
  }
  const none = { inputs: new Uint8Array(), labels: new Uint8Array() };
  return {
    ...data,
    nIn,
    imageShape: [28, 28],
    top: INK,
    train: none,
    validation: none,
    test: { inputs: large, labels },
  };
}

/** Ink between the pixels in proportion to their distance, then sharpened. */
function inkOf(pixels) {
  const side = SIDE * TIMES;
  const at = (r, c) => (r < 0 || c < 0 || r >= SIDE || c >= SIDE ? 0 : pixels[r * SIDE + c] / FULL);
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side].map((place) => (place + 0.5) / TIMES - 0.5);
    const [r, c] = [Math.floor(y), Math.floor(x)];
    const row = (k) => at(k, c) * (c + 1 - x) + at(k, c + 1) * (x - c);
    const value = row(r) * (r + 1 - y) + row(r + 1) * (y - r);
    return INK * Math.min(1, Math.max(0, (value - EDGE[0]) / (EDGE[1] - EDGE[0])));
  });
}
