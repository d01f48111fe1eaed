// A drawing as the bundled 8 × 8 digits were made: a bitmap of 32 × 32 pixels, and how much ink is in each block of
// 4 × 4. The drawing is scaled so that it fills the bitmap's height, or its width where it is wider.

const SIDE = 32; // pixels of the bitmap
const BLOCK = 4;
const FULL = 127; // ink above which a pixel of the bitmap is set
const known = new WeakMap(); // core → the layer that counts

/** 64 counts from 0 to 16, by the core; null if nothing is drawn. ink: height × width numbers from 0 to 255. */
export function blockCounts(core, ink, height, width) {
  const box = boxOf(ink, height, width);
  if (!box) return null;
  const bitmap = bitmapOf(ink, width, box);
  if (!known.has(core)) known.set(core, counter());
  return Uint8Array.from(core.predict(known.get(core), { inputs: bitmap, scale: 1, shift: 0 }));
}

/** The rows and columns that hold ink: {top, left, height, width}. */
function boxOf(ink, height, width) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let i = 0; i < height * width; i++) {
    if (ink[i] <= FULL) continue;
    const [r, c] = [Math.floor(i / width), i % width];
    [top, bottom, left, right] = [Math.min(top, r), Math.max(bottom, r), Math.min(left, c), Math.max(right, c)];
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** The nearest pixel of the drawing for each of the bitmap: 0 or 1. */
function bitmapOf(ink, width, box) {
  const scale = Math.max(box.height, box.width) / SIDE;
  const at = (place, from, size) => Math.floor((place + 0.5 - SIDE / 2) * scale + from + size / 2);
  const bitmap = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const r = at(Math.floor(i / SIDE), box.top, box.height);
    const c = at(i % SIDE, box.left, box.width);
    const isInside = r >= box.top && r < box.top + box.height && c >= box.left && c < box.left + box.width;
    bitmap[i] = isInside && ink[r * width + c] > FULL ? 1 : 0;
  }
  return bitmap;
}

/** A layer without activation whose unit j adds the pixels of block j. */
function counter() {
  const across = SIDE / BLOCK;
  const n_out = across * across;
  const W = new Float32Array(SIDE * SIDE * n_out);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const block = Math.floor(Math.floor(i / SIDE) / BLOCK) * across + Math.floor((i % SIDE) / BLOCK);
    W[i * n_out + block] = 1;
  }
  return { layers: [{ n_in: SIDE * SIDE, n_out, activation: "identity", W, b: new Float32Array(n_out) }] };
}
