// Where a network's units are on the stage: the input at the left, each layer a column, or columns side by side where
// it is wide, the outputs at the right. Layers never overlap: with more units there are smaller gaps, not less room.

const FEW = 24; // units: a layer up to this wide is one column
const EDGE = 14; // pixels above and below the units
const HEAD = 40; // pixels above them for a layer's name
const LARGEST = 26; // pixels from unit to unit in a wide layer
const WIDEST = 44; // and in a column of few
const SMALLEST = 3;
const LEAST_GAP = 34; // pixels between layers, for lines
const OUTPUT = 88; // pixels right of the outputs, for their names and bars
const PICTURE = 0.34; // of the stage's height, the input picture's side, at most
const PICTURE_WIDTH = 0.2; // and of its width
const POINT = 46; // pixels left of a point's coordinates
const FAN = 46; // pixels between picture and first layer
const NARROW = 480; // pixels: on a phone's stage the fan is a third as wide
const ROOMY = 18; // pixels from unit to unit that leave room for a number beside each

/**
 * {input, layers: [{x0, x1, spots, size, step, isRoomy}]}. isRoomy: a number fits beside each unit. widths: units of
 * each layer; isPicture: the input is a picture, else a column of nInputs.
 */
export function placesOf(widths, { width, height }, { nInputs, isPicture }) {
  const input = isPicture ? picturePlace(width, height) : columnOf(nInputs, POINT, height);
  const left = isPicture ? input.x + input.side + 8 + (width < NARROW ? FAN / 3 : FAN) : POINT + 0.12 * width;
  const right = Math.max(left + 60, width - OUTPUT);
  const pitch = pitchFor(widths, right - left, height);
  const blocks = widths.map((n) => blockOf(n, pitch, height));
  const taken = blocks.reduce((sum, block) => sum + block.width, 0);
  const gap = widths.length > 1 ? (right - left - taken) / (widths.length - 1) : 0;
  let x = widths.length > 1 ? left : right - taken;
  const layers = blocks.map((block) => {
    const placed = placeUnits(block, x, height);
    x += block.width + gap;
    return placed;
  });
  return { input, layers };
}

const middleOf = (height) => HEAD + (height - HEAD - EDGE) / 2;

function picturePlace(width, height) {
  const side = Math.round(Math.min(PICTURE * height + 40, PICTURE_WIDTH * width, 168));
  return { x: 8, y: Math.round(middleOf(height) - side / 2), side, spots: [] };
}

function columnOf(n, x, height) {
  const block = blockOf(n, LARGEST, height);
  return { ...placeUnits(block, x - block.width / 2, height), side: 0, x, y: 0 };
}

/** The largest gap between the units of wide layers with which all layers fit side by side. */
function pitchFor(widths, room, height) {
  const gaps = LEAST_GAP * (widths.length - 1);
  for (let pitch = LARGEST; pitch > SMALLEST; pitch -= 0.5)
    if (widths.reduce((sum, n) => sum + blockOf(n, pitch, height).width, gaps) <= room) return pitch;
  return SMALLEST;
}

/** Rows and columns of a layer. */
function blockOf(n, pitch, height) {
  const room = height - HEAD - EDGE;
  if (n <= FEW) {
    const step = Math.min(WIDEST, room / n);
    return { n, rows: n, step, width: Math.min(step, 26) };
  }
  const most = Math.max(1, Math.floor(room / pitch));
  const columns = Math.ceil(n / most);
  return { n, rows: Math.ceil(n / columns), step: pitch, width: columns * pitch };
}

function placeUnits({ n, rows, step, width }, x, height) {
  const across = Math.ceil(n / rows) > 1 ? step : width;
  const top = middleOf(height) - ((rows - 1) * step) / 2;
  const spots = Array.from({ length: n }, (_, i) => [
    x + (Math.floor(i / rows) + 0.5) * across,
    top + (i % rows) * step,
  ]);
  const isRoomy = rows === n && step >= ROOMY;
  return { x0: x, x1: x + width, size: Math.min(11, 0.42 * step), step, isRoomy, spots };
}
