// The figures on the screen as files for slides: a drawing (SVG) as SVG and PNG, a picture (canvas) as PNG, each on the
// ground that it has on the page.

import { saveFile } from "./save-file.js";

const SCALE = 2; // of a PNG made of an SVG: sharp on a projector
const SVG_STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "font",
  "text-anchor",
];

/** The figures of the view that can be seen and have a name: {name, element, kinds}. */
export function figures() {
  /** @type {NodeListOf<HTMLCanvasElement | SVGSVGElement>} */
  const found = document.querySelectorAll("main canvas, main svg");
  return [...found]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 0)
    .map((element) => ({
      element,
      name: nameOf(element),
      kinds: element instanceof SVGElement ? ["svg", "png"] : ["png"],
    }))
    .filter(({ name }) => name);
}

/** What a figure is called on the page, up to the first sentence. */
function nameOf(element) {
  const around = element.closest("[role=img][aria-label]")?.getAttribute("aria-label");
  const name = element.getAttribute("aria-label") || around || element.closest("[data-figure]")?.dataset.figure || "";
  return name.split(/[.:]/)[0].trim();
}

/** Save one of them. */
export async function saveFigure({ element, name }, kind) {
  const file = `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "figure"}.${kind}`;
  if (kind === "svg") return saveFile(svgText(element), file, "image/svg+xml");
  const canvas = await paintFigure(element);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("this browser did not make a PNG of the figure");
  saveFile(blob, file, "image/png");
}

/** An SVG that looks the same without the page's style sheet. */
function svgText(svg) {
  const copy = svg.cloneNode(true);
  const there = [svg, ...svg.querySelectorAll("*")];
  for (const [i, element] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(there[i]);
    for (const name of SVG_STYLES) element.style.setProperty(name, style.getPropertyValue(name));
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.style.background = groundOf(svg);
  return new XMLSerializer().serializeToString(copy);
}

/** The colour behind an element: its own, or that of the nearest around it that has one. */
function groundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!/^rgba\(.*, 0\)$/.test(backgroundColor)) return backgroundColor;
  }
  return "#fff";
}

/** The figure on its ground, as a canvas of its own. */
async function paintFigure(element) {
  const image = element instanceof SVGElement ? await imageOf(element) : element;
  const scale = element instanceof SVGElement ? SCALE : 1;
  const [width, height] = [scale * image.width, scale * image.height];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw on a canvas");
  context.fillStyle = groundOf(element);
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

async function imageOf(svg) {
  const address = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  return image;
}
