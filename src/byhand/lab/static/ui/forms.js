// Forms made from the table of settings: each control by its kind, its words from TEXT.settings. A row is one tab stop:
// its label names the control, and the term's sentence describes it.

import { definition, h, select, term } from "./dom.js";
import { general } from "../shared/numbers.js";
import { HIDDEN_ACTIVATIONS } from "../shared/constants.js";
import { MOST_LAYERS, MOST_UNITS, SETTINGS } from "../shared/settings.js";
import { TEXT } from "./strings.js";

const KINDS = { choice, toggle, slider, whole: textInput, decimal: textInput, text: textInput };
let nRows = 0;

/** A row for each of these settings; change hears {name: value}, tell a sentence on what cannot be. */
export function rows(names, state, change, tell) {
  return names.map((name) => {
    const words = TEXT.settings[name];
    const control = KINDS[SETTINGS[name].kind](name, state[name], (value) => change({ [name]: value }), tell, words);
    control.setAttribute("data-setting", name);
    const label = SETTINGS[name].kind === "slider" ? `${words.label}: ${general(state[name])}` : words.label;
    return row(label, control, words.term);
  });
}

/** A label and its control, side by side; the sentence of a term is shown while the label is pointed at. */
export function row(label, control, word) {
  const id = `row-${++nRows}`;
  control.id = id;
  if (word) control.setAttribute("aria-describedby", `${id}-is`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id, class: word ? "explained" : null }, label),
    control,
    word && h("span", { role: "tooltip", id: `${id}-is`, class: "explanation" }, definition(word)),
  );
}

function choice(name, value, change, tell, { choices = {} }) {
  return select(SETTINGS[name].names, value, change, { ...TEXT.choices, ...choices });
}

function toggle(name, value, change) {
  return h("input", { type: "checkbox", checked: value, onchange: (event) => change(event.target.checked) });
}

function slider(name, value, change) {
  const { least, most, step } = SETTINGS[name];
  const onchange = (event) => change(Number(event.target.value));
  return h("input", { type: "range", min: least, max: most, step, value, onchange });
}

/** What is typed is taken when it can be; else it is marked, and a sentence says what it should be. */
function textInput(name, value, change, tell, { label, hint }) {
  const { kind, least, most, read, write } = SETTINGS[name];
  const bounds =
    kind === "whole"
      ? { type: "number", min: least, max: most }
      : { type: "text", inputmode: kind === "decimal" ? "decimal" : null };
  const onchange = (event) => {
    const found = read(event.target.value.trim());
    event.target.setAttribute("aria-invalid", String(found === null));
    const should = hint ?? `it is a ${kind === "whole" ? "whole " : ""}number from ${least} to ${most}`;
    tell(found === null ? `${label} cannot be "${event.target.value}"; ${should}` : undefined);
    if (found !== null) change(found);
  };
  return h("input", { ...bounds, value: write(value), onchange });
}

/** The hidden layers one by one, each with its units and its activation; change hears the new list. */
export function layerRows(layers, change, tell) {
  const words = TEXT.layers;
  const add = () => change([...layers, layers.at(-1) ?? [8, "tanh"]]);
  return h(
    "fieldset",
    { class: "layers" },
    h("legend", {}, words.heading, ", ", term("unit", "units"), " and ", term("activation")),
    layers.map((layer, l) =>
      layerRow(layer, l, (now) => change(layers.flatMap((old, i) => (i === l ? now : [old]))), tell),
    ),
    h("button", { disabled: layers.length >= MOST_LAYERS, onclick: add }, words.add),
  );
}

/** change hears what comes in the layer's place: [layer] or nothing. */
function layerRow([units, activation], l, change, tell) {
  const words = TEXT.layers;
  const remove = { "aria-label": `${words.remove} ${l + 1}`, title: words.remove, onclick: () => change([]) };
  return h(
    "div",
    { class: "layer-row" },
    unitsInput(units, l, (n) => change([[n, activation]]), tell),
    activationSelect(activation, l, (name) => change([[units, name]])),
    h("button", { ...remove }, "×"),
  );
}

function unitsInput(value, l, change, tell) {
  const onchange = (event) => {
    const n = event.target.valueAsNumber;
    const fits = Number.isInteger(n) && n >= 1 && n <= MOST_UNITS;
    event.target.setAttribute("aria-invalid", String(!fits));
    tell(fits ? undefined : `a hidden layer has 1 to ${MOST_UNITS} units here`);
    if (fits) change(n);
  };
  const name = `${TEXT.layers.units} ${l + 1}`;
  return h("input", { type: "number", min: 1, max: MOST_UNITS, value, "aria-label": name, onchange });
}

/** Which activation hidden layer l has. */
export function activationSelect(value, l, change) {
  const control = select(HIDDEN_ACTIVATIONS, value, change, TEXT.choices);
  control.setAttribute("aria-label", `${TEXT.layers.activation} ${l + 1}`);
  return control;
}
