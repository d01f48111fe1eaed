// Elements in one line, and the glossary's tooltips.

import { GLOSSARY } from "./glossary.js";

const SVG = ["svg", "g", "line", "circle", "rect", "text", "path", "title", "image"];

/** Make an element: h("button", { class: "main", onclick }, "Start"). A button submits nothing unless it says so. */
export function h(tag, attributes = {}, ...children) {
  const element = SVG.includes(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style")
      element.style.cssText = value ?? ""; // not as text: the page allows no inline styles
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * The element of the page that a selector names; it must be there.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function element(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Put these children in place of those that are there; the focus stays where it was. */
export function replaceChildren(element, ...children) {
  const focused =
    element.contains(document.activeElement) && document.activeElement !== element
      ? pathOf(document.activeElement, element)
      : null;
  element.replaceChildren(...children.flat().filter((child) => child || child === 0));
  if (focused) focused.reduce((node, i) => node?.children[i], element)?.focus({ preventScroll: true });
}

function pathOf(node, root) {
  /** @type {number[]} */
  const path = [];
  for (; node !== root; node = node.parentNode) path.unshift([...node.parentNode.children].indexOf(node));
  return path;
}

/** Give an element the focus, once it has been drawn anew. */
export function focusSoon(selector) {
  requestAnimationFrame(() => {
    const found = /** @type {HTMLElement | SVGElement | null} */ (document.querySelector(selector));
    found?.focus({ preventScroll: true });
  });
}

const EDGE = 8; // pixels that a tooltip keeps from the edge of the window
let nTerms = 0;

/** A term's sentence in two depths, plain and exact; which of them are shown, html[data-depth] says (ui/depth.js). */
export function definition(word) {
  const [plain, exact] = GLOSSARY[word];
  return [h("span", { class: "depth-plain" }, plain), " ", h("span", { class: "depth-exact" }, exact)];
}

/** A term with its sentence: by hover, focus or touch; Escape closes it. */
export function term(word, text = word) {
  const id = `term-${word.replaceAll(" ", "-")}-${++nTerms}`;
  const sentence = h("span", { role: "tooltip", id, class: "term-sentence" }, definition(word));
  const open = () => {
    sentence.classList.remove("closed");
    keepInside(sentence);
  };
  const onkeydown = (event) => {
    if (event.key !== "Escape" || sentence.classList.contains("closed")) return;
    sentence.classList.add("closed");
    event.preventDefault(); // a dialog around it stays open
  };
  return h(
    "span",
    { class: "term", onpointerenter: open, onfocusin: open, onkeydown },
    h("button", { class: "term-word", "aria-describedby": id }, text),
    sentence,
  );
}

/** Move a tooltip to the left, or above its term, where it would leave the window. */
function keepInside(tooltip) {
  tooltip.style.left = "0";
  tooltip.classList.remove("above");
  const { right, bottom } = tooltip.getBoundingClientRect();
  const over = right - document.documentElement.clientWidth + EDGE;
  if (over > 0) tooltip.style.left = `${-over}px`;
  tooltip.classList.toggle("above", bottom > innerHeight - EDGE);
}

/** A labelled control of a setting; change hears the new text. */
export function field(label, control) {
  return h("label", { class: "field" }, h("span", {}, label), control);
}

export function select(names, value, change, words = {}) {
  const options = names.map((name) =>
    h("option", { value: name, selected: String(name) === String(value) }, words[name] ?? String(name)),
  );
  return h("select", { onchange: (event) => change(event.target.value) }, options);
}
