// What the microscope looks at: a digit or a point of the plane, what it is, and the learning rate of the step.

import { field, h, replaceChildren, select } from "../dom.js";
import { rows } from "../forms.js";
import { TEXT } from "../strings.js";

const words = TEXT.microscope;

/** {element, show(state, {classNames, truth})} */
export function createControls({ set, showError }) {
  const element = h("div", { class: "settings across" });

  function show(state, { classNames, truth = -1 }) {
    const key = JSON.stringify([state.of, state.stepRate, state.point, truth, classNames.length]);
    if (element.dataset.key === key) return;
    element.dataset.key = key;
    const look = select(["digit", "plane"], state.of, (of) => set({ of, cell: "z1.0.0" }), words.of);
    replaceChildren(
      element,
      field("Look at", look),
      state.of === "digit" && labelField(classNames, truth, set),
      rows(state.of === "digit" ? ["stepRate"] : ["point", "stepRate"], state, set, showError),
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
