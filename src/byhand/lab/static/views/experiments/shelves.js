// Every experiment as a card: what is known of its runs as dots without names, and a tick where it was run here.

import { h, replaceChildren } from "../../ui/dom.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.experiments;
/** @type {[string, number[]][]} */
const SHELVES = [
  ["start", [1, 2, 5, 10, 14]],
  ["data", [7, 8, 11, 12, 16]],
  ["depth", [3, 4, 6, 9, 13, 15]],
  ["trust", [17, 18, 19]],
];
const WIDTH = 64;
const HEIGHT = 14;

/** {element, show(table, known, chosenId, run)}; choose: hears an id; run: the ids that were run here. */
export function createShelves(choose) {
  const element = h("nav", { class: "shelves card", "aria-label": words.all });
  let lastKey = "";

  function show(table, known, chosenId, run) {
    const key = JSON.stringify([chosenId, run, Boolean(known)]);
    if (key === lastKey) return;
    lastKey = key;
    const isShown =
      ([, numbers]) =>
      ({ number }) =>
        numbers.includes(number);
    replaceChildren(
      element,
      ...SHELVES.map((shelf) =>
        h(
          "section",
          {},
          h("h3", {}, words.shelves[shelf[0]]),
          h(
            "ol",
            {},
            table.experiments.filter(isShown(shelf)).map((one) => card(one, known, one.id === chosenId, run, choose)),
          ),
        ),
      ),
    );
    queueMicrotask(() => bringIntoSight(element));
  }

  return { element, show };
}

function card({ id, number, title, surprising, axis, scale }, known, isChosen, run, choose) {
  const star = surprising && h("span", { title: words.star, role: "img", "aria-label": words.star }, "★");
  const done = run.includes(id) && h("span", { title: words.ran, role: "img", "aria-label": words.ran }, "✓");
  return h(
    "li",
    {},
    h(
      "button",
      { "aria-current": isChosen ? "true" : null, onclick: () => choose(id) },
      h("span", { class: "nth" }, number),
      h("span", {}, title),
      h("span", { class: "signs" }, star, done),
      sparkline(known?.experiments[id]?.[scale[0]], axis),
    ),
  );
}

/** The known means of its runs on their axis: which is which is not told. */
function sparkline(means, [from, to]) {
  if (!means) return null;
  const all = Object.values(means);
  const [low, high] = [Math.min(from, ...all), Math.max(to, ...all)];
  const x = (value) => 3 + ((value - low) / (high - low)) * (WIDTH - 6);
  return h(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    h("line", { x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    all.map((value) => h("circle", { cx: x(value), cy: HEIGHT / 2, r: 3 })),
  );
}

/** A phone shows a part of the shelves. */
function bringIntoSight(element) {
  const now = element.querySelector("[aria-current]");
  if (now) element.scrollTop = now.offsetTop - element.offsetTop - element.clientHeight / 2 + now.clientHeight / 2;
}
