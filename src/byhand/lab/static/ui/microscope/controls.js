// What the microscope looks at: a digit or a point of the plane, what it is, and the learning rate of the step.

import { SETTINGS } from "../../shared/settings.js";
import { field, h, replaceChildren, select, term } from "../dom.js";
import { TEXT } from "../strings.js";

const words = TEXT.microscope;

/** {element, show(state, {classNames, truth})}; set: changes the state. */
export function createControls(set) {
  const element = h("div", { class: "settings across" });

  function show(state, { classNames, truth = -1 }) {
    const key = JSON.stringify([state.of, state.stepRate, state.point, truth, classNames.length]);
    if (element.dataset.key === key) return;
    element.dataset.key = key;
    const look = select(["digit", "plane"], state.of, (of) => set({ of, cell: "z1.0.0" }), words.of);
    replaceChildren(
      element,
      field("Look at", look),
      state.of === "digit" ? labelField(classNames, truth, set) : pointField(state.point, set),
      field(term("learning rate", "Learning rate"), rateInput(state.stepRate, set)),
    );
  }
  return { element, show };
}

function labelField(classNames, truth, set) {
  const texts = { ...classNames, [-1]: TEXT.network.unknown };
  return field(
    "It is a",
    select([-1, ...classNames.keys()], truth, (text) => set({ label: Number(text) }), texts),
  );
}

function pointField(point, set) {
  const onchange = (event) => set({ point: SETTINGS.point.read(event.target.value) ?? 0 });
  return field("Which point", h("input", { type: "number", min: 0, value: point, onchange }));
}

function rateInput(rate, set) {
  function onchange(event) {
    const value = SETTINGS.stepRate.read(event.target.value.trim());
    event.target.setAttribute("aria-invalid", String(value === null));
    if (value !== null) set({ stepRate: value });
  }
  return h("input", { type: "text", inputmode: "decimal", value: rate, onchange });
}
