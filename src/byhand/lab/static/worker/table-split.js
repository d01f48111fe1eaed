// A table of one's own: a fifth of every class is held out, as stratified_split of byhand/data/split.py chooses it; and
// what gives the answer away in such a table, found by comparing and counting.

import { STREAMS } from "../shared/constants.js";

const SHARE = 0.2;
const LEAST_ROWS = 20; // for a column to be taken for row numbers, as in byhand/data/tables/warnings.py
const UNEVEN = 4; // times the smallest step between row numbers may be the largest: some rows were left out

/** Row numbers, ascending: {train, heldOut}; null where so few rows leave none to hold out. */
export function splitRows(core, classes, seed) {
  const order = Array.from(core.permutation({ seed, stream: STREAMS.SPLIT, epoch: 0 }, classes.length), Number);
  const labels = [...new Set(classes)];
  const heldOut = labels.flatMap((k) => {
    const rows = order.filter((row) => classes[row] === k);
    return rows.slice(0, Math.round(SHARE * rows.length));
  });
  const isHeldOut = new Set(heldOut);
  const train = [...classes.keys()].filter((row) => !isHeldOut.has(row));
  return heldOut.length ? { train, heldOut: heldOut.sort((one, other) => one - other) } : null;
}

/**
 * What leaks: how many rows that are held out are equal to one that trains; which columns tell the classes apart alone;
 * which are evenly spaced, a new number in every row.
 */
export function findLeaks({ points, classes }, { train, heldOut }) {
  const content = (row) => [points[2 * row], points[2 * row + 1], classes[row]].join();
  const seen = new Set(train.map(content));
  const columns = classes.some((k) => k !== classes[0]) ? [0, 1] : []; // of a curve, x may be anything
  const rowsBy = (column) =>
    Array.from(classes, (k, row) => ({ value: points[2 * row + column], k })).sort(
      (one, other) => one.value - other.value,
    );
  return {
    repeated: heldOut.filter((row) => seen.has(content(row))).length,
    telling: columns.filter((column) => isTelling(rowsBy(column))),
    numbering: columns.filter((column) => isNumbering(rowsBy(column))),
  };
}

/** Has each class an interval of its own? */
function isTelling(rows) {
  const changes = rows.filter(({ k }, i) => i > 0 && k !== rows[i - 1].k).length;
  const isShared = rows.some(({ value, k }, i) => i > 0 && k !== rows[i - 1].k && value === rows[i - 1].value);
  return !isShared && changes === new Set(rows.map(({ k }) => k)).size - 1;
}

function isNumbering(rows) {
  const steps = rows.slice(1).map(({ value }, i) => value - rows[i].value);
  return rows.length >= LEAST_ROWS && Math.min(...steps) > 0 && Math.max(...steps) <= UNEVEN * Math.min(...steps);
}

/** These rows, as the core learns from them: points with their labels, or x with the regression targets. */
export function examplesOf({ points, classes }, rows, isCurve) {
  const take = (...ways) => Float32Array.from(rows.flatMap((row) => ways.map((way) => points[2 * row + way])));
  return isCurve
    ? { inputs: take(0), targets: take(1) }
    : { inputs: take(0, 1), labels: Int32Array.from(rows, (row) => classes[row]) };
}
