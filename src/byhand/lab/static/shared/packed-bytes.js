// Bytes as text for an address: runs of zeros as one number.

/** @param {ArrayLike<number>} bytes */
export function packBytes(bytes) {
  /** @type {number[]} */
  const out = [];
  for (let i = 0; i < bytes.length; i++) {
    let run = 0;
    while (bytes[i + run] === 0 && run < 255 && i + run < bytes.length) run++;
    if (run) out.push(0, run);
    else out.push(bytes[i]);
    i += Math.max(run - 1, 0);
  }
  return btoa(String.fromCharCode(...out))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** A picture of 28 × 28 or 8 × 8 pixels; null where the text is not one. @param {string} text */
export function unpackBytes(text) {
  try {
    const codes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    /** @type {number[]} */
    const out = [];
    for (let i = 0; i < codes.length; i++) codes[i] ? out.push(codes[i]) : out.push(...new Array(codes[++i]).fill(0));
    return out.length === 784 || out.length === 64 ? Uint8Array.from(out) : null;
  } catch {
    return null;
  }
}
