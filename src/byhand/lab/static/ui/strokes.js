// Strokes of a pen, painted: large for the eye, small for the core.

export const PENS = { thin: 0.04, medium: 0.075, thick: 0.115 }; // of the side
const INK = 112; // pixels a side that the core gets of a drawing: four times what the network sees
const small = document.createElement("canvas");

/**
 * Paint strokes on a cleared canvas, each with its pen; return its context.
 * @param {HTMLCanvasElement} canvas
 * @param {any[]} strokes
 */
export function paintStrokes(canvas, strokes, colour = "#000") {
  const context = contextOf(canvas);
  const side = canvas.width;
  context.clearRect(0, 0, side, side);
  Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: colour });
  for (const { pen, points } of strokes) {
    context.lineWidth = PENS[pen] * side;
    context.beginPath();
    points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x * side, y * side));
    if (points.length === 1) context.lineTo(points[0][0] * side + 0.01, points[0][1] * side);
    context.stroke();
  }
  return context;
}

/** The ink of strokes in so many pixels a side: numbers from 0 to 255, a row after the other. */
export function inkOf(strokes, side = INK) {
  Object.assign(small, { width: side, height: side });
  const rgba = paintStrokes(small, strokes).getImageData(0, 0, side, side).data;
  return Float32Array.from({ length: side * side }, (_, i) => rgba[4 * i + 3]);
}

/** @returns {CanvasRenderingContext2D} */
function contextOf(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw on a canvas");
  return context;
}
