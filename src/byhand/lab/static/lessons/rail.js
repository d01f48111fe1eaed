// The rail of a lesson: what is said, what is asked, and the way on. At the left; where the lab needs the width, a
// sheet at the bottom, whose height the style sheet takes from the page.

import { depthSwitch } from "../ui/depth.js";
import { definition, h, replaceChildren } from "../ui/dom.js";
import { TEXT } from "../ui/strings.js";

const words = TEXT.lessons;

/**
 * {element, draw(shown)}; shown: what the runner knows of the step, and what its buttons do. Numbers in the sentences
 * may change with every frame: a part is drawn anew only when it is another one, so that its buttons can be pressed.
 */
export function createRail() {
  const element = h("aside", { class: "lesson", "aria-label": words.lesson });
  const [head, body, way] = [
    h("header"),
    h("div", { class: "lesson-body", tabindex: 0 }),
    h("div", { class: "buttons lesson-ways" }),
  ];
  const place = h("p", { class: "lesson-dots", role: "img" });
  const text = h("div", { class: "lesson-text", "aria-live": "polite" });
  const [answers, then, terms] = [h("div"), h("div", { "aria-live": "polite" }), h("div")];
  body.append(text, answers, then, terms);
  element.append(head, place, body, way);
  element.hidden = true;
  const setSheetHeight = () => document.documentElement.style.setProperty("--sheet", `${element.offsetHeight}px`);
  new ResizeObserver(setSheetHeight).observe(element);
  const keys = new Map();
  const put = (part, key, children) => {
    if (keys.get(part) === key) return false;
    keys.set(part, key);
    replaceChildren(part, ...children());
    return true;
  };

  function draw(shown) {
    const { title, i, n, step, isDone, isHinted, chosen, isBusy, isPaused, fill } = shown;
    const here = `${title} ${i}`;
    if (put(head, here, () => heading(shown))) body.scrollTop = 0;
    put(place, here, () => dots(n, i));
    place.setAttribute("aria-label", words.place.replace("{i}", i + 1).replace("{n}", n));
    put(text, `${here} ${fill(step.say ?? "")} ${isHinted} ${isDone}`, () => textOf(shown));
    put(answers, `${here} ${chosen}`, () => (step.choices ? [choices(shown)] : []));
    const isNew = put(then, `${here} ${isDone ? fill(step.then ?? "") : ""}`, () => outcome(shown));
    put(terms, `${here} ${isDone}`, () => (isDone && step.terms ? definitions(step.terms) : []));
    if (isNew && isDone && step.then) showEndOf(then, body);
    put(way, `${here} ${isDone} ${isBusy} ${isPaused}`, () => buttonsOf(shown));
  }
  return { element, draw };
}

const heading = ({ title, close }) => [
  h("h2", {}, title),
  h("button", { class: "subtle", "aria-label": words.close, onclick: close }, "✕"),
];

const dots = (n, i) =>
  Array.from({ length: n }, (_, k) => h("span", { class: k <= i ? "done" : null }, k <= i ? "●" : "○"));

/** What the step says and asks, and a hint when one is wanted. */
function textOf({ step, isDone, isHinted, fill, askHint }) {
  const needsHint = step.hint && !isDone;
  return [
    step.say && h("p", {}, fill(step.say)),
    step.ask && h("p", { class: "lesson-ask" }, fill(step.ask)),
    needsHint && isHinted && h("p", { class: "hint" }, step.hint),
    needsHint && !isHinted && h("button", { class: "subtle small", onclick: askHint }, words.hint),
  ];
}

/** Once the step is answered or has happened, what follows from it. */
const outcome = ({ step, isDone, fill }) => [isDone && step.then && h("p", { class: "lesson-then" }, fill(step.then))];

/** Terms that the step is about, with the switch between their two depths. */
const definitions = (terms) => [
  h("dl", { class: "lesson-terms" }, terms.map((word) => [h("dt", {}, word), h("dd", {}, definition(word))]).flat()),
  depthSwitch(),
];

/** Scroll so that the end of a part is in sight. */
function showEndOf(part, body) {
  body.scrollTop += part.getBoundingClientRect().bottom - body.getBoundingClientRect().bottom;
}

function choices({ step, chosen, choose }) {
  const mark = (k) => (chosen === undefined ? null : k === step.answer ? "right" : k === chosen ? "wrong" : null);
  const button = (text, k) => {
    const attributes = {
      class: mark(k),
      "aria-pressed": String(k === chosen),
      onclick: () => choose(k),
    };
    return h("button", attributes, mark(k) === "right" ? `✓ ${text}` : text);
  };
  return h("div", { class: "lesson-choices", role: "group", "aria-label": words.choices }, step.choices.map(button));
}

function buttonsOf({ step, isDone, isBusy, isAuto, isPaused, isFirst, isLast, doIt, back, next, togglePause }) {
  const needsDoing = !isDone && (step.do || step.choices);
  const button = (text, kind, onclick, more = {}) => h("button", { class: kind, onclick, ...more }, text);
  return [
    button(words.back, null, back, { disabled: isFirst }),
    isAuto && button(isPaused ? words.play : words.pause, null, togglePause),
    needsDoing && !isAuto && button(words.doIt, "lesson-do", doIt, { disabled: isBusy }),
    button(isLast ? (step.next ? words.another : words.end) : words.next, isDone ? "main" : null, next),
  ];
}
