// What would have come of it without a digit, or without a batch: the training is repeated exactly, without them.

import { h, replaceChildren, select } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.timeline;
const DIGITS = Array.from({ length: 10 }, (_, k) => k);

/** {element, show(state, training)} of a session. */
export function createWhatIf(session) {
  const element = h("div", { class: "without card" });
  let label = 7;
  let lastKey = "";
  const choose = (text) => (label = Number(text));

  function show(state, training) {
    const { without, running, step, before, after } = training ?? {};
    const key = JSON.stringify([without, state.moment, running || step, before?.step, after?.step]);
    if (lastKey === key) return;
    lastKey = key;
    const list = without ?? [];
    replaceChildren(
      element,
      h("h3", {}, words.without),
      h("p", { class: "hint" }, words.withoutHelp),
      buttons(session, list, () => label, select(DIGITS, label, choose)),
      list.length ? h("p", { class: "readout" }, `${words.left}: ${list.map(tell).join("; ")}`) : null,
      before && after ? scrollable(results(before, after, list)) : null,
    );
  }
  return { element, show };
}

function buttons(session, list, label, digit) {
  const { training, state } = session;
  const isBusy = !session.isHere || training.running;
  const at = state.moment >= 0 ? state.moment : (training?.step ?? 0);
  const add = (one) => session.leaveOut([...list, one]);
  const every = () => add({ kind: "class", label: label(), from: state.moment >= 0 ? at : 0 });
  digit.setAttribute("aria-label", words.digit);
  const button = (text, onclick, disabled) => h("button", { disabled, onclick }, text);
  const batch = `${words.batch} ${(at + 1).toLocaleString("en")}`;
  return h(
    "div",
    { class: "buttons" },
    h("span", { class: "inline" }, button(words.all, every, isBusy), digit),
    button(batch, () => add({ kind: "batch", step: at }), isBusy || state.moment < 0),
    list.length ? button(words.undo, () => session.leaveOut([]), isBusy) : null,
  );
}

const tell = (one) =>
  one.kind === "batch"
    ? `batch ${(one.step + 1).toLocaleString("en")}`
    : `every ${one.label}${one.from ? ` from step ${one.from.toLocaleString("en")}` : ""}`;

const scrollable = (table) =>
  h("div", { class: "scroll plain", tabindex: 0, role: "region", "aria-label": words.table }, table);

const share = (one) => number(100 * one, 1);

/** Validation accuracy before and after, class by class, and how it changed; what was left out stands out. */
function results(before, after, list) {
  const isOut = (k) => list.some(({ kind, label }) => kind === "class" && label === k);
  const points = (one) => `${one > 0 ? "+" : ""}${one ? share(one) : "0"}`;
  const row = (name, { accuracy, classes }, text) => tableRow(name, [accuracy, ...classes].map(text), isOut);
  const digits = ["all", ...before.classes.keys()];
  return h(
    "table",
    { class: "sum" },
    h("thead", {}, tableRow(words.right, digits, isOut, "th")),
    h("tbody", {}, row(words.before, before, share), row(words.after, after, share)),
    h("tfoot", {}, row(words.change, after.change, points)),
  );
}

/** A row's name, a cell for all, and one a digit. */
function tableRow(name, texts, isOut, tag = "td") {
  const cells = texts.map((text, i) => h(tag, { class: isOut(i - 1) ? "number left-out" : "number" }, text));
  return h("tr", {}, h("th", { scope: tag === "th" ? "col" : "row" }, name), cells);
}
