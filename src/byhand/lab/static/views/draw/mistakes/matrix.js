// The confusion matrix: what it is (rows) and what the network said (columns); each cell with mistakes is a button.

import { h, term } from "../../../ui/dom.js";
import { asGrid } from "../../../ui/grid.js";

/** Counts as a table. chosen: [row, column] or null; choose: hears the cell that is pressed. */
export function confusionTable({ counts, n_classes: k }, names, chosen, choose) {
  const worst = Math.max(1, ...counts.filter((_, i) => i % (k + 1) !== 0));
  const most = Math.max(1, ...names.map((_, i) => counts[i * (k + 1)]));
  const cell = (row, column) => {
    const count = counts[row * k + column];
    if (row === column) return rightCell(count, most);
    if (!count) return h("td", { class: "none" }, "·");
    const isChosen = chosen?.[0] === row && chosen[1] === column;
    return wrongCell(count, worst, `${names[row]} taken for ${names[column]}, ${count} times`, isChosen, () =>
      choose([row, column]),
    );
  };
  const row = (name, r) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      names.map((_, c) => cell(r, c)),
    );
  const heads = names.map((name) => h("th", { scope: "col" }, name));
  const table = h(
    "table",
    { class: "confusion", "aria-label": "confusion matrix" },
    h("thead", {}, h("tr", {}, h("td", {}), heads)),
    h("tbody", {}, names.map(row)),
  );
  return h(
    "div",
    {},
    h("p", { class: "hint" }, term("confusion matrix")),
    h("div", { class: "scroll plain" }, asGrid(table)),
  );
}

/** What is right, a bar as long as there are many. */
const rightCell = (count, most) =>
  h("td", { class: "right", style: `--share:${(count / most).toFixed(3)}` }, h("span", {}, String(count)));

function wrongCell(count, worst, label, isChosen, onclick) {
  const shade = (0.15 + (0.85 * count) / worst).toFixed(2);
  return h(
    "td",
    { class: "wrong", style: `--shade:${shade}` },
    h("button", { "aria-pressed": String(isChosen), "aria-label": label, onclick }, String(count)),
  );
}
