// Elements in one line, and the glossary's tooltips.

import { GLOSSARY } from "./glossary.js";

const SVG = ["svg", "g", "line", "circle", "rect", "text", "path", "title", "image"];

/** Make an element: h("button", { class: "main", onclick }, "Start"). */
export function h(tag, attributes = {}, ...children) {
  const element = SVG.includes(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
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

/** Put these children in place of those that are there; the focus stays where it was. */
export function fill(element, ...children) {
  const focused =
    element.contains(document.activeElement) && document.activeElement !== element
      ? pathOf(document.activeElement, element)
      : null;
  element.replaceChildren(...children.flat().filter((child) => child || child === 0));
  if (focused) focused.reduce((node, i) => node?.children[i], element)?.focus({ preventScroll: true });
}

function pathOf(node, root) {
  const path = [];
  for (; node !== root; node = node.parentNode) path.unshift([...node.parentNode.children].indexOf(node));
  return path;
}

/** A term with its plain sentence: by hover, focus or touch. */
export function term(word, text = word) {
  const id = `why-${word.replaceAll(" ", "-")}-${(term.next = (term.next ?? 0) + 1)}`;
  const sentence = h("span", { role: "tooltip", id, class: "term-sentence" }, GLOSSARY[word]);
  const keepInside = () => {
    sentence.style.left = "0";
    const over = sentence.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
    if (over > 0) sentence.style.left = `${-over}px`;
  };
  return h(
    "span",
    { class: "term", onpointerenter: keepInside, onfocusin: keepInside },
    h("button", { type: "button", class: "term-word", "aria-describedby": id }, text),
    sentence,
  );
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
