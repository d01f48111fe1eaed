// The stage: a canvas with the network, over it a button for each unit, at its left what goes in.

import { focusSoon, h, replaceChildren } from "../dom.js";
import { largestSize } from "../palette.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../strings.js";
import { paintStage } from "./paint.js";
import { visibleArrays } from "./phases.js";
import { placesOf } from "./places.js";

const words = TEXT.stage;
const SYMBOLS = { z: "z", a: "a", da: "∂L/∂a", dz: "∂L/∂z" };

/**
 * {element, show(scene, moment)}. input: the picture's element, or null; choose: hears {layer, unit}; look: hears the
 * unit under the pointer, or null.
 */
export function createStage(input, choose, look = () => {}) {
  const canvas = h("canvas", { class: "stage-canvas", "aria-hidden": "true", "data-figure": "Network" });
  const [heads, units] = [h("div", { class: "stage-heads" }), h("div", { class: "stage-units" })];
  const element = h("div", { class: "network-stage" }, canvas, input, heads, units);
  /** @type {{scene: any, moment: any, key: string, places: any}} */
  const last = { scene: null, moment: null, key: "", places: null };

  function show(scene, moment) {
    Object.assign(last, { scene, moment });
    if (!element.clientWidth) return;
    const key = JSON.stringify([scene.layers.map(({ n_out }) => n_out), element.clientWidth, element.clientHeight]);
    if (key !== last.key) lay(key);
    paintStage(canvas, last.places, scene, moment);
    drawHeads(heads, last.places, scene, moment);
    nameUnits(units, scene, moment);
  }
  function lay(key) {
    const { scene } = last;
    element.dataset.lines = String(scene.lines.reduce((sum, lines) => sum + lines.length, 0));
    const size = { width: element.clientWidth, height: element.clientHeight };
    const widths = scene.layers.map(({ n_out }) => n_out);
    last.places = placesOf(widths, size, { nInputs: scene.layers[0].n_in, isPicture: Boolean(input) });
    last.key = key;
    if (input) placeInput(input, last.places.input);
    replaceChildren(units, ...last.places.layers.map((layer, l) => unitButtons(layer, l, choose, look)));
  }
  new ResizeObserver(() => last.scene && show(last.scene, last.moment)).observe(element);
  return { element, show };
}

function placeInput(input, { x, y, side }) {
  Object.assign(input.style, { left: `${x}px`, top: `${y}px`, width: `${side}px`, height: `${side}px` });
}

/** A button over each unit, one tab stop a layer; arrows lead through the layer. */
function unitButtons({ spots, step }, layer, choose, look) {
  const side = Math.max(6, Math.min(step, 30));
  const button = ([x, y], unit) =>
    h("button", {
      class: "unit",
      tabindex: -1,
      style: `left:${x - side / 2}px;top:${y - side / 2}px;width:${side}px;height:${side}px`,
      onclick: () => choose({ layer, unit }),
      onpointerenter: () => look({ layer, unit }),
      onpointerleave: () => look(null),
      onkeydown: (event) => moveToUnit(event, layer, unit, spots.length, choose),
    });
  return h("div", { class: "units" }, spots.map(button));
}

function moveToUnit(event, layer, unit, n, choose) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  choose({ layer, unit: (unit + step + n) % n });
  focusSoon(".network-stage .unit.chosen");
}

/** What each unit is, and holds now. */
function nameUnits(units, { layers }, { phases, at, chosen }) {
  const shown = visibleArrays(phases, at);
  Array.from(units.children).forEach((group, l) => {
    const [symbol, values] = [SYMBOLS[shown[l]], layers[l][shown[l]]];
    Array.from(group.children).forEach((button, j) => {
      const isChosen = chosen?.layer === l && chosen.unit === j;
      const held = values ? `: ${symbol} = ${number(values[j], 3)}` : "";
      const label = `layer ${l + 1}, unit ${j}${held}`;
      if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
      button.title = label;
      button.classList.toggle("chosen", isChosen);
      button.setAttribute("aria-pressed", String(isChosen));
      button.tabIndex = isChosen || (j === 0 && chosen?.layer !== l) ? 0 : -1;
    });
  });
}

const signOf = (values) => (values.some((value) => value < 0) ? "±" : "");

/** Above each layer: how many units, how many of them speak, and how large the largest is. */
function drawHeads(heads, { layers: places }, { layers }, { phases, at }) {
  const shown = visibleArrays(phases, at);
  const head = (layer, l) => {
    const [name, values] = [shown[l], layer[shown[l]]];
    const isHidden = l < layers.length - 1;
    const on =
      values && isHidden ? ` · ${words.speak.replace("{n}", values.filter((value) => value !== 0).length)}` : "";
    const scale = values
      ? `${SYMBOLS[name]} ${words.upTo}${signOf(values)}${number(largestSize(values), 2)}`
      : words.notYet;
    const x = (places[l].x0 + places[l].x1) / 2;
    const title = `${layer.n_out} ${isHidden ? layer.activation : words.outputs}${layer.residual ? " + residual" : ""}`;
    return h(
      "p",
      { style: `left:${x}px` },
      h("b", {}, title, h("span", { class: "speaking" }, on)),
      h("small", { class: "scale" }, scale),
    );
  };
  const key = JSON.stringify([shown, at, layers.map(({ a }) => a[0]), places.map(({ x0 }) => x0)]);
  if (heads.dataset.key === key) return;
  heads.dataset.key = key;
  replaceChildren(heads, ...layers.map(head));
}
