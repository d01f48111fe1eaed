// What is to be read from a run, said only where it came out so; what was found; and what stands beside it.

import { h } from "../../ui/dom.js";
import { number, percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.experiments;

export const needsDigits = ({ kind }) => !["starts", "clouds"].includes(kind);

/** The sentence if it came out so, else that it did not, and why it may be; and every finding. */
export function reading(one, frame, table) {
  if (!frame?.as_expected) return [];
  const isAsExpected = frame.as_expected === "yes";
  const findings = frame.findings.map(
    (finding) => `${finding.holds ? "✓" : "✗"} ${describeFinding(one, finding, table)}`,
  );
  return [
    h("p", { class: "reading" }, isAsExpected ? one.reading : words.notHere),
    h(
      "p",
      { class: isAsExpected ? "" : "bad" },
      h("strong", {}, `${isAsExpected ? "✓" : "✗"} ${isAsExpected ? words.yes : words.no}`),
    ),
    h(
      "ul",
      { class: "findings" },
      findings.map((text) => h("li", {}, text)),
    ),
  ];
}

function describeFinding(one, finding, table) {
  const { of, over, by, within, least, most, measure = one.scale[0], found: value } = finding;
  const { as, title } = table.measures[measure];
  const what = measure === one.scale[0] ? "" : `, ${title}`;
  if (over === undefined) {
    const expected = least !== undefined ? `at least ${formatAs(as, least)}` : `at most ${formatAs(as, most)}`;
    return `${of}${what}: ${formatAs(as, value)}, expected ${expected}`;
  }
  const formatDifference = (difference) =>
    as === "percent" ? `${number(100 * difference, 1)} points` : formatAs(as, difference);
  const expected = by !== undefined ? `at least ${formatDifference(by)}` : `at most ${formatDifference(within)}`;
  return `${of} over ${over}${what}: ${formatDifference(value)}, expected ${expected}`;
}

/** Which digits were used, and what is missing. */
export function notes(one, frame, data, isNotFor) {
  if (!needsDigits(one)) return [];
  const lines = frame ? [usedDigits(one, frame)] : [];
  if ((frame?.data ?? data) !== "mnist" && !isNotFor) lines.push(words.small);
  return lines.map((line) => h("p", { class: "hint" }, line));
}

/**
 * @param {any} one
 * @param {any} frame
 */
function usedDigits(one, frame) {
  const settings = one.settings ?? {};
  const page = one.page ?? {};
  const formatCount = (n) => n.toLocaleString("en");
  const all = frame.n_train;
  const train = Math.min(settings.train ?? all, page.train ?? all, all);
  const on = frame.data === "mnist" ? "On MNIST" : "On the small digits that come along";
  const part = train < all ? `${formatCount(train)} of ` : "";
  const often = frame.times > 1 ? `, ${frame.times} times as often for about as many steps` : "";
  const test = formatCount(Math.min(page.test ?? frame.n_test, frame.n_test));
  return `${on}: trained on ${part}${formatCount(all)}${often}, tested on ${test}.`;
}

/** Other measures of the same runs, as a table. */
export function measuresTable(one, frame, table) {
  if (!one.aside || !frame) return [];
  const heads = one.aside.map((name) => h("th", { scope: "col", class: "number" }, table.measures[name].title));
  const rows = frame.runs.map((run) =>
    h("tr", {}, h("th", { scope: "row" }, run.name), ...one.aside.map((name) => cell(run, name, table))),
  );
  const region = { class: "scroll", tabindex: 0, role: "region", "aria-label": words.beside };
  return [h("div", region, h("table", {}, h("thead", {}, h("tr", {}, h("td", {}), heads)), h("tbody", {}, rows)))];
}

function cell({ measures }, name, table) {
  const { values = [], mean = null } = measures[name] ?? {};
  const { as } = table.measures[name];
  const text = mean === null ? "–" : as === "class" ? values.join(" ") : formatAs(as, mean);
  return h("td", { class: "number" }, text);
}

/** A number as its measure is read. */
function formatAs(as, value) {
  if (as === "percent") return percent(value, 1);
  if (as === "seconds") return `${number(value, 2)} s`;
  if (as === "small") return number(value, 2);
  return Number.isInteger(value) || Math.abs(value) >= 10 ? Math.round(value).toLocaleString("en") : number(value, 3);
}
