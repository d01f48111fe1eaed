// The units on the stage: a picture each, one tab stop for all; the one under the pointer or with the focus is looked
// at.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { largestSize, paintSigned } from "../../ui/palette.js";
import { mark } from "../../ui/plane-canvas.js";
import { paintCurve } from "./unit-pictures.js";

/** The units of a session's network: {element, lay(places, plane, isNew), paint(plane)}. look: hears {layer, unit}. */
export function createUnits(session, look) {
  const element = h("div", { class: "units" });
  let buttons = []; // of hidden units, a list a layer
  let inputs = [];
  let outputs = [];

  function lay({ columns, side }, plane, isNew) {
    if (isNew) build(columns, plane);
    [inputs, ...buttons, outputs].forEach((column, c) =>
      column.forEach((one, i) => {
        const { x, y } = columns[c][i];
        Object.assign(one.style, {
          left: `${x - side / 2}px`,
          top: `${y - side / 2}px`,
          width: `${side}px`,
          height: `${side}px`,
        });
      }),
    );
  }

  function build(columns, plane) {
    const names = plane.task === "curve" ? ["x"] : ["x", "y"];
    inputs = names.map((name) => h("span", { class: "unit input" }, h("i", {}, name)));
    buttons = columns.slice(1, -1).map((column, layer) => column.map((_, unit) => unitButton(layer, unit, plane)));
    outputs = columns.at(-1).map((_, k) => output(k, plane));
    if (buttons[0]?.length) buttons[0][0].tabIndex = 0;
    replaceChildren(element, ...inputs, ...buttons.flat(), ...outputs);
  }

  function unitButton(layer, unit, plane) {
    const [width, height] = plane.task === "curve" ? [44, 44] : [plane.unit_side, plane.unit_side];
    const start = () => look({ layer, unit });
    const stop = () => look(null);
    const onkeydown = (event) => move(event, layer, unit);
    return h(
      "button",
      {
        type: "button",
        class: "unit",
        tabindex: -1,
        onpointerenter: start,
        onpointerleave: stop,
        onfocus: start,
        onblur: stop,
        onkeydown,
      },
      h("canvas", { width, height }),
    );
  }

  /** Arrow keys lead from unit to unit. */
  function move(event, layer, unit) {
    const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!ways) return;
    event.preventDefault();
    const column = buttons[layer + ways[0]];
    const next = column?.[Math.min(unit + ways[1], column.length - 1)];
    if (!next) return;
    buttons.flat().forEach((one) => (one.tabIndex = -1));
    next.tabIndex = 0;
    next.focus({ preventScroll: true });
  }

  function paint(plane) {
    const [{ units }] = plane.networks;
    units.forEach((maps, l) => maps.forEach((map, j) => paintOne(buttons[l]?.[j], map, l, j, plane)));
  }

  return { element, lay, paint };
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
