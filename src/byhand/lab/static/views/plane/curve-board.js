// The curve that a network with one input draws, beside the straight line of least squares; and what each unit adds.

import { SERIES_STYLES, chart } from "../../ui/charts.js";
import { h } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { firstUnits } from "../../ui/weight-thumbnails.js";

const words = TEXT.plane;
const THIN = { stroke: "rgba(125,135,148,.8)", width: 1 };

/** {element, show(plane, looked), end()} of a session; made of charts when they are first needed. */
export function createCurveBoard(session) {
  const curveHost = h("div", { class: "chart pressed" });
  const partsHost = h("div", { class: "chart parts" });
  const note = h("p", { class: "hint" });
  const element = h(
    "div",
    { class: "curve-board" },
    curveHost,
    h("p", { class: "chart-title" }, h("b", {}, words.parts)),
    partsHost,
    note,
  );
  const charts = {};
  const chartFor = (name, host, series, options) => {
    const key = String(series.map(({ label }) => label));
    if (charts[name]?.key !== key) {
      charts[name]?.end();
      const lines = chart(host, { ...options, series, legend: name === "curve" });
      charts[name] = Object.assign(Object.create(lines), { key });
    }
    return charts[name];
  };
  curveHost.addEventListener("click", (event) => {
    if (!event.target.closest(".u-over") || !charts.curve) return;
    const { plot } = charts.curve;
    const area = plot.over.getBoundingClientRect();
    session.place([plot.posToVal(event.clientX - area.left, "x"), plot.posToVal(event.clientY - area.top, "y")]);
  });

  function show(plane, looked) {
    showCurve(chartFor, curveHost, plane, looked);
    showParts(chartFor, partsHost, plane, note);
  }

  return { element, show, end: () => Object.values(charts).forEach((one) => one.end()) };
}

function showCurve(chartFor, host, { x, points, networks: [one], straight, box }, looked) {
  const sizes = ["1", ...one.layers.map(({ n_out }) => n_out)].join("-");
  const alone = looked && one.units[looked.layer]?.[looked.unit];
  const n = points.length / 2;
  const at = Array.from({ length: n }, (_, i) => [points[2 * i], null, null, null, points[2 * i + 1]]);
  const along = Array.from(x, (value, i) => [value, one.said[i], straight.said[i], alone ? alone[i] : null, null]);
  const all = [...along, ...at].sort(([a], [b]) => a - b);
  const spans = { spanGaps: true };
  const series = [
    { label: sizes, ...SERIES_STYLES.line, width: 2.5, ...spans },
    { label: words.line, ...SERIES_STYLES.dashed, ...spans },
    { label: words.unitAlone, ...THIN, width: 2, ...spans },
    { label: words.pointsOfCurve, ...SERIES_STYLES.dots },
  ];
  host.box = box; // its scales ask for it
  const ranges = { x: { range: () => host.box.slice(0, 2) } };
  chartFor("curve", host, series, { label: "x", ...ranges }).set(
    [0, 1, 2, 3, 4].map((column) => all.map((row) => row[column])),
  );
  const loss = one.loss === null ? "nothing learned yet" : `squared error ${number(one.loss, 4)}`;
  host.setAttribute("aria-label", `The curve that ${sizes} draws through ${n} points; ${loss}`);
}

function showParts(chartFor, host, { x, networks: [one] }, note) {
  const units = one.parts.length;
  const whole = one.said;
  const series = [
    ...one.parts.map((_, j) => ({ label: `unit ${j}`, ...THIN })),
    { label: words.whole, ...SERIES_STYLES.line, width: 2.5 },
  ];
  chartFor("parts", host, series, { label: "x" }).set([x, ...one.parts, whole].map((column) => Array.from(column)));
  host.setAttribute("aria-label", `${units} units of the last hidden layer, and their sum with the output's bias`);
  const all = one.layers.at(-1).n_in;
  const shown = one.layers.length > 1 ? firstUnits(units, all) : "";
  const bias = `${words.biasIs} ${number(one.bias, 3)}.`;
  note.textContent = [one.layers.length > 1 ? words.partsHelp : words.noneOfCurve, bias, shown]
    .filter(Boolean)
    .join(" ");
}
