// What a number is made of, as tables: the terms of its sum, and the factors of a gradient.

import { h, term } from "../dom.js";
import { asGrid } from "../grid.js";
import { TEXT } from "../strings.js";
import { numberText } from "./blanks.js";
import { nameOf, symbol } from "./names.js";
import { EXACT } from "./number-links.js";

const words = TEXT.microscope;

const numberCell = (...content) => h("td", { class: "number" }, ...content);

/** The three factors of a parameter's gradient, and the step. */
export function chainTable(chain, link) {
  const { kind, factors, gradient } = chain;
  const title = `: ${nameOf(gradient)} = ∂L/∂a · ∂a/∂z · ∂z/∂${kind}`;
  const rows = [...factorRows(factors, link), ...resultRows(chain, link)];
  return h(
    "div",
    { class: "chain" },
    h("h4", {}, term("chain rule", "Chain rule"), title),
    asGrid(h("table", { class: "sum factors", "aria-label": words.chain }, h("tbody", {}, rows))),
  );
}

function factorRows([da, slope, input], link) {
  const row = (what, why, ref) =>
    h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, why), numberCell(ref ? link(ref) : "1"));
  return [
    row(nameOf(da), words.factors.da, da),
    row(nameOf(slope), words.factors.s, slope),
    input ? row(nameOf(input), words.factors.input, input) : row("1", words.factors.one),
  ];
}

function resultRows({ gradient, old, rate, new: moved }, link) {
  const [before, change] = [old, gradient].map(({ value }) => numberText(value, EXACT));
  const step = `the step: ${nameOf(old)} − η · ${nameOf(gradient)} = ${before} − ${rate} · ${change}`;
  const row = (kind, what, ref) =>
    h("tr", { class: kind }, h("th", { scope: "row", colspan: 2 }, what), numberCell(link(ref)));
  return [row("total", `multiplied: ${nameOf(gradient)}`, gradient), row("", step, moved)];
}

/** The numbers that are summed, the largest first; what is 0 because its input is, is only counted. */
export function termsTable(cell, link) {
  const { terms, form } = cell;
  const isPair = terms[0].parts.length === 2;
  const heads = words.terms[form] ?? [...terms[0].parts.map((ref) => symbol(ref.name)), "product"];
  const active = activeTerms(cell);
  const n = terms.length - active.length;
  const silent = `and ${n} more that are 0, because ${symbol(terms[0].parts[0].name)} is 0 there`;
  const rows = [
    ...active.map((one) => termRow(one, link)),
    n ? h("tr", {}, h("td", { colspan: isPair ? 5 : 3 }, silent)) : null,
  ];
  const parts = [headOf(heads, isPair), h("tbody", {}, rows), footOf(cell)];
  return h(
    "div",
    { class: "scroll plain tall" },
    asGrid(h("table", { class: "sum terms", "aria-label": words.table }, ...parts)),
  );
}

/** Of a sum, what is not 0, the largest first; else all, in their order. */
function activeTerms({ terms, form }) {
  if (form !== "sum") return terms;
  const isActive = ({ parts, value }) => parts[0].value !== 0 || value !== 0;
  return terms.filter(isActive).sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
}

const termRow = ({ parts, value }, link) =>
  h(
    "tr",
    {},
    parts.flatMap((ref) => [h("th", { scope: "row" }, nameOf(ref)), numberCell(link(ref))]),
    h("td", { class: "number product" }, numberText(value, EXACT)),
  );

function headOf(heads, isPair) {
  const names = heads.slice(0, isPair ? 2 : 1).map((head) => h("th", { colspan: 2 }, head));
  return h("thead", {}, h("tr", {}, names, h("th", { class: "number" }, heads[2])));
}

function footOf({ sum }) {
  if (sum === undefined) return null;
  const name = h("th", { scope: "row", colspan: 4 }, "the sum");
  return h("tfoot", {}, h("tr", { class: "total" }, name, numberCell(numberText(sum, EXACT))));
}
