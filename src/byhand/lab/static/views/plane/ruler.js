// One ruler of errors: the least that any rule has, the best straight line's, and this network's on all points to come.

import { h, replaceChildren, term } from "../../ui/dom.js";
import { percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;
const LEAST_END = 0.25; // of the ruler, at least

/** {element, show(plane)}: hidden where nothing is known. */
export function createRuler() {
  const rail = h("div", { class: "rail" });
  const figures = h("dl", { class: "figures" });
  const element = h("div", { class: "ruler", hidden: true }, h("b", {}, words.ruler), rail, figures);

  function show({ bayes, straight, networks }) {
    element.hidden = !bayes;
    if (!bayes) return;
    const ticks = [
      ["bayes", term("Bayes error"), bayes.error],
      ["straight", words.line, straight.error],
      ...networks.map(({ error }, i) => [i ? "without" : "own", i ? words.trueError : term("true error"), error]),
    ].filter(([, , error]) => error !== null);
    const end = Math.max(LEAST_END, ...ticks.map(([, , error]) => error)) * 1.05;
    rail.setAttribute("role", "img");
    rail.setAttribute("aria-label", words.rulerHelp);
    replaceChildren(rail, ...ticks.map(([kind, , error]) => tick(kind, error / end)));
    drawFigures(figures, ticks);
  }

  return { element, show };
}

const tick = (kind, share) => h("i", { class: `tick ${kind}`, style: `left: ${100 * share}%` });

/** The names are made once: a tooltip that is open stays open. */
function drawFigures(element, ticks) {
  const keys = ticks.map(([kind]) => kind).join();
  if (element.dataset.keys !== keys) {
    element.dataset.keys = keys;
    replaceChildren(element, ...ticks.map(([kind, name]) => h("div", { class: kind }, h("dt", {}, name), h("dd", {}))));
  }
  ticks.forEach(([, , error], i) => (element.children[i].lastChild.textContent = percent(error, 2)));
}
