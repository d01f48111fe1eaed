// What the network predicts everywhere, or one unit while it is looked at; beside it, if asked for, a network without
// hidden layer. A press adds a point.

import { h, replaceChildren } from "../../ui/dom.js";
import { mark, paintBoard, paintUnit, pointOf } from "../../ui/plane-canvas.js";
import { number, percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;

/** {element, show(plane, looked)} of a session; looked: the unit that is shown alone, or null. */
export function createBoards(session) {
  const element = h("div", { class: "boards" });
  let boards = [];

  function build(plane) {
    boards = plane.networks.map((_, i) => oneBoard(session, i));
    replaceChildren(element, ...boards.map((board) => board.element));
  }

  function show(plane, looked) {
    if (boards.length !== plane.networks.length) build(plane);
    const { watched } = plane;
    const isThere = looked && watched?.layer === looked.layer && watched?.unit === looked.unit;
    plane.networks.forEach((network, i) => boards[i].show(network, plane, i === 0 && isThere ? watched : null));
  }

  return { element, show };
}

function oneBoard(session, i) {
  const canvas = h("canvas", { class: "board", role: "img" });
  const caption = h("figcaption", {});
  canvas.addEventListener("click", (event) => session.place(pointOf(event, canvas, session.frame.box)));

  function show(network, plane, watched) {
    const sizes = `2-${network.layers.map(({ n_out }) => n_out).join("-")}`;
    if (watched) paintUnit(canvas, watched.map, plane);
    else paintBoard(canvas, network, plane);
    const right = `accuracy ${percent(network.accuracy)}`;
    const what = watched
      ? `${words.alone} ${watched.unit}, layer ${watched.layer + 1}`
      : `What the network ${sizes} predicts everywhere; ${right}`;
    canvas.setAttribute("aria-label", what);
    drawCaption(caption, { sizes, i, network, watched, plane, names: session.state.classNames });
  }

  return { element: h("figure", {}, canvas, caption), show };
}

/** Which network; what the lines are; which unit is looked at. */
function drawCaption(element, { sizes, i, network, watched, plane, names }) {
  const unit = watched && `${words.alone} ${watched.unit}, layer ${watched.layer + 1}`;
  const { loss, accuracy } = network;
  const result = `${percent(accuracy)}${loss === null ? "" : `, loss ${number(loss, 4)}`}`;
  const key = [unit, sizes, i ? result : "", plane.n_classes, Boolean(plane.bayes), names].join();
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const classes = Array.from({ length: Math.min(network.n_classes, 6) }, (_, k) => classMark(k, names[k]));
  const lines = [
    ["boundary", words.boundary],
    ...(plane.bayes
      ? [
          ["bayes", words.bayesLine],
          ["straight", words.line],
        ]
      : []),
  ];
  replaceChildren(
    element,
    h("b", {}, unit ?? `${sizes}${i ? `: ${words.onlyLines}, ${result}` : ""}`),
    ...(unit || i ? [] : [...classes, ...lines.map(([kind, text]) => h("span", { class: `key ${kind}` }, text))]),
  );
}

function classMark(k, name = `class ${k}`) {
  const canvas = h("canvas", { width: 16, height: 16, class: "mark", "aria-hidden": "true" });
  mark(canvas, k);
  return h("span", { class: "key" }, canvas, ` ${name}`);
}
