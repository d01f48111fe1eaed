// The opened number: its formula, what it is made of, the line that computes it, and Python that does it again.

import { codeOfCell } from "../../codegen/cell.js";
import { h, replaceChildren } from "../dom.js";
import { TEXT } from "../strings.js";
import { isShown, numberText } from "./blanks.js";
import { placeOf } from "./code-place.js";
import { SHOWN, inLetters, inNumbers } from "./formula.js";
import { nameOf, textOf } from "./names.js";
import { createNumberLinks } from "./number-links.js";
import { chainTable, termsTable } from "./tables.js";

const words = TEXT.microscope;

/** {element, show(step, cell)}; open: shows another cell; createBox: makes the box of one that is a blank. */
export function createCellCard(open, createBox) {
  const live = h("div", { "aria-live": "polite" }); // not what is summed: that is some hundred numbers
  const body = h("div");
  const element = h("div", {}, live, body);
  let last = {};

  function show(step, cell) {
    if (last.step === step && last.cell === cell) return;
    last = { step, cell };
    const isInside = element.contains(document.activeElement);
    const { link, linkWithName, listUses } = createNumberLinks({ arrays: step.arrays, open });
    const result = h("span", { class: "result" }, numberText(cell.value, SHOWN));
    const isCodeOpen = Boolean(element.querySelector("details")?.open);
    Object.assign(element.dataset, { form: cell.form, cell: textOf(cell) });
    const heading = h("h3", { class: "value", tabindex: -1 }, `${nameOf(cell)} = `, result);
    live.replaceChildren(heading, h("p", { class: "formula" }, inLetters(cell)), inNumbers(cell, linkWithName) ?? "");
    replaceChildren(
      body,
      cell.value === null && createBox(cell),
      cell.terms.length ? termsTable(cell, link) : null,
      cell.chain ? chainTable(cell.chain, link) : null,
      h("p", { class: "hint" }, words.place, h("code", {}, placeOf(cell, step))),
      listUses(cell.goes),
      isShown(cell) && codeDetails(codeOfCell(cell, nameOf), isCodeOpen),
    );
    if (isInside) heading.focus(); // what was followed is drawn anew
  }
  return { element, show };
}

/** Python for the number, to copy. */
function codeDetails(code, open) {
  const pre = h("pre", {}, code);
  const copy = h("button", { onclick: copyCode }, words.copy);
  async function copyCode() {
    try {
      await navigator.clipboard.writeText(code);
      copy.textContent = words.copied;
    } catch {
      getSelection()?.selectAllChildren(pre);
      copy.textContent = words.selected;
    }
  }
  return h("details", { open }, h("summary", {}, words.python), h("div", { class: "buttons" }, copy), pre);
}
