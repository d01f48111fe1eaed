// Numbers as text: the one formatter of the page. At least three significant digits, and 0 only for what is 0.

const SIGNIFICANT = 3; // digits that a small number keeps at least
const LARGE = 1e7;
const SMALL = 1e-4; // beyond these a number is written with its power of ten
const MOST_POWERS = 5; // of ten on a logarithmic axis
const LEAST_TICKS = 3;
const DECIMALS = 20; // behind the point of a tick: more than any chart needs

/**
 * A number with so many digits behind the point, more where fewer than three significant ones would be left.
 * @param {number} value
 */
export function number(value, digits = SIGNIFICANT) {
  const size = Math.abs(value);
  if (size >= LARGE || (size < SMALL && size > 0)) return withMinus(value.toExponential(SIGNIFICANT - 1));
  const needed = size ? Math.max(0, SIGNIFICANT - 1 - Math.floor(Math.log10(size))) : 0;
  return withMinus((size ? value : 0).toFixed(Math.max(digits, needed))); // no −0
}

/** A number with so many significant digits, as Python's g writes it. @param {number} value */
export function general(value, digits = 6) {
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const plain = Number(power) >= -4 && Number(power) < digits;
  const short = (/** @type {string} */ text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  return withMinus(
    plain
      ? short(value.toFixed(digits - 1 - Number(power)))
      : `${short(mantissa)}e${power[0]}${power.slice(1).padStart(2, "0")}`,
  );
}

/** A bound rounded down: what is proved may be told smaller than it is, never larger. @param {number} value */
export function roundDown(value, digits = SIGNIFICANT) {
  if (value <= 0) return number(0, digits);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(value)));
  const text = value.toFixed(decimals);
  return Number(text) <= value ? text : (Number(text) - 10 ** -decimals).toFixed(decimals);
}

/**
 * The labels of an axis whose ticks are so far apart: as many digits as tell them apart.
 * @param {number[]} values
 * @param {number} step
 */
export function ticks(values, step) {
  const isFine = step < SMALL && step > 0;
  let decimals = 0;
  while (
    decimals < DECIMALS &&
    Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6 * step * 10 ** decimals
  )
    decimals++;
  return values.map((value) =>
    withMinus(
      isFine || Math.abs(value) >= LARGE
        ? general(value)
        : value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    ),
  );
}

/**
 * The ticks of a logarithmic axis: every n-th power of ten, or more ticks where fewer than three would be left.
 * @param {number} low
 * @param {number} high at least 2.51 times as large
 */
export function logTicks(low, high) {
  const [first, last] = [low, high].map((end) => Math.floor(Math.log10(end)));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const every = Math.ceil(Math.log10(high / low) / MOST_POWERS);
  const between = (/** @type {number[]} */ mantissas, step = 1) =>
    powers
      .filter((power) => power % step === 0)
      .flatMap((power) => mantissas.map((one) => Number(`${one}e${power}`)))
      .filter((value) => value >= low && value <= high);
  const all = between([1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8]);
  const coarser = [between([1], every), between([1]), between([1, 2, 5])];
  return coarser.find(({ length }) => length >= LEAST_TICKS) ?? all;
}

/** A share in percent; no line breaks between the number and its unit. */
export const percent = (/** @type {number} */ share, digits = 1) => `${number(100 * share, digits)}\u00a0%`;

/**
 * What speaks for a class: a probability as percent, a score as it is.
 * @type {(output: string, value: number) => string}
 */
export const scoreText = (output, value) => (output === "probabilities" ? percent(value) : number(value));

const withMinus = (/** @type {string} */ text) => text.replaceAll("-", "−");
