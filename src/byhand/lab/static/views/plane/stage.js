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
  const stage = new Stage(session, look);
  return { element: stage.element, show: (plane) => stage.show(plane) };
}

class Stage {
  #session;
  #canvas = h("canvas", { class: "weights-canvas", "aria-hidden": "true" });
  #heads = h("div", { class: "layer-heads" });
  #board = h("div", { class: "stage-board" });
  #handle;
  #units;
  /** @type {any} */
  #plane = null;
  #looked = null; // the unit that is looked at
  #lastKey = "";
  #parameters = [];

  constructor(session, look) {
    this.#session = session;
    this.#handle = createHandle(session, this.#board, () => this.#repaint());
    this.#units = createUnits((unit) => {
      this.#looked = unit;
      look(unit);
      this.#repaint();
    });
    this.#board.append(this.#canvas, this.#units.element, this.#heads, this.#handle.element);
    this.element = h(
      "div",
      { class: "stage card", "data-lesson": "plane-network" },
      h("div", { class: "stage-scroll", tabindex: -1 }, this.#board),
      h("div", { class: "stage-foot" }, this.#handle.strip, layerButtons(session)),
    );
    new ResizeObserver(() => this.#plane && this.show(this.#plane, true)).observe(this.element);
  }

  show(plane, isResized = false) {
    this.#plane = plane;
    const [network] = plane.networks;
    const key = keyOf(network, plane);
    if (key !== this.#lastKey || isResized) this.#lay(network, key);
    this.#units.paint(plane);
    this.#handle.show(plane, this.#parameters);
    this.#repaint();
  }

  #repaint() {
    if (!this.#plane) return;
    const shown = { chosen: this.#handle.chosen, looked: this.#looked };
    paintParameters(this.#canvas, this.#parameters, this.#plane.networks[0].layers, shown);
  }

  /** Places anew: the network or the stage has another size. */
  #lay({ layers, units: maps }, key) {
    const board = this.#board;
    const counts = [layers[0].n_in, ...maps.map((one) => one.length), layers[layers.length - 1].n_out];
    board.style.minWidth = `${LEAST_COLUMN * counts.length}px`;
    if (key !== this.#lastKey) replaceChildren(this.#heads, ...layerHeads(this.#session, counts));
    const head = Math.max(0, ...Array.from(this.#heads.children, (one) => one.clientHeight));
    const places = placesOf(counts, { width: board.clientWidth, height: board.clientHeight, head });
    this.#parameters = parametersOf(layers, places);
    placeHeads(this.#heads, places);
    this.#units.lay(places, this.#plane, key !== this.#lastKey);
    this.#lastKey = key;
  }
}

const keyOf = ({ layers }, { task, classes }) =>
  JSON.stringify([task, layers.map(({ n_in, n_out, activation }) => [n_in, n_out, activation]), classes.length > 0]);

/** Above each hidden layer: how many units, one less, one more, which activation. */
function layerHeads(session, counts) {
  const { planeLayers } = session.state;
  return planeLayers.map(([n, activation], l) => {
    const put = (layer) => session.change({ planeLayers: planeLayers.flatMap((old, i) => (i === l ? layer : [old])) });
    const button = (text, label, onclick, disabled = false) =>
      h("button", { "aria-label": label, title: label, disabled, onclick }, text);
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
    h("button", { onclick: add }, words.addLayer),
    h("button", { onclick: remove }, words.removeLayer),
  );
}
