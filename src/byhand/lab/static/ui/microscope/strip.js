// All arrays of the step in the order in which they come to be, phase by phase.

import { h, replaceChildren } from "../dom.js";
import { TEXT } from "../strings.js";
import { symbol } from "./names.js";

const words = TEXT.microscope;

/** {element, show(step, name)}; open: shows a cell. */
export function createStrip(open) {
  const element = h("div", { class: "phases" });
  const openFirst = (name) => open({ name, row: 0, col: 0 });

  function chip(name, { rows, cols }, isOpen) {
    const size = { "data-name": name, "data-rows": rows, "data-cols": cols };
    const onclick = () => openFirst(name);
    return h("button", { class: "chip", ...size, "aria-pressed": String(isOpen), onclick }, symbol(name));
  }

  function show({ phases, arrays }, opened) {
    const all = phases.flatMap(([, names]) => names);
    const i = all.indexOf(opened);
    const to = (next, text, options) =>
      h("button", { disabled: !(next in all), onclick: () => openFirst(all[next]), ...options }, text);
    const phase = ([key, names]) =>
      h(
        "div",
        { class: "phase" },
        h("span", { class: "hint" }, words.phases[key]),
        h(
          "div",
          { class: "chips" },
          names.map((name) => chip(name, arrays[name], name === opened)),
        ),
      );
    const buttons = [to(i - 1, words.back), to(i + 1, words.step, { class: "main" })];
    replaceChildren(element, h("div", { class: "buttons" }, buttons), phases.map(phase));
  }
  return { element, show };
}
