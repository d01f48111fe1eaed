// The film strip: what six first-layer units looked for at moments ever farther apart; a press travels there. Two
// moments compared stand in its place.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { largestSize, legend, picture } from "../../ui/palette.js";
import { TEXT } from "../../ui/strings.js";
import { firstUnits, paintWeights, weightThumbnail } from "../../ui/weight-thumbnails.js";

const words = TEXT.train;
const times = TEXT.timeline;
const COLUMNS = 8; // the last is now
const SIDE = 56; // pixels of a picture of weights that are not of pixels
const COMPARED = 16; // units of a comparison

/** {element, show(state, frames)} of a session. */
export function createFilmCard(session) {
  const strip = h("div", { class: "film" });
  const comparison = h("div", { class: "compared" });
  const note = h("span", { class: "position" });
  const all = h("div", { class: "thumbnails weights" });
  const allUnits = h(
    "details",
    { class: "panel all-units" },
    h("summary", {}, words.all),
    h("div", { class: "panel-body" }, all),
  );
  const element = h(
    "div",
    { class: "film-card card" },
    h("div", { class: "film-head" }, h("h3", {}, words.film), legend({ plus: "plus", minus: "minus" }), allUnits),
    strip,
    comparison,
    h("p", { class: "hint" }, words.filmHelp, " ", note),
  );
  /** @type {Record<string, any>} */
  let lastFrames = {};
  const showAll = () => drawAll(all, lastFrames.training, lastFrames.moment >= 0 ? lastFrames.snapshot : null);

  function show({ kept, moment }, { training, snapshot, difference, film }) {
    /** @type {Record<string, any>} */
    const now = { training, film, moment, snapshot };
    const isOther = Object.keys(now).some((name) => now[name] !== lastFrames[name]);
    lastFrames = now;
    strip.hidden = kept >= 0;
    drawDifference(comparison, session, difference);
    if (!isOther && strip.children.length) return;
    replaceChildren(note, training ? notesOn(training) : "");
    drawStrip(strip, session, momentsOf(training, film));
    if (allUnits.open) showAll();
  }

  allUnits.addEventListener("toggle", showAll);
  return { element, show };
}

const notesOn = (training) =>
  [describeUnits(training), training.is_folded ? TEXT.notes.folded : ""].filter(Boolean).join(" ");

/** Which of the first layer's units can be shown, where it is not all of them. */
function describeUnits({ weights, sizes }) {
  const first = firstUnits(weights.length, sizes[1]);
  return first ? `Shown: ${first}.` : "";
}

/** The moments of the strip: of those that were kept as many as there is room for, and now. */
function momentsOf(training, film) {
  if (!training) return [];
  const kept = (film?.moments ?? []).filter(({ step }) => step < training.step);
  const most = COLUMNS - 1;
  const at = (i) => (kept.length <= most ? i : Math.round((i * (kept.length - 1)) / (most - 1)));
  const chosen = Array.from({ length: Math.min(most, kept.length) }, (_, i) => kept[at(i)]);
  const units = chosen[0]?.weights.length ?? 6;
  return [...chosen, { step: training.step, isNow: true, weights: training.weights.slice(0, units) }];
}

function drawStrip(strip, session, moments) {
  if (!moments.length) return replaceChildren(strip, h("p", { class: "hint" }, words.empty));
  const most = Math.max(...moments.flatMap(({ weights }) => weights.map(largestSize)));
  while (strip.children.length > moments.length) strip.lastChild.remove();
  moments.forEach((moment, i) => {
    const column = strip.children[i]?.matches("button") ? strip.children[i] : newColumn(strip, i);
    drawMoment(column, session, moment, most);
  });
}

function newColumn(strip, i) {
  const column = h("button", { class: "moment" }, h("span", {}));
  if (strip.children[i]) strip.children[i].replaceWith(column);
  else strip.append(column);
  return column;
}

function drawMoment(column, session, { step, isNow, weights }, most) {
  const { moment } = session.state;
  const label = `step ${step.toLocaleString("en")}`;
  column.onclick = () => session.travel(step);
  column.setAttribute("aria-pressed", String(moment < 0 ? Boolean(isNow) : moment === step));
  column.setAttribute("aria-label", isNow ? `now, ${label}` : label);
  column.firstChild.textContent = isNow ? "now" : step.toLocaleString("en");
  while (column.children.length - 1 > weights.length) column.lastChild.remove();
  weights.forEach((numbers, j) => {
    const side = Math.sqrt(numbers.length); // one pixel a weight: colours, enlarged by the style sheet
    const width = Number.isInteger(side) ? side : SIDE;
    if (column.children[j + 1]?.width !== width) newPicture(column, j + 1, width);
    paintWeights(column.children[j + 1], numbers, most);
  });
}

function newPicture(column, i, width) {
  const canvas = picture("", width, { "aria-hidden": "true" });
  if (column.children[i]) column.children[i].replaceWith(canvas);
  else column.append(canvas);
}

/** All units that are sent, at the moment that is shown. */
function drawAll(element, training, snapshot) {
  const weights = snapshot?.weights ?? training?.weights ?? [];
  const canvases = [...element.children];
  if (canvases.length === weights.length) canvases.forEach((canvas, j) => paintWeights(canvas, weights[j]));
  else replaceChildren(element, ...weights.map((one, j) => weightThumbnail(`the weights of unit ${j}`, one)));
}

/** How the weights of two moments differ. */
function drawDifference(element, session, difference) {
  const { kept, moment } = session.state;
  if (kept < 0) return replaceChildren(element);
  const other = moment >= 0 ? moment : session.training?.step;
  const fits = difference && difference.one === kept && difference.other === other;
  const key = fits ? `${kept} ${other}` : "";
  if (fits && element.dataset.key === key && element.children.length) return;
  element.dataset.key = key;
  if (!fits) return replaceChildren(element, h("p", { class: "hint" }, times.computing));
  const { weights } = difference;
  const [from, to] = [kept, other].map((step) => step.toLocaleString("en"));
  const first = firstUnits(Math.min(COMPARED, weights.length), weights.length);
  const largest = number(Math.max(...weights.map(largestSize)), 4);
  const what = `${times.difference} ${to} ${times.minus} ${from}`;
  const sentence = `${what}, ${times.largest} ±${largest}${first && `; ${first}`}`;
  const pictures = weights
    .slice(0, COMPARED)
    .map((one, j) => weightThumbnail(`how the weights of unit ${j} differ`, one));
  replaceChildren(
    element,
    h("p", { class: "readout" }, sentence),
    h("div", { class: "thumbnails weights" }, ...pictures),
  );
}
