// What the stage draws, from the frames: phases that can be shown, numbers, lines, names.

import { number } from "../../shared/numbers.js";
import { phasesOf } from "../../ui/stage/phases.js";
import { TEXT } from "../../ui/strings.js";
import { isKnown } from "./subject.js";

const words = TEXT.network;

/** Which phase is asked for: none by its number is the answer, forwards. */
export const phaseAt = (phases, wanted) =>
  wanted < 0 ? phases.findIndex(({ name }) => name === "answer") : Math.min(wanted, phases.length - 1);

/** The loss and what follows need to know what the example is. */
export function visiblePhases(app, state, frames) {
  const passes = frames.forwardBackward;
  if (!passes) return [];
  const all = phasesOf(passes.layers.length, passes.lossName);
  const loss = all.findIndex(({ name }) => name === "loss");
  return isKnown(app, state, frames) ? all : all.slice(0, loss);
}

export function sceneOf(app, state, { forwardBackward: passes, plane }) {
  const { layers, output, scores, stored, x } = passes;
  const isPicture = state.of === "digit";
  const names = isPicture ? app.models[state.model].classNames : namesOf(plane, scores);
  const winner = scores.reduce((best, value, k) => (value > scores[best] ? k : best), 0);
  const isLast = state.layer >= layers.length - 1;
  const target = isLast ? Math.min(state.unit, layers[layers.length - 1].n_out - 1) : winner;
  passes.error = errorOf(passes, names);
  return {
    layers,
    lines: layers.map((layer, l) => visibleLines(layer.lines, layer, l === layers.length - 1, target)),
    backLines: layers.map((layer) => layer.backLines),
    output,
    scores,
    winner,
    names,
    stored,
    x,
    nInputs: x.length,
    inputNames: plane?.task === "curve" ? ["x"] : ["x", "y"],
    isPicture,
  };
}

/** Of a layer with more lines than can be told apart only those into one output. */
const visibleLines = (lines, { n_in, n_out }, isLast, target) =>
  isLast && lines.length < n_in * n_out ? lines.filter(({ to }) => to === target) : lines;

const namesOf = (plane, scores) =>
  Array.from(scores, (_, k) => (plane?.task === "curve" ? words.predicted : `class ${k}`));

/** "0.985 too much for 4, 0.992 too little for 9": what the outputs' gradients say where the loss compares shares. */
function errorOf({ layers, output }, names) {
  const { da, n_out } = layers[layers.length - 1];
  if (output !== "probabilities" || n_out !== names.length) return "";
  const errors = Array.from(da);
  const [high, low] = [Math.max(...errors), Math.min(...errors)];
  return words.error
    .replace("{much}", number(high, 3))
    .replace("{high}", names[errors.indexOf(high)])
    .replace("{little}", number(-low, 3))
    .replace("{low}", names[errors.indexOf(low)]);
}
