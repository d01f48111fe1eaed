// A network trained in the page as a file of byhand's, the very bytes that byhand/persistence would write.

export const VERSION = "0.1.0"; // of byhand: a test holds it to the package's
const FORMAT = { format: "byhand model", version: 1, written_by: VERSION };
const ALIGNED = 8; // bytes

/** Return the file's bytes. */
export async function fileOf(model) {
  const arrays = arraysOf(model), envelope = { ...FORMAT, body: bodyOf(model) };
  const said = json({ ...envelope, sha256: await digest(json(envelope), arrays) });
  const inOrder = [...arrays].sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1)); // as safetensors has them
  const table = { __metadata__: { byhand: said } };
  let at = 0;
  for (const { name, shape, data } of inOrder) {
    table[name] = { dtype: data.BYTES_PER_ELEMENT === 8 ? "F64" : "F32", shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const text = JSON.stringify(table), head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / ALIGNED) * ALIGNED));
  const bytes = new Uint8Array(8 + head.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  for (const { name, data } of inOrder) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + head.length + table[name].data_offsets[0]);
  return bytes;
}

function bodyOf({ network, output, preparation, classNames, imageShape, recipe }) {
  const layers = network.layers.flatMap(({ n_in, n_out, activation, slope }, l) => [
    { kind: "dense", n_in, n_out },
    ...(activation === "identity" && l === network.layers.length - 1 ? [] : [{ kind: activation, ...(activation === "leaky_relu" ? { slope } : {}) }]),
  ]);
  return { layers, preparation: preparation.name, output, class_names: classNames, image_shape: imageShape, provenance: { recipe, data: `${recipe.data}, in the lab's page` }, history: {} };
}

/** Every array by its name: the preparation's two numbers, and the weights and biases at their layers' positions. */
function arraysOf({ network, preparation }) {
  const found = ["scale", "shift"].map((name) => ({ name: `preparation/${name}`, shape: [], data: Float64Array.of(preparation[name]) }));
  let position = 0;
  for (const { n_in, n_out, W, b } of network.layers) {
    found.push({ name: `params/${position}.W`, shape: [n_in, n_out], data: W }, { name: `params/${position}.b`, shape: [n_out], data: b });
    position += 2; // its activation has a position too
  }
  return found;
}

/** The SHA-256 of the text and of every array's name, type, shape and bytes, in the order of the names. */
async function digest(said, arrays) {
  if (!globalThis.crypto?.subtle) throw new Error("a network can be saved from a page that came by https or from this machine");
  const encoder = new TextEncoder(), pieces = [encoder.encode(said)];
  for (const { name, shape, data } of [...arrays].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
    pieces.push(encoder.encode(`\n${name} float${8 * data.BYTES_PER_ELEMENT} ${tuple}\n`), data);
  }
  const whole = await new Blob(pieces).arrayBuffer(), sum = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON as Python writes it: a space behind commas and colons, ASCII only, 1e-05 for 0.00001. */
function json(value) {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value === "number") return Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
  if (typeof value === "string") return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (value === null || typeof value === "boolean") return String(value);
  return `{${Object.entries(value).map(([name, one]) => `${json(name)}: ${json(one)}`).join(", ")}}`;
}
