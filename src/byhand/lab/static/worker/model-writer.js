// A network trained in the page as a file of byhand's, the very bytes that byhand/persistence would write.

export const VERSION = "0.1.0"; // of byhand: a test holds it to the package's
const FORMAT = { format: "byhand model", version: 1, written_by: VERSION };
const ALIGNED = 8; // bytes

/** Return the file's bytes. */
export async function fileOf(model) {
  const { layers, arrays } = listArrays(model);
  const envelope = { ...FORMAT, body: bodyOf(model, layers) };
  const document = json({ ...envelope, sha256: await digest(json(envelope), arrays) });
  const inOrder = [...arrays].sort(
    (a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1),
  ); // as safetensors has them
  const table = { __metadata__: { byhand: document } };
  let at = 0;
  for (const { name, shape, data } of inOrder) {
    table[name] = {
      dtype: data.BYTES_PER_ELEMENT === 8 ? "F64" : "F32",
      shape,
      data_offsets: [at, at + data.byteLength],
    };
    at += data.byteLength;
  }
  const text = JSON.stringify(table);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / ALIGNED) * ALIGNED));
  const bytes = new Uint8Array(8 + head.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  for (const { name, data } of inOrder)
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      8 + head.length + table[name].data_offsets[0],
    );
  return bytes;
}

function bodyOf({ output, preparation, classNames, imageShape, recipe }, layers) {
  return {
    layers,
    preparation: preparation.name,
    output,
    class_names: classNames,
    image_shape: imageShape,
    provenance: { recipe, data: `${recipe.data}, in the lab's page` },
    history: {},
  };
}

/**
 * The layers as byhand describes them, and every array by its name: the two of the input scaling, one number for all or
 * one an input, and those of the layers at their positions, which are two deep, like 3.0, in a residual block.
 */
function listArrays({ network, preparation }) {
  const arrays = ["scale", "shift"].map((name) => ({
    name: `preparation/${name}`,
    shape: Array.isArray(preparation[name]) ? [preparation[name].length] : [],
    data: Float64Array.from([preparation[name]].flat()),
  }));
  const layers = [];
  network.layers.forEach((layer, l) => {
    const parts = partsOf(layer, l === network.layers.length - 1);
    const first = layers.length;
    parts.forEach(({ held }, i) => {
      const at = layer.residual ? `${first}.${i}` : first + i;
      for (const { kind, name, shape, data } of held) arrays.push({ name: `${kind}/${at}.${name}`, shape, data });
    });
    const described = parts.map((part) => part.described);
    layers.push(...(layer.residual ? [{ kind: "residual", inner: described }] : described));
  });
  return { layers, arrays };
}

/** A dense layer and what lies behind it, in the order of byhand/mlp.py, each with the arrays it holds. */
function partsOf({ n_in, n_out, activation, slope, W, b, batchNorm: norm, dropout }, isLast) {
  const part = (described, ...held) => ({ described, held });
  const param = (name, shape, data) => ({ kind: "params", name, shape, data });
  const statistic = (name) => ({ kind: "statistics", name, shape: [n_out], data: norm[name] });
  return [
    part({ kind: "dense", n_in, n_out }, param("W", [n_in, n_out], W), param("b", [n_out], b)),
    norm &&
      part(
        { kind: "batch_norm", width: n_out, momentum: norm.momentum, epsilon: norm.epsilon },
        ...["gamma", "beta"].map((name) => param(name, [n_out], norm[name])),
        ...["mean", "variance"].map(statistic),
      ),
    (activation !== "identity" || !isLast) &&
      part({ kind: activation, ...(activation === "leaky_relu" ? { slope } : {}) }),
    dropout > 0 && part({ kind: "dropout", rate: dropout }),
  ].filter(Boolean);
}

/** The SHA-256 of the text and of every array's name, type, shape and bytes, in the order of the names. */
async function digest(document, arrays) {
  if (!globalThis.crypto?.subtle)
    throw new Error("a network can be saved from a page that came by https or from this machine");
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(document)];
  for (const { name, shape, data } of [...arrays].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
    pieces.push(encoder.encode(`\n${name} float${8 * data.BYTES_PER_ELEMENT} ${tuple}\n`), data);
  }
  const whole = await new Blob(pieces).arrayBuffer();
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON as Python writes it: a space behind commas and colons, ASCII only, 1e-05 for 0.00001. */
function json(value) {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value === "number")
    return Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
  if (typeof value === "string")
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  if (value === null || typeof value === "boolean") return String(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${json(name)}: ${json(one)}`)
    .join(", ")}}`;
}
