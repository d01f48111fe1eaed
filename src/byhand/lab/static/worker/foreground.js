// A picture of one digit as ink on paper: what byhand/data/foreground.py does, for paper of one grey. Paper
// that is lit unevenly is separated from ink only there.

const MAX_SIDE = 1024; // pixels; a larger picture is reduced
const MIN_CAMERA_SIDE = 40; // pixels; a smaller picture has no noise
const MAX_CELLS = 64; // a side, for finding specks
const MIN_CONTRAST = 8; // of 255 pixel values
const MIN_PAPER_FRACTION = 0.4; // of all pixels
const NOISE_FACTOR = 7.6; // times the deviation that so many pixels of the paper stay under
const WEAK_THRESHOLD = 0.2; // of full ink
const EDGE_THRESHOLD = 0.1; // of full ink
const SPECK_FRACTION = 0.02; // of the ink of the largest stroke
const LUMA = [19595, 38470, 7471]; // weights of red, green and blue, of 65,536, as Pillow has them
const HALF = 32768;

/** {ink, height, width} cut to the digit, for bytes of red, green, blue and opacity; null when there is no ink. */
export function inkOf(rgba, height, width) {
  const picture = smaller(onPaper(greyOf(rgba), rgba, height, width), height, width);
  const ink = fromPaper(picture);
  return ink && cut({ ...picture, values: despeckle(ink, picture.height, picture.width) });
}

/** Whole numbers; a loop over bytes, because there may be 64 million pixels. */
function greyOf(rgba) {
  const grey = new Uint8Array(rgba.length / 4);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4)
    grey[i] = (LUMA[0] * rgba[at] + LUMA[1] * rgba[at + 1] + LUMA[2] * rgba[at + 2] + HALF) >> 16;
  return grey;
}

/**
 * A transparent picture laid on paper: of the border's grey, else white, or black where nothing would be seen on white.
 */
function onPaper(grey, rgba, height, width) {
  const layOn = (paper) => new Float64Array(grey).map((value, i) => paper + (rgba[4 * i + 3] / 255) * (value - paper));
  if (grey.every((_, i) => rgba[4 * i + 3] === 255)) return grey;
  const edge = border(height, width);
  const opaque = edge.filter((i) => rgba[4 * i + 3] > 127);
  if (2 * opaque.length > edge.length)
    return layOn(
      quantile(
        opaque.map((i) => grey[i]),
        0.5,
      ),
    );
  const onWhite = layOn(255);
  return onWhite.some((value) => value < 128) ? onWhite : layOn(0);
}

/** Means of k×k pixels, so that no side is too long; a rest at the edge is left out. */
function smaller(grey, height, width) {
  const k = Math.min(Math.ceil(Math.max(height, width) / MAX_SIDE), height, width);
  const rows = Math.floor(height / k);
  const columns = Math.floor(width / k);
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows * k; r++)
    for (let c = 0; c < columns * k; c++)
      values[Math.floor(r / k) * columns + Math.floor(c / k)] += grey[r * width + c] / k ** 2;
  return { values, height: rows, width: columns };
}

/** Ink as 0 … 1: how far each pixel is from the paper, less the paper's noise; null where all is the same grey. */
function fromPaper({ values, height, width }) {
  const paper = quantile(
    border(height, width).map((i) => values[i]),
    0.5,
  );
  const far = values.map((value) => value - paper);
  const noise =
    Math.max(height, width) < MIN_CAMERA_SIDE ? 0 : NOISE_FACTOR * quantile(far.map(Math.abs), MIN_PAPER_FRACTION);
  const least = Math.max(noise, 0.5);
  const [light, dark] = [1, -1].map((sign) => far.map((value) => Math.max(sign * value - least, 0)));
  const size = (side) => side.reduce((sum, value) => sum + value * value, 0);
  const ink = size(light) > size(dark) ? light : dark;
  const inked = ink.filter((value) => value > 0);
  const full = inked.length ? quantile(inked, 0.9) : 0; // one black speck is not the pen
  return full < Math.max(MIN_CONTRAST, noise) ? null : ink.map((value) => Math.min(value / full, 1));
}

/** The ink of the strokes and of the cells beside them; a stroke is a set of neighbouring cells with strong ink. */
function despeckle(ink, height, width) {
  const k = Math.ceil(Math.max(height, width) / MAX_CELLS);
  const rows = Math.ceil(height / k);
  const columns = Math.ceil(width / k);
  const cellOf = (i) => Math.floor(Math.floor(i / width) / k) * columns + Math.floor((i % width) / k);
  const mass = new Float64Array(rows * columns);
  const strong = new Uint8Array(rows * columns);
  ink.forEach((value, i) => {
    mass[cellOf(i)] += value;
    if (value > WEAK_THRESHOLD) strong[cellOf(i)] = 1;
  });
  const strokes = components(strong, rows, columns).map((cells) => ({
    cells,
    mass: cells.reduce((sum, cell) => sum + mass[cell], 0),
  }));
  const largest = Math.max(...strokes.map((stroke) => stroke.mass));
  const near = new Uint8Array(rows * columns);
  for (const { cells, mass: own } of strokes)
    if (own >= SPECK_FRACTION * largest)
      for (const cell of cells) for (const one of around(cell, rows, columns)) near[one] = 1;
  return ink.map((value, i) => (near[cellOf(i)] ? value : 0));
}

/** The sets of marked cells that hang together, each a list of cells. */
function components(marked, rows, columns) {
  const seen = new Uint8Array(marked.length);
  const found = [];
  marked.forEach((isMarked, start) => {
    if (!isMarked || seen[start]) return;
    const cells = [start];
    seen[start] = 1;
    for (const cell of cells)
      for (const one of around(cell, rows, columns))
        if (marked[one] && !seen[one]) {
          seen[one] = 1;
          cells.push(one);
        }
    found.push(cells);
  });
  return found;
}

/** A cell and its neighbours, eight at most. */
function around(cell, rows, columns) {
  const row = Math.floor(cell / columns);
  const column = cell % columns;
  const found = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) found.push(r * columns + c);
  return found;
}

/** Cut to the ink. */
function cut({ values, height, width }) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  values.forEach((value, i) => {
    if (value <= EDGE_THRESHOLD) return;
    const r = Math.floor(i / width);
    const c = i % width;
    [top, bottom, left, right] = [Math.min(top, r), Math.max(bottom, r), Math.min(left, c), Math.max(right, c)];
  });
  const size = [bottom - top + 1, right - left + 1];
  const ink = new Float32Array(size[0] * size[1]);
  for (let r = 0; r < size[0]; r++)
    ink.set(values.subarray((top + r) * width + left, (top + r) * width + right + 1), r * size[1]);
  return { ink, height: size[0], width: size[1] };
}

const border = (height, width) => [
  ...Array(width).keys(),
  ...Array.from({ length: width }, (_, c) => (height - 1) * width + c),
  ...Array.from({ length: height }, (_, r) => [r * width, r * width + width - 1]).flat(),
];

/** The value that this share of the numbers stays under, between two of them in proportion, as NumPy has it. */
function quantile(numbers, share) {
  const inOrder = Float64Array.from(numbers).sort();
  const place = share * (inOrder.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  return rest ? inOrder[below] + rest * (inOrder[below + 1] - inOrder[below]) : inOrder[below];
}
