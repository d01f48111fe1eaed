// Python texts of numbers, networks and models.

const WIDTH = 28; // numbers a line
const FILE_LINE = 120; // signs a line of a file

/** Numbers as an array, in lines. */
export function arrayOf(numbers, dtype, width = WIDTH) {
  const lines = [];
  for (let i = 0; i < numbers.length; i += width) lines.push(Array.from(numbers.slice(i, i + width), String).join(" "));
  return `np.array("""\n${lines.join("\n")}\n""".split(), dtype="${dtype}")`;
}

/** A section that opens the network of that name: what the package brings, or a file inside the program. */
export async function modelSection(name, app) {
  if (name === "pretrained") {
    return {
      text: "The network that comes with byhand: its recipe is `draw`.",
      code: `from pathlib import Path

import numpy as np

import byhand as bh

model = bh.load_model(Path(bh.__file__).parent / "lab" / "static" / "models" / "draw.safetensors")`,
    };
  }
  const bytes = await app.client.request("modelFile", { model: name });
  const text = await base64(bytes);
  return {
    text: "The network as it is on the page: its file is inside this program.",
    code: `import base64
import tempfile
from pathlib import Path

import numpy as np

import byhand as bh

FILE = """
${text.match(new RegExp(`.{1,${FILE_LINE}}`, "g")).join("\n")}
"""
path = Path(tempfile.mkdtemp()) / "model.safetensors"
path.write_bytes(base64.b64decode(FILE))
model = bh.load_model(path)`,
  };
}

async function base64(bytes) {
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([bytes]));
  });
  return url.slice(url.indexOf(",") + 1);
}

export const LAYERS = {
  relu: "bh.ReLU()",
  leaky_relu: "bh.LeakyReLU()",
  sigmoid: "bh.Sigmoid()",
  tanh: "bh.Tanh()",
  softmax: "bh.Softmax()",
};

export function lossOf(name, smoothing = 0) {
  return {
    softmax_cross_entropy: `bh.SoftmaxCrossEntropy(${smoothing || ""})`,
    squared_error: "bh.SquaredError()",
    binary_cross_entropy: "bh.BinaryCrossEntropy()",
  }[name];
}

export function optimizerOf(name, momentum = 0.9) {
  return {
    sgd: "bh.SGD()",
    momentum: `bh.Momentum(${momentum})`,
    nesterov: `bh.Nesterov(${momentum})`,
    adam: "bh.Adam()",
    adamw: "bh.AdamW(0.01)",
  }[name];
}

export const initializerOf = (name, spread) => (["normal", "uniform"].includes(name) ? `${name}(${spread})` : name);

/** Dense layers with their activations, weights filled in. */
export function networkOf(layers) {
  const constructors = layers.flatMap(({ n_in, n_out, activation }) => [
    `bh.Dense(${n_in}, ${n_out})`,
    ...(LAYERS[activation] ? [LAYERS[activation]] : []),
  ]);
  let position = 0;
  const assignments = layers.map(({ W, b, n_in, n_out, activation }) => {
    const at = position;
    position += LAYERS[activation] ? 2 : 1;
    return `network.params["${at}.W"][:] = ${arrayOf(W, "float32", n_out)}.reshape(${n_in}, ${n_out})\nnetwork.params["${at}.b"][:] = ${arrayOf(b, "float32", n_out)}`;
  });
  return `network = bh.Network([${constructors.join(", ")}])\n${assignments.join("\n")}`;
}
