// A run on the command line that the page follows: how far it is, its curves, and in the end what to do next.

import { h, replaceChildren } from "../../ui/dom.js";
import { number, percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { trainingCurves } from "../../ui/training-curves.js";
import { firstUnits, weightThumbnail } from "../../ui/weight-thumbnails.js";

const words = TEXT.train;

/** {element, show(frame), end()}. */
export function createLiveCard() {
  const [heading, report, note] = [h("h3"), h("p", { class: "readout" }), h("p", { class: "hint" })];
  const end = h("p", { class: "readout", role: "status" });
  const pictures = h("div", { class: "thumbnails weights" });
  const curves = trainingCurves();
  const card = h("div", { class: "card" }, heading, report, end, curves.element, note, pictures);
  const element = h("div", { class: "live" }, card);
  let last = {};

  function show(frame) {
    element.hidden = !frame;
    if (!frame || (frame === last.frame && frame.ended === last.ended)) return;
    last = { frame, ended: frame.ended };
    replaceChildren(heading, `${words.live}: ${frame.recipe}, ${frame.sizes.join("-")}`);
    replaceChildren(report, describeProgress(frame));
    replaceChildren(end, !frame.ended ? "" : frame.epoch >= frame.epochs ? words.ended : words.lost);
    curves.set(frame);
    replaceChildren(pictures, ...frame.weights.map((one, j) => weightThumbnail(`the weights of unit ${j}`, one)));
    const first = firstUnits(frame.weights.length, frame.sizes[1]);
    replaceChildren(note, first ? `Shown: ${first}.` : "");
  }
  return { element, show, end: () => curves.end() };
}

function describeProgress({ epoch, epochs, loss, accuracy, examples_per_second: speed }) {
  const parts = [
    `Epoch ${epoch} of ${epochs}`,
    loss === null ? "" : `loss ${number(loss, 4)}`,
    accuracy === null ? "" : `accuracy ${percent(accuracy, 2)}`,
    `${Math.round(speed).toLocaleString("en")} examples a second`,
  ];
  return parts.filter(Boolean).join(", ");
}
