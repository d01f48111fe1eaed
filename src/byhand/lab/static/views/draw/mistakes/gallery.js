// Mistakes one by one, the surest first; a press asks why. One stop of the Tab key, with arrows from one to the next.

import { h, replaceChildren } from "../../../ui/dom.js";
import { leaveOneStop, rove, rowsOfChildren } from "../../../ui/grid.js";
import { scoreText } from "../../../shared/numbers.js";
import { paintInk, picture } from "../../../ui/palette.js";
import { topOf } from "../../../ui/sheet-reader.js";
import { TEXT } from "../../../ui/strings.js";
import { listOf } from "./walk.js";

const words = TEXT.mistakes;
const SHOWN = 60; // at first, and with each click on more

/** {element, show(mistakes, names, chosen)}; open: hears the mistake pressed, or null; all: that all shall show. */
export function createGallery(open, all) {
  const heading = h("h3", {});
  const list = h("div", { class: "thumbnails large" });
  const more = h("button", { onclick: () => (grow(), draw()) });
  const element = h("div", { class: "card wide gallery" }, heading, list, more);
  rove(list, rowsOfChildren);
  let nShown = SHOWN;
  /** @type {any} */
  let now = null;
  const grow = () => (nShown += SHOWN);

  function draw() {
    const { mistakes, names, chosen } = now;
    const shown = listOf(mistakes, chosen?.join("."));
    const rest = shown.length > nShown ? `: ${nShown} of ${shown.length.toLocaleString("en")} shown` : null;
    const button = chosen && h("button", { class: "small", onclick: all }, words.showAll);
    replaceChildren(heading, titleOf(mistakes, names, chosen), rest, button);
    const cards = shown.slice(0, nShown).map((one) => mistakeCard(one, mistakes.output, names, () => open(one)));
    leaveOneStop(cards);
    replaceChildren(list, cards.length ? cards : h("p", {}, words.none));
    more.hidden = shown.length <= nShown;
    more.textContent = `Show ${Math.min(SHOWN, shown.length - nShown)} more`;
  }
  function show(mistakes, names, chosen) {
    if (String(now?.chosen) !== String(chosen)) nShown = SHOWN;
    now = { mistakes, names, chosen };
    draw();
  }
  return { element, show };
}

const titleOf = ({ counts, n_classes: k }, names, chosen) =>
  chosen ? `${names[chosen[0]]} taken for ${names[chosen[1]]}: ${counts[chosen[0] * k + chosen[1]]}` : words.all;

function mistakeCard({ index, stored, label, answer, score, second, secondScore }, output, names, onclick) {
  const canvas = picture("", 84, { "aria-hidden": "true" });
  const side = Math.sqrt(stored.length);
  paintInk(canvas, stored, [side, side], topOf(stored));
  const [shown, what] = [scoreText(output, score), `${names[label]} → ${names[answer]}`];
  const next = names.length > 2 ? `${words.next} ${names[second]}, ${scoreText(output, secondScore)}` : "";
  const why = words.why.replace("{answer}", names[answer]).replace("{label}", names[label]);
  const name = `${what} ${shown} ${next} ${why}: a ${names[label]} taken for ${names[answer]}`;
  return h(
    "button",
    { class: "thumbnail", "data-index": index, "data-lesson": "mistake", onclick, "aria-label": name },
    canvas,
    h("span", {}, what),
    h("small", {}, shown),
    next && h("small", { class: "second" }, next),
    h("small", { class: "why-asked" }, why),
  );
}
