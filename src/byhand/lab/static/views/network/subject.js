// What the network looks at, the digit in Draw or a point of the plane, and what that is.

import { field, h, replaceChildren, select } from "../../ui/dom.js";
import { rows } from "../../ui/forms.js";
import { truthOf, truthRequest } from "../../shared/true-label.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.network;
const SURE = 0.95; // a right answer so sure has gradients near zero: another label is worth supposing

/** Is it known what the example is? A point's class always is. */
export const isKnown = (app, state, frames) => state.of === "plane" || (truthOf(app, state, frames) ?? null) !== null;

/** The label to walk with: the true one; while it is unknown what the network says, for forwards it is the same. */
export function labelOf(app, state, { prediction }) {
  const truth = truthOf(app, state, app.frames);
  const isSaid = truth === null && prediction?.request.stored === state.picture;
  return { truth: truthRequest(app, state), label: isSaid ? prediction.winner : truth };
}

/** {element, show(state, frames)} */
export function createSubject(app) {
  const element = h("div", { class: "subject" });
  function show(state, frames) {
    const truth = truthOf(app, state, frames) ?? -1;
    const second = secondOf(state, frames, truth);
    const key = JSON.stringify([state.of, state.point, state.label, state.model, truth, second]);
    if (element.dataset.key === key) return;
    element.dataset.key = key;
    const subject = select(["digit", "plane"], state.of, (of) => app.set({ of, phase: -1 }), TEXT.microscope.of);
    const chosen =
      state.of === "plane" ? rows(["point"], state, app.set, app.showError) : digitFields(app, state, truth, second);
    replaceChildren(element, field(words.look, subject), ...chosen);
  }
  return { element, show };
}

/** A test digit's label is known, a drawing's is chosen; of a sure and right answer the runner-up can be supposed. */
function digitFields(app, state, truth, second) {
  const names = app.models[state.model]?.classNames ?? [];
  const control = select([-1, ...names.keys()], truth, (text) => app.set({ label: Number(text) }), {
    ...names,
    [-1]: words.unknown,
  });
  const suppose = { onclick: () => app.set({ label: second }) };
  return [
    h("label", { class: "inline" }, `${words.target} `, control),
    state.label < 0 && truth >= 0 ? h("small", {}, state.digit >= 0 ? words.known : words.opening) : null,
    second === null ? null : h("button", suppose, words.suppose.replace("{name}", names[second])),
  ];
}

/** The runner-up, where the answer is right and sure; else null. */
function secondOf(state, { prediction }, truth) {
  if (!prediction || prediction.output !== "probabilities" || prediction.request.stored !== state.picture) return null;
  const { winner, second, scores } = prediction;
  return truth === winner && scores[winner] > SURE ? second : null;
}
