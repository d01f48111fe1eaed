// The loss of every epoch from the first on, on a logarithmic scale; a drag leads to that epoch.

import { SERIES_STYLES, chart } from "../../ui/charts.js";
import { h } from "../../ui/dom.js";
import { makePlayhead } from "../../ui/playhead.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;

/** The loss of every epoch; before the first, what it is now. */
const historyOf = ({ history, loss }) => (history.length ? history : [{ epoch: 0, loss }]);

/** {element, show(plane), end()} of a session. */
export function createLossCard(session) {
  const host = h("div", { class: "chart loss-chart", "data-figure": "Loss" });
  const where = h("span", { class: "position" });
  const heading = h("b", {});
  const element = h("div", { class: "loss card" }, h("p", { class: "chart-title" }, heading, where), host);
  let lossChart = null;
  let nLines = 0;
  let mark = null;

  function build(n) {
    lossChart?.end();
    nLines = n;
    const series = [
      { label: words.withHidden, ...SERIES_STYLES.line },
      { label: words.withoutHidden, ...SERIES_STYLES.dashed },
    ].slice(0, n);
    lossChart = chart(host, { series, legend: false, label: "", log: true });
    const now = () => {
      const { epoch, newest, earliest } = session.frame;
      return { at: epoch, from: earliest, to: newest, text: `epoch ${epoch.toLocaleString("en")}` };
    };
    mark ??= makePlayhead(host, () => lossChart.plot, { label: words.travel, now, go: (at) => session.travel(at) });
  }

  function show({ networks, task, epoch, newest }) {
    if (nLines !== networks.length) build(networks.length);
    heading.textContent = task === "curve" ? words.squaredError : words.lossTitle;
    const [one, ...others] = networks.map(historyOf);
    lossChart.set([one.map((at) => at.epoch), ...[one, ...others].map((points) => points.map(({ loss }) => loss))]);
    const [{ loss }] = networks;
    const at = `epoch ${epoch.toLocaleString("en")} of ${newest.toLocaleString("en")}: `;
    where.textContent = epoch < newest ? `${at}${number(loss, 4)}` : "";
    mark();
  }

  return { element, show, end: () => lossChart?.end() };
}
