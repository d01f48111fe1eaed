// A unit of a network with one input: its activation along x, as a small line.

/** Paint a line of numbers between the least and the largest of them; zero, where it is in sight, is thin. */
export function paintCurve(canvas, numbers) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  const y = (value) => height - 4 - ((value - low) / (high - low || 1)) * (height - 8);
  const { color, borderColor } = getComputedStyle(canvas);
  context.clearRect(0, 0, width, height);
  Object.assign(context, { strokeStyle: borderColor, lineWidth: 1 });
  context.beginPath();
  context.moveTo(0, y(0));
  context.lineTo(width, y(0));
  context.stroke();
  Object.assign(context, { strokeStyle: color, lineWidth: 2 });
  context.beginPath();
  numbers.forEach((value, i) => context.lineTo((i / (numbers.length - 1)) * width, y(value)));
  context.stroke();
}
