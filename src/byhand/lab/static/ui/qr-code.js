// An address as a QR code (lean-qr): one path of squares, black on white in every theme, for cameras.

import { generate } from "../vendor/lean-qr/index.mjs";
import { h } from "./dom.js";

const MARGIN = 4; // modules of white around it, as ISO 18004 asks
export const MOST_CHARACTERS = 1200; // a code of more is too fine for a camera at the back of a room

/** An SVG of the text. */
export function qrCode(text, label) {
  const code = generate(text);
  const { size } = code;
  const rows = Array.from({ length: size }, (_, y) => y);
  const path = rows.map((y) => rows.map((x) => (code.get(x, y) ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  const side = size + 2 * MARGIN;
  return h(
    "svg",
    { class: "qr", viewBox: `${-MARGIN} ${-MARGIN} ${side} ${side}`, role: "img", "aria-label": label },
    h("rect", { x: -MARGIN, y: -MARGIN, width: side, height: side, fill: "#fff" }),
    h("path", { d: path, fill: "#000" }),
  );
}
