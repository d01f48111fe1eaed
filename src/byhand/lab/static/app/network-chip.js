// The network at hand: its sizes, how good it is, where it is from; a press chooses another.

import { percent } from "../shared/numbers.js";
import { PRETRAINED_ACCURACY } from "../shared/constants.js";
import { h, replaceChildren, select } from "../ui/dom.js";
import { TEXT } from "../ui/strings.js";

const words = TEXT.chip;

/**
 * {element, draw(state), show(state)}: draw for other networks or another choice, show for new frames.
 * isExported: the network came with the page, and nothing is known of how good it is.
 */
export function createNetworkChip(app, { isExported }) {
  const facts = ["sizes", "accuracy", "origin"].map((name) =>
    h("span", { class: `chip-${name}`, "aria-hidden": "true" }),
  );
  const choice = h("span", { class: "chip-choice" });
  const element = h("label", { class: "network-chip" }, facts, choice);

  function draw({ model }) {
    const names = Object.keys(app.models);
    const texts = Object.fromEntries(names.map((name) => [name, `${TEXT.models[name]}: ${sizes(app.models[name])}`]));
    const control = select(names, model, (chosen) => app.set({ model: chosen }), texts);
    control.setAttribute("aria-label", words.label);
    replaceChildren(choice, control);
  }

  function show({ model }) {
    const about = app.models[model];
    element.hidden = !about;
    if (!about) return;
    const accuracy = accuracyOf(model, app.frames, isExported);
    const origin = (model === "uploaded" && about.name) || TEXT.models[model].toLowerCase();
    const texts = [sizes(about), Number.isFinite(accuracy) ? percent(accuracy) : "", origin];
    facts.forEach((fact, i) => fact.textContent !== texts[i] && fact.replaceChildren(texts[i]));
    element.title = Number.isFinite(accuracy) ? words[model === "pretrained" ? "ofTest" : "ofValidation"] : "";
  }

  return { element, draw, show };
}

/** How many of the digits that it did not learn from a network reads; undefined where nobody measured it. */
function accuracyOf(name, { training, snapshot }, isExported) {
  if (name === "pretrained") return isExported ? undefined : PRETRAINED_ACCURACY;
  const frames = { trained: training?.validation, snapshot, baseline: training?.before };
  return frames[name]?.accuracy;
}

const sizes = ({ layers }) => [layers[0].n_in, ...layers.map(({ n_out }) => n_out)].join("-");
