// The weights and biases of a network that are drawn: where each is, what it is called, how it is painted.

import { clearCanvas } from "../../ui/canvas.js";
import { lineColour } from "../../ui/palette.js";
import { biasPlace, curveOf } from "./geometry.js";

const THINNEST = 0.4;
const THICKEST = 5; // pixels, of the largest weight of a layer
const LEAST_SCALE = 2; // a weight of this size is thick even if it is the largest
const MARK = 7; // pixels, of a bias

/** Every weight and bias between the units that are shown: {layer, name, at, from, to, curve | mark}. */
export function parametersOf(layers, { columns, side }) {
  return layers.flatMap((layer, l) => [...weightsOf(layer, l, columns, side), ...biasesOf(l, columns, side)]);
}

function weightsOf({ n_out: nOut }, layer, columns, side) {
  return columns[layer].flatMap((from, i) =>
    columns[layer + 1].map((to, j) => ({
      layer,
      name: "W",
      at: i * nOut + j,
      unit: j,
      input: i,
      curve: curveOf(from, to, side),
    })),
  );
}

function biasesOf(layer, columns, side) {
  return columns[layer + 1].map((to, j) => ({ layer, name: "b", at: j, unit: j, mark: biasPlace(to, side) }));
}

export const isSame = (one, other) =>
  Boolean(one && other) && one.layer === other.layer && one.name === other.name && one.at === other.at;

export const valueOf = (layers, { layer, name, at }) => layers[layer]?.[name][at];

/** What a parameter is called. */
export function titleOf({ layer, name, unit, input }, { inputNames, nLayers, outputNames }) {
  const to = layer === nLayers - 1 ? outputNames[unit] : `unit ${unit} of layer ${layer + 1}`;
  if (name === "b") return `bias of ${to}`;
  return `weight from ${layer === 0 ? inputNames[input] : `unit ${input} of layer ${layer}`} to ${to}`;
}

/** Paint all of them: colour and dash by sign, width by size; the unit that is looked at has its own lines in front. */
export function paintParameters(canvas, parameters, layers, { chosen, looked }) {
  const context = clearCanvas(canvas);
  const scales = layers.map(({ W }) => W.reduce((most, w) => Math.max(most, Math.abs(w)), LEAST_SCALE));
  const isFaint = (one) => looked && !(one.layer === looked.layer && one.unit === looked.unit);
  for (const one of parameters) {
    const value = valueOf(layers, one);
    if (!value) continue; // what is nothing looks like nothing
    context.globalAlpha = isFaint(one) && !isSame(one, chosen) ? 0.15 : 0.9;
    if (one.curve) paintLine(context, one.curve, value, scales[one.layer]);
    else paintMark(context, one.mark, value);
  }
  context.globalAlpha = 1;
}

function paintLine(context, curve, value, scale) {
  const width = THINNEST + ((THICKEST - THINNEST) * Math.abs(value)) / scale;
  Object.assign(context, { strokeStyle: lineColour(value), lineWidth: width });
  context.setLineDash(value < 0 ? [2 + width, 1 + width] : []);
  context.beginPath();
  context.moveTo(curve[0], curve[1]);
  context.bezierCurveTo(...curve.slice(2));
  context.stroke();
}

/** A bias: a filled square above zero, a hollow one below. */
function paintMark(context, [x, y], value) {
  const side = Math.max(3, Math.min(MARK, 3 + 3 * Math.abs(value)));
  Object.assign(context, { strokeStyle: lineColour(value), fillStyle: lineColour(value), lineWidth: 1.5 });
  context.setLineDash([]);
  context.beginPath();
  context.rect(x - side / 2, y - side / 2, side, side);
  context.stroke();
  if (value > 0) context.fill();
}
