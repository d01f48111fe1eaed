// Signs that name a cause: inputs, start, flat units, and what was learned by heart. The twin of
// byhand/training/diagnosis_checks.py but for what cannot come about in the page: sorted examples, a last layer that
// does not suit the loss, overfitting that ends at guessing. A check returns [[id, its sentence's numbers]] or [].

import { general } from "../shared/numbers.js";

const ROUNDING = 1e4; // weights that agree to four decimals of the largest are equal

const count = (n) => n.toLocaleString("en");
const percentOf = (share) => `${general(100 * share, 3)} %`;

/** Some of the examples, evenly from all of them: {inputs, scale, shift}. */
export function sampleOf({ thresholds }, { model: { network, preparation }, part }) {
  const nIn = network.layers[0].n_in;
  const step = Math.ceil(part.labels.length / thresholds.examples);
  const n = Math.ceil(part.labels.length / step);
  const inputs = new part.inputs.constructor(n * nIn);
  for (let i = 0; i < n; i++) inputs.set(part.inputs.subarray(i * step * nIn, (i * step + 1) * nIn), i * nIn);
  return { inputs, ...preparation };
}

/** The inputs are so large that no learning rate suits the first layer and the others. */
export function unscaledInputs({ thresholds }, { core, model: { network } }, { inputs, scale, shift }) {
  if (network.layers[0].batchNorm) return []; // scales the sums itself
  const x = Float64Array.from(inputs, (stored) => stored * scale + shift);
  const size = Math.sqrt(core.multiply(x, x).sum / x.length);
  return size > thresholds.input_size ? [["unscaled_inputs", { size: general(size, 3) }]] : [];
}

/** Units of a hidden layer that have the same weights get the same gradient and stay the same. */
export function equalUnits({ thresholds }, { model: { network } }) {
  for (const [l, { W, n_in, n_out: units }] of network.layers.slice(0, -1).entries()) {
    const size = W.reduce((largest, w) => Math.max(largest, Math.abs(w)), 0);
    if (!size || !Number.isFinite(size)) continue;
    const rounded = Int16Array.from(W, (w) => Math.round((ROUNDING * w) / size));
    const columns = new Set(
      Array.from({ length: units }, (_, j) => Array.from({ length: n_in }, (_, i) => rounded[i * units + j]).join()),
    );
    if (units > 1 && columns.size <= thresholds.equal_share * units)
      return [["equal_units", { layer: l + 1, different: count(columns.size), units: count(units) }]];
  }
  return [];
}

/** Nearly all sigmoid or tanh units of a layer are where their curve is flat: hardly any gradient gets through. */
export function saturatedUnits({ thresholds }, { core, model: { network }, initial }, sample) {
  const flat = (of, l) => flatShare(core, of, { l, sample, flatSlope: thresholds.flat_slope });
  for (const l of network.layers.slice(0, -1).keys()) {
    const share = flat(network, l);
    if (share <= thresholds.saturated_share) continue;
    const name = flat(initial, l) > share / 2 ? "saturated_start" : "saturated_units";
    return [[name, { layer: l + 1, share: percentOf(share) }]];
  }
  return [];
}

/** Slopes as shares of the steepest, by the activation. */
const SLOPES = { sigmoid: (y) => 4 * y * (1 - y), tanh: (y) => 1 - y * y };

/** The share of a layer's activations with next to no slope. */
function flatShare(core, network, { l, sample, flatSlope }) {
  const { activation, residual } = network.layers[l];
  const slope = SLOPES[activation];
  if (!slope || residual) return 0;
  const activations = core.predict({ ...network, layers: network.layers.slice(0, l + 1) }, sample);
  const flat = activations.reduce((n, y) => n + Number(slope(y) < flatSlope), 0);
  return flat / activations.length;
}

/** What is learned no longer carries over to other examples. */
export function overfitting({ thresholds }, { history }) {
  const last = history.at(-1);
  const losses = history.map(({ validation }) => validation.loss);
  const gap = last.accuracy - last.validation.accuracy;
  if (losses.some((loss) => loss === null)) {
    const { accuracy, validation } = last;
    return gap > thresholds.gap_alone
      ? [["overfitting_gap", { train: percentOf(accuracy), held_out: percentOf(validation.accuracy) }]]
      : [];
  }
  const lowest = Math.min(...losses);
  const best = losses.indexOf(lowest);
  const rose = losses.at(-1) > thresholds.val_loss_rise * lowest && lowest > 0;
  if (!rose || last.loss >= history[best].loss || gap <= thresholds.gap) return [];
  const numbers = { lowest: general(lowest, 3), epoch: count(best + 1), loss: general(losses.at(-1), 3) };
  return [["overfitting", numbers]];
}
