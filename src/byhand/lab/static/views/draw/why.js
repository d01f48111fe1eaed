// Why this class rather than another: each pixel's attribution, and their sums, which add up to the lead.

import { h, replaceChildren, select, term } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { RUNNER_UP } from "../../shared/settings.js";
import { paintHinton } from "../../ui/hinton.js";
import { picture } from "../../ui/palette.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw;
const SIDE = 420; // pixels of the picture

/** Which class the answer is compared with: the runner-up, unless another or none was chosen. */
export const rivalOf = ({ against }, { winner, second }) =>
  against === RUNNER_UP ? second : against === winner ? -1 : against;

/** {element, picture, show(state, frames, names, shape, notExact)}; choose: hears the class to compare with. */
export function createWhy(choose) {
  const shares = picture("", SIDE, { class: "picture shares" });
  const [question, reason] = [h("h3", { class: "question" }), h("div", { class: "reason" })];
  const element = h("div", { class: "why-body" }, shares, h("div", {}, question, reason));

  function show(state, { prediction, attribution }, names, shape, notExact) {
    const isThere = Boolean(prediction && attribution && state.picture);
    shares.hidden = !isThere || !attribution.attributions;
    for (const part of [shares, reason]) part.classList.toggle("stale", isStale(attribution, state));
    if (!isThere) return [question, reason].forEach((part) => replaceChildren(part));
    drawQuestion(question, prediction, rivalOf(state, prediction), names, choose);
    if (!attribution.attributions) return replaceChildren(reason, h("p", { class: "hint" }, notExact()));
    paintHinton(shares, attribution.attributions, shape, attribution.request.stored);
    const signedSums = `for ${number(attribution.positive)}, against ${number(attribution.negative)}`;
    shares.setAttribute("aria-label", `Attributions of the pixels: ${signedSums}`);
    replaceChildren(reason, ...sums(attribution, names));
  }
  return { element, picture: shares, show };
}

const isStale = (frame, state) => frame?.request.stored !== state.picture; // of a moment ago

function drawQuestion(question, { winner, logits }, rival, names, choose) {
  const others = [-1, ...logits.keys()].filter((k) => k !== winner);
  const control = select(others, rival, (text) => choose(Number(text)), { ...names, [-1]: words.nothing });
  control.setAttribute("aria-label", words.whyRather);
  replaceChildren(question, `${words.why} ${names[winner]} `, h("span", {}, words.whyRather), " ", control, "?");
}

/** positive + negative + bias term = the logit, or the lead over another: as numbers, and as bars that begin where the
 * one before ended. */
function sums({ positive, negative, biasTerm, total, logits, toward, against }, names) {
  const ends = [0, positive, positive + negative, positive + negative + biasTerm];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const place = (value) => (high > low ? (100 * (value - low)) / (high - low) : 0);
  const row = (label, value, from, to, kind) =>
    h(
      "tr",
      { class: kind },
      h("th", { scope: "row" }, label),
      h("td", { class: "fall" }, h("i", { style: fallStyle(place(from), place(to)) })),
      h("td", { class: "number" }, number(value)),
    );
  const rest = term("bias term");
  return [
    h("p", { class: "hint why-key" }, against < 0 ? words.keyAlone : keyOf(names, toward, against)),
    h(
      "table",
      { class: "sum falls" },
      row([words.inkFor, ": ", term("attribution", "attributions")], positive, 0, ends[1], "plus"),
      row(words.inkAgainst, negative, ends[1], ends[2], "minus"),
      row(rest, biasTerm, ends[2], ends[3], biasTerm < 0 ? "minus" : "plus"),
      row(leadOf(names, logits, toward, against), total, 0, ends[3], "total"),
    ),
  ];
}

const fallStyle = (from, to) => `left:${Math.min(from, to).toFixed(2)}%;width:${Math.abs(to - from).toFixed(2)}%`;

const keyOf = (names, toward, against) =>
  words.key.replace("{toward}", names[toward]).replace("{against}", names[against]);

/** "4 leads 9 by (logit of 4 less that of 9: 7.238 − 2.367)". */
function leadOf(names, logits, toward, against) {
  if (against < 0) return `logit of ${names[toward]}`;
  const other = number(logits[against]);
  const shown = logits[against] < 0 ? `(${other})` : other;
  return [
    `${names[toward]} leads ${names[against]} by `,
    h("small", {}, `logit of ${names[toward]} less that of ${names[against]}: ${number(logits[toward])} − ${shown}`),
  ];
}
