// What happens in each phase, as a sentence with its formula and shapes.

import { h, term } from "../../ui/dom.js";
import { general, number, percent } from "../../shared/numbers.js";
import { sentenceOf } from "../../ui/stage/sentences.js";

const LOW = "₀₁₂₃₄₅₆₇₈₉";
/** W₁ for W of layer 1. */
const of = (symbol, layer) => `${symbol}${String(layer).replace(/\d/g, (digit) => LOW[digit])}`;

/** A phase's parts: the formula, and what it came to. */
export function captionOf(phase, passes, scene) {
  const sentence = sentenceOf(phase, scene);
  const result = sentence && h("p", { class: "phase-said" }, sentence);
  return [...PHASES[phase.name](phase, passes, scene), result];
}

const PHASES = {
  x: (_phase, { x }, { isPicture }) => [
    `The input: ${x.length} numbers, ${isPicture ? "each pixel value scaled" : "the point's coordinates"}.`,
  ],
  z: ({ layer }, { layers }) => {
    const { n_in, n_out } = layers[layer];
    const l = layer + 1;
    const formula = `${of("z", l)} = ${inputOf(layer)} ${of("W", l)} + ${of("b", l)}`;
    return [term("z"), ` of layer ${l}: ${formula}   (1 × ${n_in}) · (${n_in} × ${n_out}) + (${n_out})`];
  },
  a: ({ layer }, { layers }) => {
    const { n_out, activation, residual } = layers[layer];
    const l = layer + 1;
    const bent = activation === "identity" ? of("z", l) : `${activation}(${of("z", l)})`;
    const skip = residual ? ` + ${of("a", layer - residual + 1)}, the residual connection` : "";
    return [term("activation"), ` of layer ${l}: ${of("a", l)} = ${bent}${skip}   (${n_out} numbers)`];
  },
  answer: (_phase, { output }) => [
    output === "probabilities" ? "The answer, softmax of the logits:" : "The answer, the largest output:",
  ],
  loss: ({ loss, layer }, { loss: value, label, labelSmoothing, layers }) => [
    term("loss"),
    `: ${loss.replaceAll("_", " ")} of the output and the target ${general(label)} = ${number(value, 4)}`,
    smoothingNote(labelSmoothing, layers[layer].n_out),
  ],
  da: (phase, passes) => (phase.layer === passes.layers.length - 1 ? backBegins(phase, passes) : backTo(phase, passes)),
  dz: ({ layer }, { layers }) => {
    const { activation } = layers[layer];
    const l = layer + 1;
    const slope = activation === "identity" ? "1" : `${activation}′(${of("z", l)})`;
    return [`Back through the activation of layer ${l}: ∂L/∂${of("z", l)} = ∂L/∂${of("a", l)} · ${slope}`];
  },
  dW: ({ layer }, { layers }) => {
    const { n_in, n_out } = layers[layer];
    const l = layer + 1;
    const formula = `∂L/∂${of("W", l)} = ${inputOf(layer)}ᵀ · ∂L/∂${of("z", l)}   (${n_in} × ${n_out})`;
    return [term("gradient"), ` of layer ${l}: ${formula}; ∂L/∂${of("b", l)} = ∂L/∂${of("z", l)}`];
  },
};

const inputOf = (layer) => (layer > 0 ? of("a", layer) : "x");

function backBegins({ layer }, { labelSmoothing, layers, error }) {
  const text = `Back: how the loss changes with each output, ∂L/∂${of("a", layer + 1)}.`;
  return [text, error && h("p", {}, error), smoothingNote(labelSmoothing, layers[layer].n_out)];
}

/** By the chain rule; where a residual connection began, its share comes back too. */
function backTo({ layer }, { layers }) {
  const l = layer + 1;
  const back = layers.findIndex(({ residual }, i) => residual && i - residual === layer);
  const skip = back > 0 ? ` + ∂L/∂${of("a", back + 1)}, the residual connection` : "";
  const formula = `∂L/∂${of("a", l)} = ∂L/∂${of("z", l + 1)} · ${of("W", l + 1)}ᵀ${skip}`;
  return ["Back by the ", term("chain rule"), `: ${formula}`];
}

/** What label smoothing makes of the target, and why a right and sure answer is still pulled back. */
function smoothingNote(share, n) {
  if (!share) return null;
  const target = `${percent(1 - share + share / n)} for the right class and ${percent(share / n)} for every other`;
  return h(
    "p",
    { class: "hint" },
    `This network learned from a softened target (label smoothing): ${target}. Where it is surer than that, the gradient of the right class is above zero and pulls it back.`,
  );
}
