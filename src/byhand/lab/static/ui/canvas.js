// Canvases as sharp as the screen is, in the page's colours.

/** A colour as stylesheets/tokens.css names it, in the theme of now. */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The context of an empty canvas that is as large as its place; a unit is a pixel of the page. */
export function clearCanvas(canvas) {
  const scale = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
