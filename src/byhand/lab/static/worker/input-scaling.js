// How stored numbers become inputs, x = stored · scale + shift: as byhand/preprocessing.py has it.

import { UNSCALED } from "../shared/constants.js";

const LEVELS = 256; // of a stored number

const SCALINGS = {
  unit: (core, { top }) => ({ scale: 1 / top, shift: 0 }), // 0 … 1
  signed: (core, { top }) => ({ scale: 2 / top, shift: -1 }), // −1 … 1
  standard: (core, { train }) => standardize(core, train.inputs),
  raw: () => UNSCALED,
};

const known = new WeakMap(); // data set → scalings by name, for counting all pixels takes a while

/** Return {scale, shift}: unit, signed, standard or raw, of a data set of datasets.js. */
export function scalingFor(core, data, name) {
  if (!known.has(data)) known.set(data, {});
  return (known.get(data)[name] ??= SCALINGS[name](core, data));
}

/** Mean 0 and deviation 1 over all pixels: each pixel value as often as it occurs, summed by the core. */
function standardize(core, inputs) {
  const counts = new Float64Array(LEVELS);
  const levels = Float64Array.from(counts.keys());
  for (let i = 0; i < inputs.length; i++) counts[inputs[i]]++;
  const meanOf = (numbers) => core.multiply(counts, numbers).sum / inputs.length;
  const mean = meanOf(levels);
  const centred = levels.map((level) => level - mean);
  const deviation = Math.sqrt(meanOf(core.multiply(centred, centred).products));
  const scale = 1 / (mean + deviation - mean);
  return { scale, shift: -mean * scale };
}
