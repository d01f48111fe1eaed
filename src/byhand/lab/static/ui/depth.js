// Two depths: every explanation has a plain sentence and an exact one, and a switch shows one of them or both. What was
// chosen is kept for all pages, those of the docs site too (docs/_static/depth.js has the same names).

import { h } from "./dom.js";
import { readPreference, writePreference } from "./preferences.js";
import { TEXT } from "./strings.js";

const words = TEXT.lessons;
const PREFERENCE = "depth"; // stored as byhand-depth
const DEPTHS = ["plain", "exact", "both"];
const { dataset } = document.documentElement;
let nSwitches = 0;

/** Show what was chosen last; both, where nothing was. */
export function applyDepth() {
  dataset.depth = chosenDepth();
}

/** The switch, as three radio buttons. */
export function depthSwitch() {
  const name = `depth-${++nSwitches}`;
  const choice = (depth) => {
    const attributes = { type: "radio", name, value: depth, checked: depth === dataset.depth };
    return h("label", {}, h("input", { ...attributes, onchange: () => choose(depth) }), words.depths[depth]);
  };
  return h("fieldset", { class: "depths" }, h("legend", {}, words.depth), DEPTHS.map(choice));
}

function chosenDepth() {
  const stored = readPreference(PREFERENCE) ?? "";
  return DEPTHS.includes(stored) ? stored : "both";
}

function choose(depth) {
  dataset.depth = depth;
  /** @type {NodeListOf<HTMLInputElement>} */
  const all = document.querySelectorAll(".depths input"); // the room of the lessons and the rail have one each
  for (const input of all) input.checked = input.value === depth;
  writePreference(PREFERENCE, depth);
}
