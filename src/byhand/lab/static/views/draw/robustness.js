// How sure that is: how far every pixel may move with the same answer, proved; and a change found that alters it.

import { h, replaceChildren, term } from "../../ui/dom.js";
import { roundDown } from "../../shared/numbers.js";
import { paintHinton } from "../../ui/hinton.js";
import { picture } from "../../ui/palette.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw;
const ENDS = [5, 10, 20, 40, 80, 160, 255]; // of the ruler, in pixel values
const BEYOND = 1.4; // the ruler goes on behind the found change by this factor

/** {element, show(state, frames, names, shape, notExact)}; take: hears the changed picture. */
export function createRobustness(take) {
  const change = picture("", 160, { class: "picture change" });
  const [ruler, sentences] = [h("div", { class: "ruler-place" }), h("div", { class: "said" })];
  const element = h("div", { class: "sure-body" }, ruler, h("div", { class: "beside" }, change, sentences));

  function show(state, { robustness, prediction }, names, shape, notExact) {
    for (const part of [ruler, sentences, change])
      part.classList.toggle("stale", robustness?.request.stored !== state.picture); // of a moment ago
    const isThere = Boolean(robustness && prediction && state.picture);
    change.hidden = !isThere || !robustness.flip;
    if (!isThere) return [ruler, sentences].forEach((part) => replaceChildren(part));
    if (robustness.radius === null) {
      replaceChildren(ruler);
      return replaceChildren(sentences, h("p", { class: "hint" }, notExact()));
    }
    const { radius, flip } = robustness;
    const [name, other] = [names[prediction.winner], flip && names[flip.answer]];
    replaceChildren(ruler, rulerOf(radius, flip?.radius ?? null, name, other));
    replaceChildren(sentences, radiusSentence(radius, name), adversarial(flip, other, take));
    if (flip) paintChange(change, flip, shape, other);
  }
  return { element, show };
}

function radiusSentence(radius, name) {
  return h(
    "p",
    {},
    h("strong", {}, term("certified", "Certified"), ": "),
    `no change of up to ±${roundDown(radius)} `,
    term("pixel value", "pixel values"),
    ` in any or all pixels alters the answer ${name}.`,
  );
}

function adversarial(flip, other, take) {
  const onclick = () => take(Uint8Array.from(flip.changed));
  return h(
    "p",
    {},
    h("strong", {}, term("adversarial example", "Adversarial example"), ": "),
    flip ? `this change of up to ±${flip.radius} makes it ${other}. ` : words.noFlip,
    flip && h("button", { class: "small", onclick }, words.tryIt),
  );
}

/** A ruler of pixel values: the same answer, proved; unknown; another answer, found. */
function rulerOf(radius, found, name, other) {
  const end = ENDS.find((one) => one >= BEYOND * (found ?? radius)) ?? ENDS[ENDS.length - 1];
  const share = (value) => `${((100 * Math.min(value, end)) / end).toFixed(2)}%`;
  const span = (kind, from, to) =>
    h("i", { class: kind, style: `left:${share(from)};right:calc(100% - ${share(to)})` });
  const mark = (value, text) => h("span", { style: `left:${share(value)}` }, text);
  return h(
    "div",
    { class: "ruler", "aria-hidden": "true" },
    h(
      "div",
      { class: "ruler-names" },
      h("b", {}, words.still.replace("{name}", name)),
      found === null ? null : h("b", { style: `left:${share(found)}` }, words.becomes.replace("{name}", other)),
    ),
    h(
      "div",
      { class: "ruler-bar" },
      span("proved", 0, radius),
      found === null ? null : [span("unknown", radius, found), span("found", found, end)],
    ),
    h(
      "div",
      { class: "ruler-marks" },
      mark(0, "0"),
      mark(radius, `±${roundDown(radius)}`),
      found === null ? null : mark(found, `±${found}`),
      mark(end, `±${end}`),
    ),
  );
}

function paintChange(canvas, { change, radius }, shape, other) {
  paintHinton(canvas, change, shape);
  canvas.setAttribute("aria-label", words.change.replace("{radius}", radius).replace("{name}", other));
  canvas.title = words.change.replace("{radius}", radius).replace("{name}", other);
}
