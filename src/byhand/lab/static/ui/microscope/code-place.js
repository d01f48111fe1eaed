// Which line of byhand computes a cell.

import { partsOf } from "./names.js";
import { PLACES } from "./source-lines.js";

/** The key of PLACES, by what the cell is of. */
const KEYS = {
  W: () => "z",
  b: () => "z",
  vW: () => "step",
  vb: () => "step",
  a: ({ activation }) => `a ${activation}`,
  s: ({ activation }) => `s ${activation}`,
  dz: ({ activation }) => `s ${activation}`,
  L: ({ lossName }) => `L ${lossName}`,
  t: ({ lossName }) => (lossName === "softmax_cross_entropy" ? "t" : `L ${lossName}`),
  p: ({ lossName }) => (lossName === "binary_cross_entropy" ? `da ${lossName}` : "p"),
};

/** byhand/layers/dense.py:56, say; nothing for a step without layers. */
export function placeOf(cell, { layers }) {
  if (!layers.length) return "";
  const { what } = partsOf(cell.name);
  const isOutput = cell.form === "difference" || cell.form === "twice";
  const key = KEYS[what]?.(cell) ?? (isOutput ? `da ${cell.lossName}` : what);
  return `byhand/${PLACES[key]}`;
}
