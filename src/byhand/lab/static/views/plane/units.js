// The units on the stage: a picture each, one tab stop for all; the one under the pointer or with the focus is looked
// at.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { largestSize, paintSigned } from "../../ui/palette.js";
import { mark } from "../../ui/plane-canvas.js";
import { paintCurve } from "./unit-pictures.js";

/** The units of a network: {element, lay(places, plane, isNew), paint(plane)}. look: hears {layer, unit}. */
export function createUnits(look) {
  const element = h("div", { class: "units" });
  /** @type {{inputs: any[], hidden: any[][], outputs: any[]}} */
  let units = { inputs: [], hidden: [], outputs: [] };

  function lay({ columns, side }, plane, isNew) {
    if (isNew) {
      units = unitsOf(columns, plane, look);
      replaceChildren(element, ...units.inputs, ...units.hidden.flat(), ...units.outputs);
    }
    const { inputs, hidden, outputs } = units;
    [inputs, ...hidden, outputs].forEach((column, c) => column.forEach((one, i) => place(one, columns[c][i], side)));
  }
  function paint(plane) {
    const [{ units: maps }] = plane.networks;
    maps.forEach((layer, l) => layer.forEach((map, j) => paintOne(units.hidden[l]?.[j], map, l, j, plane)));
  }
  return { element, lay, paint };
}

function place({ style }, { x, y }, side) {
  const size = `${side}px`;
  Object.assign(style, { left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: size, height: size });
}

/** The elements: names of the inputs, a button for each hidden unit, marks of the outputs. */
function unitsOf(columns, plane, look) {
  const names = plane.task === "curve" ? ["x"] : ["x", "y"];
  /** @type {any[][]} */
  const hidden = [];
  columns
    .slice(1, -1)
    .forEach((column, layer) => hidden.push(column.map((_, unit) => unitButton({ layer, unit }, plane, look, hidden))));
  if (hidden[0]?.length) hidden[0][0].tabIndex = 0;
  return {
    inputs: names.map((name) => h("span", { class: "unit input" }, h("i", {}, name))),
    hidden,
    outputs: columns.at(-1).map((_, k) => output(k, plane)),
  };
}

function unitButton(at, plane, look, all) {
  const [width, height] = plane.task === "curve" ? [44, 44] : [plane.unit_side, plane.unit_side];
  const start = () => look(at);
  const stop = () => look(null);
  const listeners = { onpointerenter: start, onpointerleave: stop, onfocus: start, onblur: stop };
  const onkeydown = (event) => move(event, at, all);
  const attributes = { class: "unit", tabindex: -1, ...listeners, onkeydown };
  return h("button", attributes, h("canvas", { width, height }));
}

/** Arrow keys lead from unit to unit. */
function move(event, { layer, unit }, all) {
  const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!ways) return;
  event.preventDefault();
  const column = all[layer + ways[0]];
  const next = column?.[Math.min(unit + ways[1], column.length - 1)];
  if (!next) return;
  all.flat().forEach((one) => (one.tabIndex = -1));
  next.tabIndex = 0;
  next.focus({ preventScroll: true });
}

function paintOne(button, map, layer, unit, plane) {
  if (!button) return;
  const largest = largestSize(map);
  const label = `layer ${layer + 1}, unit ${unit}: up to ±${number(largest, 2)}`;
  if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
  const canvas = button.firstChild;
  if (plane.task === "curve") paintCurve(canvas, map);
  else paintSigned(canvas, map, [plane.unit_side, plane.unit_side], largest);
}

/** An output: its class's mark, or what it predicts. */
function output(k, plane) {
  if (plane.task === "curve") return h("span", { class: "unit output" }, h("i", {}, "t"));
  const canvas = h("canvas", { width: 32, height: 32, role: "img", "aria-label": `output of class ${k}` });
  mark(canvas, k);
  return h("span", { class: "unit output" }, canvas);
}
