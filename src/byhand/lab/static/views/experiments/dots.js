// The dots of an experiment: a row a run, a dot a seed; the mean is a tick below them, the bet a diamond.

import { h } from "../../ui/dom.js";
import { percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { beeswarm, MIDDLE } from "./beeswarm.js";

const words = TEXT.experiments;
const SIGNS = { good: "✓", bad: "✗", plain: "·" };

/** The axis that has room for all of it: {low, high, place(value)}. */
export function axisOf({ axis, scale }, runs, bets) {
  const all = runs.flatMap(({ measures }) => scale.flatMap((name) => measures[name]?.values ?? []));
  const low = Math.min(axis[0], ...all, ...Object.values(bets));
  const high = Math.max(axis[1], ...all, ...Object.values(bets));
  return { low, high, share: (value) => (value - low) / (high - low) };
}

/** All rows. isOver: only then the signs of what did well are there. */
export function rowsOf(one, runs, { marks, bets, table, isOver, nOld }) {
  const axis = axisOf(one, runs, bets);
  const title = (name) => table.measures[name].title;
  const several = one.scale.length > 1;
  const sign = (verdict) => (isOver ? verdictSign(verdict) : null);
  const row = (run, measure, label, isHead) =>
    h(
      "div",
      { class: "trial" },
      h("span", {}, isHead ? null : sign(run.verdict), label),
      strip(run, measure, { axis, marks, bets, nOld, title: title(measure) }),
      h("span", { class: "mean" }, meanOf(run, measure)),
    );
  const rows = runs.flatMap((run) =>
    several
      ? [
          h("div", { class: "trial" }, h("b", {}, sign(run.verdict), run.name)),
          ...one.scale.map((measure) => row(run, measure, title(measure), true)),
        ]
      : [row(run, one.scale[0], run.name, false)],
  );
  return [ends(several ? "" : title(one.scale[0]), axis), ...rows, limits(marks)].filter(Boolean);
}

const meanOf = ({ measures }, name) =>
  typeof measures[name]?.mean === "number" ? percent(measures[name].mean, 1) : "";

function verdictSign(verdict) {
  const kind = `verdict-sign ${verdict === "bad" ? "bad" : ""}`;
  return h("span", { class: kind, role: "img", "aria-label": words[verdict] }, SIGNS[verdict]);
}

function ends(title, { low, high }) {
  const digits = high - low < 0.2 ? 1 : 0;
  return h(
    "div",
    { class: "ends" },
    h("span", {}, title),
    h("div", { class: "from-to" }, h("span", {}, percent(low, digits)), h("span", {}, percent(high, digits))),
    h("span", { class: "mean" }, words.mean),
  );
}

function limits(marks) {
  if (!marks.length) return null;
  const text = marks.map(({ name, value }) => `${name}, ${percent(value, 2)}`).join("; ");
  return h("p", { class: "hint" }, `Dashed: ${text}.`);
}

/** One run's seeds: circles do well, crosses go wrong, grey ones compare. */
function strip({ name, verdict, measures }, measure, { axis, marks, bets, nOld, title }) {
  const { values = [], mean = null } = measures[measure] ?? {};
  const label = `${name}, ${title}`;
  const text = values.length
    ? `${label}: ${values.map((value) => percent(value, 1)).join(", ")}; mean ${percent(mean, 1)}`
    : `${label}: nothing yet`;
  const at = (share) => `${100 * share}%`;
  const upright = (kind, value, [from, to]) =>
    h("line", { class: kind, x1: at(axis.share(value)), x2: at(axis.share(value)), y1: from, y2: to });
  const dots = beeswarm(values.map(axis.share)).map(([share, y], i) => dot(verdict, at(share), y, i >= nOld));
  return h(
    "span",
    { class: "strip" },
    h(
      "svg",
      { role: "img", "aria-label": text },
      h("line", { class: "rail", x1: 0, x2: "100%", y1: MIDDLE, y2: MIDDLE }),
      marks.map(({ value }) => upright("limit", value, [0, "100%"])),
      dots,
      mean === null ? null : upright("middle", mean, [38, 44]),
      name in bets ? diamond(at(axis.share(bets[name]))) : null,
    ),
  );
}

function dot(verdict, x, y, isNew) {
  const kind = `dot ${verdict}${isNew ? " new" : ""}`;
  return verdict === "bad"
    ? h("svg", { x, y, class: isNew ? "new" : null }, h("path", { class: "dot bad", d: "M-4-4L4 4M-4 4L4-4" }))
    : h("circle", { class: kind, cx: x, cy: y, r: 4.5 });
}

const diamond = (x) => h("svg", { x, y: MIDDLE }, h("path", { class: "bet-mark", d: "M0-7L7 0L0 7L-7 0Z" }));
