// Did a training go wrong without failing, and what is to be changed? The twin of byhand/training/diagnosis.py, on the
// same table of thresholds and sentences, diagnosis.json.

import { general, percent } from "../shared/numbers.js";
import { equalUnits, overfitting, sampleOf, saturatedUnits, unscaledInputs } from "./diagnosis-checks.js";

/**
 * Return the findings of a training that has ended, causes first: [{id, title, sentence, setting, value}].
 *
 * seen: {core, model, initial (the network before), part (of datasets.js, that was trained on), history, rate}
 * @returns {{id: string, title: string, sentence: string, setting: string, value: string}[]}
 */
export function diagnose(table, seen) {
  /** @type {any[]} */
  const found = [...causesOf(table, seen), ...nearGuessing(table, seen)];
  /** @type {any[]} */
  const findings = [];
  for (const [id, numbers] of found) {
    const { title, sentence, without_cause: also, ...remedy } = table.findings[id];
    const isFirst = !findings.length;
    const [setting, value] =
      remedy.change !== "usual"
        ? [remedy.setting, suggestValue(table, remedy.change, seen.rate)]
        : isFirst
          ? findCause(table, seen)
          : [findings[0].setting, findings[0].value];
    findings.push({
      id,
      title,
      sentence: fillIn(sentence, numbers) + (isFirst && also ? ` ${also}` : ""),
      setting,
      value,
    });
  }
  return findings;
}

/** What may have made it go wrong, what comes first in the training first: [id, numbers] of each. */
function causesOf(table, seen) {
  const sample = sampleOf(table, seen);
  const still = notMoving(table, seen);
  return [
    ...unscaledInputs(table, seen, sample),
    ...equalUnits(table, seen),
    ...saturatedUnits(table, seen, sample),
    ...deadUnits(table, seen),
    ...(still.length ? still : findDivergence(table, seen)),
    ...overfitting(table, seen),
  ];
}

const fillIn = (sentence, numbers) => sentence.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);
const count = (n) => n.toLocaleString("en");
const sum = (numbers) => numbers.reduce((total, value) => total + value, 0);

/** The loss at the end is far above that of the best constant answer. */
function findDivergence({ thresholds }, { model, part, history }) {
  const { loss } = history.at(-1);
  const guess = constantLoss(model.network, sharesOf(part.labels, model.network.layers.at(-1).n_out));
  return loss > thresholds.loss_over_guessing * guess && guess > 0
    ? [["diverged", { loss: general(loss, 3), guess: general(guess, 3) }]]
    : [];
}

/** In some layer nearly all ReLU units are 0 for every example: no gradient gets through them. */
function deadUnits({ thresholds }, { core, model: { network, preparation }, part }) {
  const n = Math.min(thresholds.examples, part.labels.length);
  const { layers } = network;
  const sample = {
    inputs: part.inputs.subarray(0, n * layers[0].n_in),
    labels: part.labels.subarray(0, n),
    ...preparation,
  };
  for (const [l, { activation, n_out: units, W, residual }] of layers.entries()) {
    if (activation !== "relu" || residual) continue; // behind a residual connection, a unit's 0 is not seen
    const dead = countDeadUnits(core.predict({ ...network, layers: layers.slice(0, l + 1) }, sample), units);
    if (dead < thresholds.dead_share * units) continue;
    return [
      [
        W.some((w) => w !== 0) ? "dead_units" : "zero_weights",
        { layer: l + 1, dead: count(dead), units: count(units), examples: count(n) },
      ],
    ];
  }
  return [];
}

/** How many units are 0 for every example. */
function countDeadUnits(activations, units) {
  const isHeard = new Uint8Array(units);
  activations.forEach((value, i) => {
    if (value !== 0) isHeard[i % units] = 1;
  });
  return units - sum(isHeard);
}

/** The weights are where they were. */
function notMoving({ thresholds }, { core, model, initial, history }) {
  const size = (numbers) => Math.sqrt(core.multiply(numbers, numbers).sum);
  const shares = model.network.layers.map(({ W }, l) => {
    const before = Float64Array.from(initial.layers[l].W);
    const distance = size(Float64Array.from(W, (w, i) => w - before[i]));
    return size(before) ? distance / size(before) : Number(distance > 0);
  });
  const moved = Math.max(...shares);
  const n = history.length;
  return moved < thresholds.weights_moved
    ? [["not_moving", { moved: percentOf(moved), epochs: n === 1 ? "1 epoch" : `${count(n)} epochs` }]]
    : [];
}

const percentOf = (share) => `${general(100 * share, 1)} %`;

/** The answers are hardly better than one and the same answer for all. */
function nearGuessing({ thresholds }, { model, part, history }) {
  const { accuracy } = history.at(-1).validation;
  const guess = Math.max(...sharesOf(part.labels, model.network.layers.at(-1).n_out));
  const isNear = guess < 1 && accuracy < guess + thresholds.better_than_guessing * (1 - guess);
  return isNear ? [["near_guessing", { accuracy: percent(accuracy, 2), guess: percent(guess, 2) }]] : [];
}

function sharesOf(labels, k) {
  const counts = new Float64Array(k);
  labels.forEach((y) => counts[y]++);
  return counts.map((n) => n / labels.length);
}

/** The loss of the best constant answer, the mean target: what can be had without looking at the inputs. */
function constantLoss({ loss, labelSmoothing = 0 }, shares) {
  const entropy = (numbers) => -sum(numbers.map((p) => (p > 0 ? p * Math.log(p) : 0)));
  if (loss === "softmax_cross_entropy")
    return entropy(shares.map((p) => (1 - labelSmoothing) * p + labelSmoothing / shares.length));
  if (loss === "binary_cross_entropy") return entropy(shares) + entropy(shares.map((p) => 1 - p));
  return sum(shares.map((p) => p * (1 - p)));
}

/** Setting and value for a network at guessing with no other finding. */
function findCause(
  table,
  {
    model: {
      network: { layers },
    },
    rate,
  },
) {
  if (layers.length === 1) return ["hidden", "16"];
  return ["learning_rate", suggestValue(table, rate < table.rates.raise.least ? "raise" : "lower", rate)];
}

/** The new value of a setting: a learning rate raised or lowered. */
function suggestValue({ rates: { lower, raise } }, change, rate) {
  if (change === "lower") return general(Math.min(rate * lower.factor, lower.most));
  if (change === "raise") return general(Math.max(rate * raise.factor, raise.least));
  return change;
}
