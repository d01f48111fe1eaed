// Labelled pictures: MNIST from the server or from dropped files, and the digits that come with byhand.
// Of MNIST the examples 48,099 … 58,098 are the validation set, as `byhand train --validate` does.

import { rowsOf } from "./image-rows.js";

const HELD_FROM = 48099;
const HELD_TO = 58099;
const DIGITS_TEST = 5; // every fifth of the bundled digits is for testing

/** {name, nIn, imageShape, top, train, validation, test}, each part {inputs, labels}; get(path) fetches bytes. */
export async function openData(name, get) {
  if (name === "digits") {
    const [images, labels] = await Promise.all(
      ["images-idx3", "labels-idx1"].map(async (part) => idx(await get(`../data/digits-${part}-ubyte.gz`))),
    );
    return digits(images, labels);
  }
  const parts = ["train/images", "train/labels", "test/images", "test/labels"];
  const [x, y, testX, testY] = (await Promise.all(parts.map((part) => get(`../api/data/${part}`)))).map(
    (bytes) => new Uint8Array(bytes),
  );
  return mnist(x, y, testX, testY);
}

/** Return MNIST from its four files, dropped in any order, gzipped or not. */
export async function dataFrom(files) {
  const found = await Promise.all(files.map(async (file) => idx(await file.arrayBuffer(), `the file ${file.name}`)));
  const part = (kind, n) => {
    const match = found.find(({ shape }) => shape.length === kind && shape[0] === n);
    if (!match)
      throw new Error(
        `a file with ${n.toLocaleString("en")} ${kind === 3 ? "pictures" : "labels"} is missing: drop all four of MNIST together`,
      );
    return match.values;
  };
  return mnist(part(3, 60000), part(1, 60000), part(3, 10000), part(1, 10000));
}

function mnist(x, y, testX, testY) {
  if (x.length !== 784 * y.length || testX.length !== 784 * testY.length)
    throw new Error("pictures and labels do not fit together");
  const rows = Array.from(y.keys());
  return dataset(
    "mnist",
    28,
    255,
    { x, y, rows: rows.filter((i) => i < HELD_FROM || i >= HELD_TO) },
    { x, y, rows: rows.slice(HELD_FROM, HELD_TO) },
    { x: testX, y: testY },
  );
}

function digits(images, labels) {
  const x = images.values;
  const y = labels.values;
  const rows = Array.from(y.keys());
  const test = rows.filter((i) => i % DIGITS_TEST === 0);
  const train = rows.filter((i) => i % DIGITS_TEST !== 0);
  return dataset("digits", 8, 16, { x, y, rows: train }, { x, y, rows: test }, { x, y, rows: test });
}

function dataset(name, side, top, ...parts) {
  const nIn = side * side;
  const [train, validation, test] = parts.map(({ x, y, rows }) =>
    rows ? pick(x, y, rows, nIn) : { inputs: x, labels: y },
  );
  return { name, nIn, imageShape: [side, side], top, train, validation, test };
}

function pick(x, y, rows, nIn) {
  return { inputs: rowsOf(x, rows, nIn), labels: Uint8Array.from(rows, (row) => y[row]) };
}

/** Read an IDX file of bytes, gzipped or not: {shape, values}. Source of the format: yann.lecun.com/exdb/mnist. */
export async function idx(buffer, name = "the file") {
  let bytes = new Uint8Array(buffer);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[3];
  if (bytes.length < 8 || bytes[0] || bytes[1] || bytes[2] !== 8 || rank < 1 || rank > 3)
    throw new Error(`${name} is not a picture, a model, a table (.csv) or one of MNIST's four files (IDX)`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const values = bytes.subarray(4 + 4 * rank);
  if (values.length !== shape.reduce((a, b) => a * b, 1))
    throw new Error(`${name} is cut short: it promises ${shape.join(" × ")} bytes`);
  return { shape, values };
}
