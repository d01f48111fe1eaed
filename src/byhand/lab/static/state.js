// The page's whole state is one table of settings, and the address holds it: a view can be linked, and comes back.

/** name → its default, and how it is read from text; null: not a value it can have. */
export const SETTINGS = {
  view: choice("draw", ["draw", "network", "train", "plane", "mistakes", "experiments"]),
  model: choice("shipped", ["shipped", "trained", "given"]),
  picture: { initial: null, read: unpacked, write: packed }, // 784 or 64 bytes: what is drawn or loaded
  digit: whole(-1, -1, 9999), // the test picture that is loaded; −1: drawn by hand
  pen: choice("medium", ["thin", "medium", "thick"]),
  against: whole(-1, -1, 9), // "why rather than": −1 asks for nothing
  label: whole(-1, -1, 9), // the class to learn in the network view; −1: what it is, or what the network says
  unit: whole(0, 0, 4095),
  layer: whole(0, 0, 15),
  phase: whole(0, 0, 99),
  data: choice("digits", ["digits", "mnist"]),
  hidden: { initial: [128], read: widths, write: (list) => list.join("-") },
  activation: choice("relu", ["relu", "leaky_relu", "sigmoid", "tanh", "identity"]),
  loss: choice("softmax_cross_entropy", ["softmax_cross_entropy", "squared_error", "binary_cross_entropy"]),
  optimizer: choice("sgd", ["sgd", "momentum", "nesterov", "adam", "adamw"]),
  learningRate: decimal(0.1, 1e-6, 1e6),
  batchSize: whole(32, 1, 4096),
  epochs: whole(10, 1, 1000),
  initializer: choice("he", ["he", "glorot", "normal", "uniform", "zeros"]),
  preparation: choice("unit", ["unit", "signed", "raw"]),
  shuffle: { initial: true, read: (text) => ({ yes: true, no: false })[text] ?? null, write: (on) => (on ? "yes" : "no") },
  seed: whole(1, 0, 2 ** 32 - 1),
  // of the plane
  set: choice("moons", ["gaussians", "xor", "circles", "moons", "spiral", "own"]),
  points: { initial: null, read: pointsIn, write: (list) => list.map((point) => point.join("_")).join("~") }, // [x, y, class]
  noise: decimal(0.1, 0, 1),
  arms: whole(2, 2, 6),
  spread0: decimal(0.5, 0.1, 3),
  spread1: decimal(1.5, 0.1, 3),
  planeHidden: { initial: [16, 8], read: widths, write: (list) => list.join("-") },
  planeActivation: choice("relu", ["relu", "leaky_relu", "sigmoid", "tanh", "identity"]),
  planeOptimizer: choice("sgd", ["sgd", "momentum", "nesterov", "adam"]),
  planeRate: decimal(0.1, 1e-6, 1e6),
  planeBatch: whole(8, 1, 4096),
  planeInit: choice("he", ["he", "glorot", "normal", "uniform", "zeros"]),
  planeSeed: whole(1, 0, 2 ** 32 - 1),
  compare: { initial: false, read: (text) => ({ yes: true, no: false })[text] ?? null, write: (on) => (on ? "yes" : "no") },
  // of the experiments
  experiment: { initial: "sorted-by-class", read: (text) => /^[a-z0-9-]{3,40}$/.test(text) ? text : null, write: String }, // an id of experiments.json
  seeds: whole(5, 5, 50),
  theme: choice("auto", ["auto", "light", "dark"]),
  colours: choice("safe", ["safe", "classic"]),
};

function choice(initial, names) { return { initial, names, read: (text) => names.includes(text) ? text : null, write: String }; }

function whole(initial, least, most) {
  return { initial, least, most, write: String, read: (text) => /^-?\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null };
}

function decimal(initial, least, most) {
  return { initial, least, most, write: String, read: (text) => text !== "" && Number(text) >= least && Number(text) <= most ? Number(text) : null };
}

function pointsIn(text) {
  const list = text.split("~").map((point) => point.split("_").map(Number));
  return list.length <= 500 && list.every(([x, y, k, more]) => Math.abs(x) <= 1e3 && Math.abs(y) <= 1e3 && Number.isInteger(k) && k >= 0 && k < 6 && more === undefined) ? list : null;
}

function widths(text) {
  if (text === "") return [];
  const list = text.split(/[-, ]+/).map(Number);
  return list.length <= 8 && list.every((n) => Number.isInteger(n) && n >= 1 && n <= 4096) ? list : null;
}

/** Bytes as text for an address: runs of zeros as one number. */
function packed(bytes) {
  const out = [];
  for (let i = 0; i < bytes.length; i++) {
    let run = 0;
    while (bytes[i + run] === 0 && run < 255 && i + run < bytes.length) run++;
    if (run) out.push(0, run);
    else out.push(bytes[i]);
    i += Math.max(run - 1, 0);
  }
  return btoa(String.fromCharCode(...out)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unpacked(text) {
  try {
    const codes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0)), out = [];
    for (let i = 0; i < codes.length; i++) codes[i] ? out.push(codes[i]) : out.push(...new Array(codes[++i]).fill(0));
    return out.length === 784 || out.length === 64 ? Uint8Array.from(out) : null;
  } catch { return null; }
}

export function initialState() {
  return Object.fromEntries(Object.entries(SETTINGS).map(([name, { initial }]) => [name, initial]));
}

/** Read the state out of an address's fragment; what is missing or cannot be is left at its default. */
export function stateFrom(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, "")), state = initialState();
  for (const [name, { read }] of Object.entries(SETTINGS)) {
    const value = given.has(name) ? read(given.get(name)) : null;
    if (value !== null) state[name] = value;
  }
  return state;
}

/** Write what differs from the defaults. */
export function fragmentOf(state) {
  const params = new URLSearchParams();
  for (const [name, { initial, write }] of Object.entries(SETTINGS)) {
    const value = state[name];
    if (value !== null && String(value) !== String(initial)) params.set(name, write(value));
  }
  return params.size ? `#${params}` : "#";
}
