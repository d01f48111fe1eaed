// Charts: uPlot with the page's colours, as wide as their place.

import { ticks } from "../shared/numbers.js";
import uPlot from "../vendor/uplot/uPlot.esm.js";

export const LOOKS = {
  line: { stroke: "#3f7fd0", width: 1.5 },
  dashed: { stroke: "#d07a00", width: 1.5, dash: [6, 4] },
  marked: { stroke: "#d07a00", width: 2, dash: [6, 4], points: { show: true, size: 6 }, spanGaps: true },
  dots: { stroke: "#7d8794", width: 0, paths: () => null, points: { show: true, size: 6, fill: "#7d8794" } },
};

/** An axis's labels as uPlot asks for them: the ticks, and how far apart they are. */
const values = (_plot, at, _axis, _space, step) => ticks(at, step);

/** A chart in its place: {title, height, label, series: [{label, …look}], legend, axes' labels}. */
export function chart(host, { title, height, label, series, legend = series.length > 1, x = {}, y = {} }) {
  host.setAttribute("role", "img");
  const ink = getComputedStyle(document.body).color;
  const grid = { stroke: "rgba(128,128,128,.25)", width: 1 };
  const options = {
    title,
    height,
    scales: { x: { time: false, ...x }, y },
    axes: [
      { stroke: ink, grid, values, label, labelSize: 16, size: 34 },
      { stroke: ink, grid, values, size: 62 },
    ],
    series: [{ label }, ...series],
    legend: { live: false, show: legend },
    cursor: { show: false },
  };
  const empty = () => new uPlot({ ...options, width: host.clientWidth || 300 }, [[], ...series.map(() => [])], host);
  let plot = empty();
  let isEmpty = true;
  const watching = new ResizeObserver(() => host.clientWidth && plot.setSize({ width: host.clientWidth, height }));
  watching.observe(host);
  /** Show these columns; a chart that is empty again is made anew, for uPlot would keep the axes of what was there. */
  function set(data) {
    if (!data[0].length && isEmpty) return;
    isEmpty = !data[0].length;
    if (!isEmpty) return plot.setData(data);
    plot.destroy();
    plot = empty();
  }
  return {
    get plot() {
      return plot;
    },
    set,
    end: () => {
      watching.disconnect();
      plot.destroy();
    },
  };
}
