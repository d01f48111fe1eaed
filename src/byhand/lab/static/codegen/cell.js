// One number of the microscope as Python without imports but math: run, it prints the number that is on the screen.

const DIGITS = 6; // printed, as shown

/** Python that works out an opened cell from the numbers it is made of; name(ref) says what a number is called. */
export function codeOfCell(cell, name) {
  const lines = (FORMS[cell.form] ?? FORMS.given)(cell, name);
  return [`# ${name(cell)}, from the numbers on the screen`, ...lines, `print(f"{value:.${DIGITS}g}")`, ""].join("\n");
}

const assign = (ref, as, name) => `${as} = ${ref.value}  # ${name(ref)}`;
const assignAll = (cell, names, name) => names.map((as, i) => assign(cell.parts[i], as, name));

/** Pairs as a list of tuples; pairs whose first number is 0 add nothing and are left out. */
function pairs(terms, name) {
  const rows = terms
    .filter(({ parts }) => parts[0].value !== 0)
    .map(({ parts }) => `    (${parts[0].value}, ${parts[1].value}),  # ${name(parts[0])} and ${name(parts[1])}`);
  return ["terms = [", ...rows, "]"];
}

const ACTIVATION_CODE = {
  identity: "z",
  relu: "max(z, 0.0)",
  leaky_relu: "z if z > 0 else slope * z",
  sigmoid: "1 / (1 + exp(-z))",
  tanh: "tanh(z)",
};
const SLOPES = {
  identity: "1.0",
  relu: "1.0 if z > 0 else 0.0",
  leaky_relu: "1.0 if z > 0 else slope",
  sigmoid: "a * (1 - a)",
  softmax: "a * (1 - a)",
  tanh: "1 - a * a",
};
const math = ["from math import exp, log, tanh", ""];

const FORMS = {
  given: (cell, name) => [assign(cell, "value", name)],
  prepared: (cell, name) => [...assignAll(cell, ["stored", "scale", "shift"], name), "value = stored * scale + shift"],
  sum: (cell, name) => [
    ...pairs(cell.terms, name),
    ...(cell.parts.length ? [assign(cell.parts[0], "bias", name)] : ["bias = 0.0"]),
    "value = sum(left * right for left, right in terms) + bias",
  ],
  activation: (cell, name) => [
    ...math,
    assign(cell.parts[0], "z", name),
    `slope = ${cell.slope}`,
    `value = ${ACTIVATION_CODE[cell.activation]}`,
  ],
  sigmoid: (cell, name) => [...math, assign(cell.parts[0], "z", name), "value = 1 / (1 + exp(-z))"],
  odds: (cell, name) => [
    ...math,
    "z = [",
    ...cell.terms.map(({ parts: [z] }) => `    ${z.value},  # ${name(z)}`),
    "]",
    "odds = [exp(one - max(z)) for one in z]",
    `value = odds[${cell.col}] / sum(odds)`,
  ],
  target: (cell, name) => [
    assign(cell.parts[0], "target", name),
    `smoothing, n_classes = ${cell.labelSmoothing}, ${cell.nClasses}`,
    "value = (1 - smoothing) * target + smoothing / n_classes",
  ],
  "loss softmax_cross_entropy": (cell, name) => [
    ...math,
    ...every(cell, name),
    "value = -sum(t * log(p) for p, t in terms if t)",
  ],
  "loss squared_error": (cell, name) => [...every(cell, name), "value = sum((a - t) ** 2 for a, t in terms)"],
  "loss binary_cross_entropy": (cell, name) => [
    ...math,
    ...every(cell, name),
    "value = -sum((t * log(p) if t else 0) + ((1 - t) * log(1 - p) if t != 1 else 0) for p, t in terms)",
  ],
  difference: (cell, name) => [...assignAll(cell, ["p", "t"], name), "value = p - t"],
  twice: (cell, name) => [...assignAll(cell, ["a", "t"], name), "value = 2 * (a - t)"],
  product: (cell, name) => [...assignAll(cell, ["left", "right"], name), "value = left * right"],
  same: (cell, name) => [assign(cell.parts[0], "value", name)],
  slope: (cell, name) => [
    ...assignAll(cell, ["z", "a"], name),
    `slope = ${cell.slope}`,
    `value = ${SLOPES[cell.activation]}`,
  ],
  "softmax back": (cell, name) => [
    ...every(cell, name),
    ...assignAll(cell, ["a", "da"], name),
    "value = a * (da - sum(left * right for left, right in terms))",
  ],
  step: (cell, name) => [
    ...assignAll(cell, ["old", "gradient"], name),
    `rate = ${cell.rate}`,
    "value = old - rate * gradient",
  ],
};

const every = (cell, name) => [
  "terms = [",
  ...cell.terms.map(
    ({ parts: [left, right] }) => `    (${left.value}, ${right.value}),  # ${name(left)} and ${name(right)}`,
  ),
  "]",
];
