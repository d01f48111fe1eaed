// The network as the layout: each unit shows its own map, each line is a weight that can be dragged, and each layer has
// what changes it above it.

import { h, replaceChildren } from "../../ui/dom.js";
import { activationSelect } from "../../ui/forms.js";
import { TEXT } from "../../ui/strings.js";
import { firstUnits } from "../../ui/weight-thumbnails.js";
import { MOST_LAYERS, MOST_UNITS } from "../../shared/settings.js";
import { placesOf } from "./geometry.js";
import { createHandle } from "./handle.js";
import { paintParameters, parametersOf } from "./parameters.js";
import { createUnits } from "./units.js";

const words = TEXT.plane;
const LEAST_COLUMN = 76; // pixels: with more layers than fit, the stage is scrolled

/** The stage of a session: {element, show(plane)}. look: hears which unit is looked at. */
export function createStage(session, look) {
  const canvas = h("canvas", { class: "weights-canvas", "aria-hidden": "true" });
  const heads = h("div", { class: "layer-heads" });
  const board = h("div", { class: "stage-board" });
  const handle = createHandle(session, board, repaint);
  const units = createUnits((unit) => {
    looked = unit;
    look(unit);
    repaint();
  });
  board.append(canvas, units.element, heads, handle.element);
  const element = h(
    "div",
    { class: "stage card", "data-lesson": "plane-network" },
    h("div", { class: "stage-scroll", tabindex: -1 }, board),
    h("div", { class: "stage-foot" }, handle.strip, layerButtons(session)),
  );
  let plane = null;
  let looked = null;
  let drawn = "";
  let parameters = [];
  new ResizeObserver(() => plane && show(plane, true)).observe(element);

  function repaint() {
    if (plane) paintParameters(canvas, parameters, plane.networks[0].layers, { chosen: handle.chosen, looked });
  }

  function show(frame, isResized = false) {
    plane = frame;
    const [network] = frame.networks;
    const key = keyOf(network, frame);
    if (key !== drawn || isResized) lay(network, key);
    units.paint(frame);
    handle.show(frame, parameters);
    repaint();
  }

  /** Places anew: the network or the stage has another size. */
  function lay({ layers, units: maps }, key) {
    const counts = [layers[0].n_in, ...maps.map((one) => one.length), layers[layers.length - 1].n_out];
    board.style.minWidth = `${LEAST_COLUMN * counts.length}px`;
    const places = placesOf(counts, { width: board.clientWidth, height: board.clientHeight });
    parameters = parametersOf(layers, places);
    if (key !== drawn) replaceChildren(heads, ...layerHeads(session, counts));
    placeHeads(heads, places);
    units.lay(places, plane, key !== drawn);
    drawn = key;
  }

  return { element, show };
}

const keyOf = ({ layers }, { task, classes }) =>
  JSON.stringify([task, layers.map(({ n_in, n_out, activation }) => [n_in, n_out, activation]), classes.length > 0]);

/** Above each hidden layer: how many units, one less, one more, which activation. */
function layerHeads(session, counts) {
  const { planeLayers } = session.state;
  return planeLayers.map(([n, activation], l) => {
    const put = (layer) => session.change({ planeLayers: planeLayers.flatMap((old, i) => (i === l ? layer : [old])) });
    const button = (text, label, onclick, disabled = false) =>
      h("button", { type: "button", "aria-label": label, title: label, disabled, onclick }, text);
    return h(
      "div",
      { class: "layer-head" },
      h(
        "span",
        {},
        button("−", `${words.fewer} ${l + 1}`, () => put(n > 1 ? [[n - 1, activation]] : [])),
        h("b", {}, n),
        button("+", `${words.more} ${l + 1}`, () => put([[n + 1, activation]]), n >= MOST_UNITS),
      ),
      activationSelect(activation, l, (name) => put([[n, name]])),
      h("small", {}, firstUnits(counts[l + 1], n)),
    );
  });
}

function placeHeads(heads, { columns, across }) {
  Array.from(heads.children).forEach((head, l) => {
    head.style.left = `${columns[l + 1][0].x}px`;
    head.style.width = `${Math.min(across - 6, 118)}px`;
  });
}

function layerButtons(session) {
  const layers = () => session.state.planeLayers;
  const add = () =>
    layers().length < MOST_LAYERS && session.change({ planeLayers: [...layers(), layers().at(-1) ?? [8, "tanh"]] });
  const remove = () => layers().length && session.change({ planeLayers: layers().slice(0, -1) });
  return h(
    "div",
    { class: "stage-buttons" },
    h("button", { type: "button", onclick: add }, words.addLayer),
    h("button", { type: "button", onclick: remove }, words.removeLayer),
  );
}
