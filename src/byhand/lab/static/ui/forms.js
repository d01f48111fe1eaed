// Forms made from the table of settings: each control by its kind, its words from TEXT.settings.

import { field, h, select, term } from "./dom.js";
import { general } from "../shared/numbers.js";
import { HIDDEN_ACTIVATIONS } from "../shared/constants.js";
import { MOST_LAYERS, MOST_UNITS, SETTINGS } from "../shared/settings.js";
import { TEXT } from "./strings.js";

const KINDS = { choice, toggle, slider, whole: typed, decimal: typed, text: typed };

/** A row for each of these settings; change hears {name: value}, tell a sentence on what cannot be. */
export function rows(names, state, change, tell) {
  return names.map((name) => {
    const words = TEXT.settings[name];
    const control = KINDS[SETTINGS[name].kind](name, state[name], (value) => change({ [name]: value }), tell, words);
    const label =
      SETTINGS[name].kind === "slider"
        ? `${words.label}: ${general(state[name])}`
        : words.term
          ? term(words.term, words.label)
          : words.label;
    return field(label, control);
  });
}

function choice(name, value, change, tell, { choices = {} }) {
  return select(SETTINGS[name].names, value, change, { ...TEXT.choices, ...choices });
}

function toggle(name, value, change) {
  return h("input", { type: "checkbox", checked: value, onchange: (event) => change(event.target.checked) });
}

function slider(name, value, change, tell, { label }) {
  const { least, most, step } = SETTINGS[name];
  return h("input", {
    type: "range",
    min: least,
    max: most,
    step,
    value,
    "aria-label": label,
    onchange: (event) => change(Number(event.target.value)),
  });
}

/** What is typed is taken when it can be; else it is marked, and a sentence says what it should be. */
function typed(name, value, change, tell, { label, hint }) {
  const { kind, least, most, read, write } = SETTINGS[name];
  const bounds =
    kind === "whole"
      ? { type: "number", min: least, max: most }
      : { type: "text", inputmode: kind === "decimal" ? "decimal" : null };
  return h("input", {
    ...bounds,
    value: write(value),
    "data-setting": name,
    onchange: (event) => {
      const found = read(event.target.value.trim());
      event.target.setAttribute("aria-invalid", String(found === null));
      tell(
        found === null
          ? `${label} cannot be "${event.target.value}"; ${hint ?? `it is a whole number from ${least} to ${most}`}`
          : undefined,
      );
      if (found !== null) change(found);
    },
  });
}

/** The hidden layers one by one, each with its units and its activation; change hears the new list. */
export function layerRows(layers, change, tell) {
  const words = TEXT.layers;
  const changed = (l, layer) => change(layers.flatMap((old, i) => (i === l ? layer : [old])));
  const units = (l) =>
    h("input", {
      type: "number",
      min: 1,
      max: MOST_UNITS,
      value: layers[l][0],
      "aria-label": `${words.units} ${l + 1}`,
      onchange: (event) => {
        const n = event.target.valueAsNumber;
        const fits = Number.isInteger(n) && n >= 1 && n <= MOST_UNITS;
        event.target.setAttribute("aria-invalid", String(!fits));
        tell(fits ? undefined : `a hidden layer has 1 to ${MOST_UNITS} units here`);
        if (fits) changed(l, [[n, layers[l][1]]]);
      },
    });
  const activation = (l) => {
    const control = select(
      HIDDEN_ACTIVATIONS,
      layers[l][1],
      (activation) => changed(l, [[layers[l][0], activation]]),
      TEXT.choices,
    );
    control.setAttribute("aria-label", `${words.activation} ${l + 1}`);
    return control;
  };
  return h(
    "fieldset",
    { class: "layers" },
    h("legend", {}, words.heading, ", ", term("unit", "units"), " and ", term("activation")),
    layers.map((_, l) =>
      h(
        "div",
        { class: "layer-row" },
        units(l),
        activation(l),
        h(
          "button",
          {
            type: "button",
            "aria-label": `${words.remove} ${l + 1}`,
            title: words.remove,
            onclick: () => changed(l, []),
          },
          "×",
        ),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        disabled: layers.length >= MOST_LAYERS,
        onclick: () => change([...layers, layers.at(-1) ?? [8, "tanh"]]),
      },
      words.add,
    ),
  );
}
