// Numbers that can be followed to where they came from.

import { h } from "../dom.js";
import { TEXT } from "../strings.js";
import { numberText } from "./blanks.js";
import { nameOf } from "./names.js";

const FEW = 10; // of the cells a number goes into
export const EXACT = 9; // digits of the numbers a number is made of

/**
 * The numbers of a step. open: shows the cell that a number is in.
 * @param {{arrays: Record<string, any>, open: (ref: any) => void}} step
 */
export function createNumberLinks({ arrays, open }) {
  function link(ref, digits = EXACT) {
    const value = numberText(ref.value, digits);
    if (!(ref.name in arrays)) return h("span", { class: "fixed" }, value);
    const label = `${nameOf(ref)} = ${value}: open it`;
    return h("button", { class: "trace", "aria-label": label, onclick: () => open(ref) }, value);
  }

  const linkWithName = (ref) => h("span", { class: "ref" }, `${nameOf(ref)} `, link(ref));

  /** The numbers that are computed from this one. */
  function listUses(goes) {
    if (!goes.length) return null;
    const chip = (ref) => h("button", { class: "chip", onclick: () => open(ref) }, nameOf(ref));
    const more = goes.length > FEW ? ` and ${goes.length - FEW} more` : null;
    return h("p", { class: "goes" }, TEXT.microscope.goes, goes.slice(0, FEW).map(chip), more);
  }
  return { link, linkWithName, listUses };
}
