// The network on one canvas, drawn from numbers and a time: phase `at` is on its way by t, from 0 to 1.

import { number } from "../../shared/numbers.js";
import { clearCanvas, token } from "../canvas.js";
import { largestSize, lineColour, signedColour } from "../palette.js";
import { isBack, visibleArrays } from "./phases.js";

const DOT = 1.6; // pixels, of a unit that holds nothing
const THIN = 0.7; // of a line, in pixels
const THICK = 5;
const STAGGER = 0.5; // of a phase: so much later the last units of a layer begin
const BAR = 44; // pixels of a full bar beside an output

/**
 * scene: {layers: [{z, a, da, dz}], lines: [[{from, to, weight, product, gradient}]], scores, winner, names, isPicture}
 * moment: {phases, at, t, chosen}
 */
export function paintStage(canvas, places, scene, moment) {
  const context = clearCanvas(canvas);
  const shown = { before: visibleArrays(moment.phases, moment.at - 1), after: visibleArrays(moment.phases, moment.at) };
  const now = moment.phases[moment.at];
  if (scene.isPicture) paintFan(context, places, shown.after[0] ? 1 : 0, now.name === "z" && !now.layer ? moment.t : 1);
  scene.lines.forEach((lines, l) =>
    paintLines(context, places, [lines, scene.backLines?.[l]], l, { ...moment, now, shown }),
  );
  scene.layers.forEach((layer, l) =>
    paintUnits(context, places.layers[l], layer, l, { ...moment, now, shown, last: scene.layers.length - 1 }),
  );
  if (!scene.isPicture) paintInputs(context, places.input, scene.x, scene.inputNames);
  paintOutputs(context, places.layers[places.layers.length - 1], scene, { ...moment, now });
}

/** Every pixel goes into every unit: a fan from the picture to the first layer. */
function paintFan(context, { input, layers }, isReached, t) {
  const spots = layers[0].spots;
  const [top, bottom] = [spots[0][1], Math.max(...spots.map(([, y]) => y))];
  const [left, right] = [input.x + input.side + 4, layers[0].x0 - 4];
  context.fillStyle = token("--accent");
  context.globalAlpha = isReached ? 0.09 : 0.04;
  const to = left + (right - left) * (isReached ? t : 1);
  const share = (to - left) / (right - left || 1);
  context.beginPath();
  context.moveTo(left, input.y);
  context.lineTo(to, input.y + (top - 10 - input.y) * share);
  context.lineTo(to, input.y + input.side + (bottom + 10 - input.y - input.side) * share);
  context.lineTo(left, input.y + input.side);
  context.fill();
  context.globalAlpha = 1;
}

/** What a layer's lines show now: nothing before they are reached; then weights, and on the way back gradients. */
function lineStateOf(l, { now, shown, t }) {
  const isSummed = now.name === "z" && now.layer === l;
  const isPulled = now.name === "dW" && now.layer === l;
  const isReturned = now.name === "da" && now.layer === l - 1;
  if (!shown.after[l]) return null;
  const isGradient = isPulled || (isBack(now) && now.layer < l);
  return {
    isActive: isSummed || isPulled || isReturned,
    isGradient,
    from: isReturned || isPulled ? 1 - t : 0,
    to: isSummed ? t : 1,
  };
}

function paintLines(context, places, [forwards, backwards], l, moment) {
  const state = lineStateOf(l, moment);
  if (!state || (!l && places.input.side)) return;
  const lines = state.isGradient && backwards ? backwards : forwards;
  const isWhole = lines.length > 0 && !places.input.side; // all lines: they show the weights
  const strength = (line) => (state.isGradient ? (line.gradient ?? 0) : isWhole ? line.weight : line.product);
  const most = largestSize(lines.map(strength));
  const starts = l ? places.layers[l - 1] : places.input;
  for (const line of lines) {
    const share = most ? Math.abs(strength(line)) / most : 0;
    context.globalAlpha = state.isActive ? 0.95 : 0.55;
    paintLine(context, starts.spots[line.from], places.layers[l].spots[line.to], strength(line), share, state);
  }
  context.globalAlpha = 1;
}

/** A curved line, drawn from one share of its length to another; dashed where its number is below zero. */
function paintLine(context, from, to, value, share, state) {
  if (!from || !to) return;
  const bend = 0.45 * (to[0] - from[0]);
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) * 1.15;
  const [begin, end] = [state.from * length, state.to * length];
  Object.assign(context, { strokeStyle: lineColour(value), lineWidth: THIN + (THICK - THIN) * share });
  context.setLineDash(value < 0 ? dashesBetween(begin, end, length) : [0, begin, end - begin, length]);
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.bezierCurveTo(from[0] + bend, from[1], to[0] - bend, to[1], to[0], to[1]);
  context.stroke();
  context.setLineDash([]);
}

/** Dashes from one length of a line to another, and nothing elsewhere. */
function dashesBetween(begin, end, length) {
  const dashes = [0, begin];
  for (let at = begin; at < end; at += 8) dashes.push(Math.min(5, end - at), 3);
  dashes[dashes.length - 1] += length;
  return dashes;
}

/** One layer's units: area and colour are the number, scaled to the layer's largest; below zero they are hollow. */
function paintUnits(context, { spots, size, isRoomy }, layer, l, { now, shown, t, chosen, last }) {
  const [before, after] = [layer[shown.before[l]], layer[shown.after[l]]];
  const isChanging = now.layer === l && ["z", "a", "da", "dz"].includes(now.name);
  const [largestBefore, largestAfter] = [before, after].map((values) => (values ? largestSize(values) : 0));
  const part = (values, largest, j) => (values && largest ? values[j] / largest : 0);
  spots.forEach(([x, y], j) => {
    const late = (STAGGER * j) / Math.max(1, spots.length - 1);
    const share = isChanging ? Math.min(1, Math.max(0, (t - late) / (1 - STAGGER))) : 1;
    const [from, to] = [part(before, largestBefore, j), part(after, largestAfter, j)];
    paintUnit(context, [x, y], size, from + (to - from) * share);
    if (after && isRoomy && l < last && share === 1) paintNumber(context, [x + size + 4, y], after[j]);
    if (chosen?.layer === l && chosen.unit === j) paintRing(context, [x, y], Math.max(size, 6) + 2.5);
  });
}

function paintUnit(context, [x, y], size, value) {
  const radius = DOT + (size - DOT) * Math.sqrt(Math.abs(value));
  context.beginPath();
  context.arc(x, y, value ? radius : DOT, 0, 7);
  if (!value) context.fillStyle = token("--line");
  else context.fillStyle = value > 0 ? signedColour(0.35 + 0.65 * value) : token("--card");
  context.fill();
  if (value >= 0) return;
  Object.assign(context, { strokeStyle: lineColour(-1), lineWidth: Math.min(2.2, 0.35 * radius + 0.5) });
  context.stroke();
}

/** What a unit holds, beside it, where there is room. */
function paintNumber(context, [x, y], value) {
  const text = number(value, 2);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  Object.assign(context, { textBaseline: "middle", strokeStyle: token("--card"), fillStyle: token("--soft") });
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function paintRing(context, [x, y], radius) {
  Object.assign(context, { strokeStyle: token("--ink"), lineWidth: 2 });
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.stroke();
}

/** A point's coordinates, with their names. */
function paintInputs(context, { spots, size }, x, names) {
  context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
  Object.assign(context, { textBaseline: "middle", textAlign: "right" });
  const most = largestSize(x);
  spots.forEach(([left, y], i) => {
    paintUnit(context, [left, y], size, most ? x[i] / most : 0);
    context.fillStyle = token("--ink");
    context.fillText(names[i], left - size - 8, y + 0.5);
  });
  context.textAlign = "left";
}

/** Beside each output its name, and at the answer its bar. */
function paintOutputs(context, { spots, size }, { names, scores, winner, output }, { phases, at, now, t }) {
  if (names.length !== spots.length) return;
  const answer = phases.findIndex(({ name }) => name === "answer");
  const share = at < answer ? 0 : now.name === "answer" ? t : 1;
  const font = getComputedStyle(document.body).fontFamily;
  context.textBaseline = "middle";
  context.font = `700 13px ${font}`;
  const beside = 18 + Math.max(...names.map((name) => context.measureText(name).width));
  spots.forEach(([x, y], k) => {
    const isWinner = share === 1 && k === winner;
    context.font = `${isWinner ? 700 : 400} 13px ${font}`;
    context.fillStyle = token(isWinner || !share ? "--ink" : "--soft");
    context.fillText(names[k], x + size + 8, y + 0.5);
    if (!share || output === "scores") return;
    context.fillStyle = token("--line");
    context.fillRect(x + size + beside, y - 3.5, BAR, 7);
    context.fillStyle = token("--accent");
    context.fillRect(x + size + beside, y - 3.5, Math.max(1, BAR * scores[k] * share), 7);
  });
}
