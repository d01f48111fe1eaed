// How the microscope names a number: dW2 at row 3, column 1 is ∂L/∂W₂[3, 1].

const LOW = "₀₁₂₃₄₅₆₇₈₉";
const SYMBOLS = {
  W: "W",
  b: "b",
  z: "z",
  a: "a",
  s: "f′(z",
  da: "∂L/∂a",
  dz: "∂L/∂z",
  dW: "∂L/∂W",
  db: "∂L/∂b",
  vW: "new W",
  vb: "new b",
  stored: "pixel value",
};

/** {what: "dW", layer: "2"} of dW2. */
export function partsOf(name) {
  const layer = name.replace(/^\D*/, "");
  return { what: name.slice(0, name.length - layer.length), layer };
}

/** ∂L/∂W₂ for dW2. */
export function symbol(name) {
  const { what, layer } = partsOf(name);
  return `${SYMBOLS[what] ?? what}${layer.replace(/\d/g, (digit) => LOW[digit])}${what === "s" ? ")" : ""}`;
}

export const isMatrix = (name) => /^[dv]?W/.test(name);

/** ∂L/∂W₂[3, 1] for {name: "dW2", row: 3, col: 1}. */
export const nameOf = ({ name, row, col }) =>
  name === "L" ? "L" : `${symbol(name)}[${isMatrix(name) ? `${row}, ` : ""}${col}]`;

/** A cell as the address has it. */
export const textOf = ({ name, row, col }) => `${name}.${row}.${col}`;
