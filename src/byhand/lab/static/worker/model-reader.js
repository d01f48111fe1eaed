// Models as byhand writes them: safetensors with a JSON description. Source of the format:
// huggingface.co/docs/safetensors: 8 bytes length, a JSON table of arrays, the arrays.

import { ACTIVATIONS } from "../shared/constants.js";
import { OUTPUTS, lossFor } from "../shared/output-kinds.js";

const MAX_TABLE = 1 << 20;
const MAX_LAYERS = 64;
const NORM = [
  ["params", "gamma"],
  ["params", "beta"],
  ["statistics", "mean"],
  ["statistics", "variance"],
];

/**
 * Return {network, preparation: {scale, shift}, classNames, imageShape, name} from a file's bytes; throw a sentence.
 */
export async function modelFrom(buffer, name) {
  try {
    return read(buffer, name);
  } catch (error) {
    if (error.constructor === Error) throw error; // a sentence; the engine's own errors are of other kinds
    throw new Error("this is not a model of byhand, or a part of it is lost; byhand train writes model.safetensors");
  }
}

function read(buffer, name) {
  const { arrays, body } = openContainer(buffer);
  const layers = [];
  body.layers.forEach((layer, i) => {
    if (layer.kind === "residual") addBlock(layers, layer.inner, `${i}.`, arrays);
    else addLayer(layers, layer, i, arrays);
  });
  if (!layers.length || layers.length > MAX_LAYERS) throw new Error("this model has no dense layers");
  if (!OUTPUTS.includes(body.output))
    throw new Error("this model predicts numbers, and the page shows networks that tell classes apart");
  if (body.clip) throw new Error("this model clips its inputs, as those of tables do, and the page does not");
  const loss = body.provenance?.recipe?.loss ?? lossFor(body.output, layers.at(-1).n_out);
  return {
    file: new Uint8Array(buffer),
    output: body.output,
    network: { layers, loss, labelSmoothing: body.provenance?.recipe?.label_smoothing ?? 0 },
    preparation: { scale: perInput(arrays("preparation/scale")), shift: perInput(arrays("preparation/shift")) },
    classNames: namesOf(body, layers),
    imageShape: body.image_shape,
    name: name ?? body.provenance?.recipe?.name ?? "model",
  };
}

/** Put one more layer behind those that are there; its arrays are under this name. */
function addLayer(layers, layer, name, arrays) {
  const last = layers.at(-1);
  const isOpen = last && last.activation === "identity" && !last.residual && !last.dropout;
  if (layer.kind === "dense") {
    const sizes = { n_in: layer.n_in, n_out: layer.n_out };
    layers.push({
      ...sizes,
      activation: "identity",
      slope: 0,
      W: arrays(`params/${name}.W`, layer.n_in * layer.n_out),
      b: arrays(`params/${name}.b`, layer.n_out),
    });
  } else if (ACTIVATIONS.includes(layer.kind) && isOpen) {
    Object.assign(last, { activation: layer.kind, slope: layer.slope ?? 0 });
  } else if (layer.kind === "batch_norm" && isOpen && !last.batchNorm) {
    const of = (what) =>
      Object.fromEntries(what.map(([kind, array]) => [array, arrays(`${kind}/${name}.${array}`, layer.width)]));
    last.batchNorm = { ...of(NORM), momentum: layer.momentum, epsilon: layer.epsilon };
  } else if (layer.kind === "dropout" && last && !last.residual && !last.dropout) {
    last.dropout = layer.rate;
  } else {
    throw new Error(`the page cannot show a ${layer.kind} layer in this place yet`);
  }
}

/** The layers of a residual block: the residual connection ends behind the last of them. */
function addBlock(layers, inner, prefix, arrays) {
  const before = layers.length;
  if (!before || inner[0]?.kind !== "dense")
    throw new Error("the page shows residual blocks that begin with a dense layer only");
  inner.forEach((layer, i) => addLayer(layers, layer, prefix + i, arrays));
  layers.at(-1).residual = layers.length - before;
}

/** Open the file; return a function that takes arrays out, and the description. */
function openContainer(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > MAX_TABLE) throw new RangeError();
  const table = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const { body } = JSON.parse(table.__metadata__.byhand);
  const arrays = (name, n) => {
    const {
      dtype,
      data_offsets: [from, to],
    } = table[name];
    const bytes = buffer.slice(8 + length + from, 8 + length + to);
    const array = dtype === "F64" ? new Float64Array(bytes) : new Float32Array(bytes);
    if (n !== undefined && array.length !== n) throw new Error(`${name} has ${array.length} numbers, not ${n}`);
    return array;
  };
  return { arrays, body };
}

const perInput = (array) => (array.length === 1 ? array[0] : Float32Array.from(array));

/** The classes' names; their numbers, where nobody named them. */
function namesOf({ class_names: names }, layers) {
  return names.length ? names : Array.from({ length: Math.max(2, layers.at(-1).n_out) }, (_, k) => String(k));
}
