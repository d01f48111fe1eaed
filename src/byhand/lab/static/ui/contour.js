// Marching squares: where numbers on a grid cross zero, as short straight lines between the points of the grid.

// of a cell's corners, clockwise from the top left, which are above zero (1, 2, 4, 8) → pairs of edges: 0 top, 1 right,
// 2 bottom, 3 left
const EDGES = [
  [],
  [[3, 0]],
  [[0, 1]],
  [[3, 1]],
  [[1, 2]],
  [
    [3, 0],
    [1, 2],
  ],
  [[0, 2]],
  [[3, 2]],
  [[2, 3]],
  [[2, 0]],
  [
    [0, 1],
    [2, 3],
  ],
  [[2, 1]],
  [[1, 3]],
  [[1, 0]],
  [[0, 3]],
  [],
];
const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/**
 * Where values cross zero on a grid of side × side, row by row: [[x0, y0], [x1, y1]] each, with 0 … side − 1 the
 * places of the grid's points. value: of the i-th point.
 * @param {(i: number) => number} value
 * @param {number} side
 */
export function contour(value, side) {
  const segments = [];
  for (let row = 0; row < side - 1; row++)
    for (let col = 0; col < side - 1; col++) segments.push(...cellContour(value, side, row, col));
  return segments;
}

function cellContour(value, side, row, col) {
  const corners = CORNERS.map(([right, down]) => value((row + down) * side + col + right));
  const isAbove = corners.reduce((bits, corner, i) => bits | (corner > 0 ? 1 << i : 0), 0);
  return EDGES[isAbove].map((pair) => pair.map((edge) => crossing(corners, edge, row, col)));
}

/** Where an edge of a cell crosses zero, between its two corners. */
function crossing(corners, edge, row, col) {
  const [one, other] = [edge, (edge + 1) % 4];
  const share = corners[one] / (corners[one] - corners[other]);
  return [0, 1].map((way) => {
    const at = CORNERS[one][way] + share * (CORNERS[other][way] - CORNERS[one][way]);
    return (way ? row : col) + at;
  });
}
