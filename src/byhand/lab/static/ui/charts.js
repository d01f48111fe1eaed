// Charts: uPlot with the page's colours, as wide as their place. What is on a logarithmic scale keeps its own labels.

import { general, logTicks, ticks } from "../shared/numbers.js";
import { token } from "./canvas.js";

const { uPlot } = /** @type {any} */ (globalThis); // index.html loads it: the library ships no small module

const ink = () => token("--soft");
const accent = () => token("--accent");
const other = () => token("--minus");

export const SERIES_STYLES = {
  line: { stroke: accent, width: 1.75 },
  dashed: { stroke: other, width: 1.75, dash: [6, 4] },
  marked: { stroke: other, width: 2, dash: [6, 4], points: { show: true, size: 6 }, spanGaps: true },
  share: { stroke: ink, width: 1.5, dash: [2, 3], points: { show: true, size: 5 }, spanGaps: true, scale: "share" },
  dots: { stroke: ink, width: 0, paths: () => null, points: { show: true, size: 6, fill: ink } },
};
const PAD = 0.05; // of the range of a logarithmic scale, at each end
const LABEL = 16; // pixels of height
const LEAST = 0.4; // decades that it has: three ticks are among them

/** An axis's labels as uPlot asks for them: the ticks, and how far apart they are. */
const values = (_plot, at, _axis, _space, step) => ticks(at, step);
const powers = (_plot, at) => at.map((value) => (value === null ? "" : general(value, 3)));
const shares = (_plot, at) => at.map((share) => `${general(100 * share, 3)} %`);

/** A logarithmic scale as wide as its numbers, without whole decades. */
const logarithmic = {
  distr: 3,
  range: (_plot, low, high) => {
    const [from, to] = [low || 0.1, high || 1].map(Math.log10);
    const room = Math.max(PAD * (to - from), 0.02, (LEAST - (to - from)) / 2);
    return [10 ** (from - room), 10 ** (to + room)];
  },
};

/** As many labels of a logarithmic axis as have room one above the other; the others are null. */
function thin({ bbox }, at) {
  const every = Math.ceil((at.length * LABEL * devicePixelRatio) / bbox.height);
  return at.map((value, i) => (i % every ? null : value));
}

const logAxis = {
  values: powers,
  splits: (_plot, _axis, low, high) => logTicks(low, high),
  filter: thin,
};

/**
 * A chart in its place; without a height it is as high as that. log: y is logarithmic; right: the scale "share", from
 * 0 to 1, has an axis there.
 * @param {HTMLElement} host
 * @param {{title?: string, height?: number, label?: string, series: any[], legend?: boolean, x?: object, y?: object,
 *   log?: boolean, right?: boolean}} options
 */
export function chart(host, options) {
  const { title, height, label, series, legend = series.length > 1, x = {}, y = {}, log = false, right } = options;
  host.setAttribute("role", "img");
  const grid = { stroke: "rgba(128,128,128,.18)", width: 1 };
  const plotted = {
    title,
    height,
    scales: { x: { time: false, ...x }, y: log ? logarithmic : y, ...(right ? { share: { range: [0, 1] } } : {}) },
    axes: [
      { stroke: ink, grid, ticks: grid, values, ...(label ? { label, labelSize: 14 } : {}), size: 28 },
      { stroke: ink, grid, ticks: grid, size: 58, ...(log ? logAxis : { values }) },
      ...(right ? [{ side: 1, scale: "share", stroke: ink, grid: { show: false }, size: 56, values: shares }] : []),
    ],
    series: [{ label }, ...series],
    legend: { live: false, show: legend },
    cursor: { show: false },
  };
  const columns = (data) => (log ? [data[0], ...data.slice(1).map(positive)] : data);
  return createPlot(host, plotted, columns);
}

/** Nothing that is 0 or less has a place on a logarithmic scale. */
const positive = (numbers) => numbers.map((value) => (value > 0 ? value : null));

/** The chart, as large as its place; one that is empty again is made anew, for uPlot would keep the old axes. */
function createPlot(host, options, columns) {
  const height = () => options.height ?? Math.max(80, host.clientHeight);
  const make = () =>
    new uPlot(
      { ...options, width: host.clientWidth || 300, height: height() },
      [[], ...options.series.slice(1).map(() => [])],
      host,
    );
  let plot = make();
  let isEmpty = true;
  const watching = new ResizeObserver(
    () => host.clientWidth && plot.setSize({ width: host.clientWidth, height: height() }),
  );
  watching.observe(host);
  function set(data) {
    if (!data[0].length && isEmpty) return;
    isEmpty = !data[0].length;
    if (!isEmpty) return plot.setData(columns(data));
    plot.destroy();
    plot = make();
  }
  function end() {
    watching.disconnect();
    plot.destroy();
  }
  return {
    get plot() {
      return plot;
    },
    set,
    end,
  };
}
