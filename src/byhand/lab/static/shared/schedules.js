// The learning rate of any step, before the first one is taken: the twin of byhand/schedules.py, held to it by a test.

const FACTOR = 0.1;
const STAGES = 3; // of step
const CYCLE = 0.3; // the share in which one_cycle climbs, unless told

/**
 * Of the rate, and of how far along the step is, 0 … 1.
 * @type {Record<string, (rate: number, along: number) => number>}
 */
const SHAPES = {
  constant: (rate) => rate,
  step: (rate, along) => rate * FACTOR ** Math.floor(along * STAGES),
  linear: (rate, along) => rate * (1 - along),
  cosine: (rate, along) => rate * 0.5 * (1 + Math.cos(Math.PI * along)),
  flat_cos: (rate, along) => rate * 0.5 * (1 + Math.cos(Math.PI * Math.max(0, 2 * along - 1))),
  coslog4: (rate, along) => rate * 0.5 * (1 - Math.cos(2 * Math.PI * Math.log2(1 + 15 * along))),
};

/** @typedef {{schedule?: string, learningRate: number, warmUp?: number}} RateSettings */

/** The share of the run in which the rate climbs. @type {(settings: Omit<RateSettings, "learningRate">) => number} */
export const warmUpOf = ({ schedule, warmUp = 0 }) => (schedule === "one_cycle" ? warmUp || CYCLE : warmUp);

/**
 * Return step → rate, for a run of so many steps.
 * @param {RateSettings} settings
 * @param {number} nSteps
 * @returns {(step: number) => number}
 */
export function scheduleOf({ schedule = "constant", learningRate, warmUp }, nSteps) {
  const shape = SHAPES[schedule === "one_cycle" ? "linear" : schedule];
  const nWarm = Math.max(Math.min(roundHalfEven(warmUpOf({ schedule, warmUp }) * nSteps), nSteps - 1), 0);
  const rest = nSteps - nWarm;
  return (step) =>
    step < nWarm ? (shape(learningRate, 0) * (step + 1)) / nWarm : shape(learningRate, (step - nWarm) / rest);
}

/** To the nearest whole number, a half to the even one, as Python has it. @param {number} value */
function roundHalfEven(value) {
  const below = Math.floor(value);
  const isHalf = value - below === 0.5;
  return isHalf ? below + (below % 2) : Math.round(value);
}
