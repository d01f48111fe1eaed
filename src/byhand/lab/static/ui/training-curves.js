// The curves of a training, loss and accuracy over the epochs: one trained here, or on the command line.

import { SERIES_STYLES, chart } from "./charts.js";
import { h } from "./dom.js";
import { number, percent } from "../shared/numbers.js";

const HEIGHT = 190; // of a chart
const NAMES = ["loss", "accuracy"];

/** Return {element, set(frame), clear(), end()}. */
export function trainingCurves() {
  const hosts = NAMES.map(() => h("div", { class: "chart" }));
  const element = h("div", { class: "columns tight" }, hosts);
  const series = [
    { label: "batches", ...SERIES_STYLES.line, spanGaps: true },
    { label: "validation", ...SERIES_STYLES.marked },
  ];
  let charts = null;

  function set({ curve = [], history }) {
    const points = curve.length ? curve : history.map(({ epoch, loss, accuracy }) => ({ at: epoch, loss, accuracy }));
    const byEpoch = new Map(
      history.map((one) => [
        one.epoch,
        one.validation ?? { loss: one.validation_loss, accuracy: one.validation_accuracy },
      ]),
    );
    const there = new Map(points.map((point) => [point.at, point]));
    const x = [...new Set([...there.keys(), ...byEpoch.keys()])].sort((a, b) => a - b);
    const valuesOf = (what) => x.map((at) => byEpoch.get(at)?.[what] ?? null);
    charts ??= NAMES.map((title, i) => chart(hosts[i], { title, height: HEIGHT, label: "epoch", series }));
    NAMES.forEach((what, i) => charts[i].set([x, x.map((at) => there.get(at)?.[what] ?? null), valuesOf(what)]));
    const format = (value, text) => (value === null || value === undefined ? "–" : text(value));
    const onValidation = (what, text) => {
      const value = valuesOf(what).findLast((one) => one !== null) ?? null;
      return value === null ? "" : `, ${text(value)} on validation`;
    };
    hosts[0].setAttribute(
      "aria-label",
      `Loss: ${points.length ? `${format(points[0].loss, number)} at first, ${format(points.at(-1).loss, number)} now${onValidation("loss", number)}` : "nothing yet"}`,
    );
    hosts[1].setAttribute(
      "aria-label",
      `Accuracy: ${points.length ? `${format(points.at(-1).accuracy, percent)} on the latest batches${onValidation("accuracy", percent)}` : "nothing yet"}`,
    );
  }

  const clear = () => charts?.forEach((one) => one.set([[], [], []]));
  return { element, set, clear, end: () => charts?.forEach((one) => one.end()) };
}
