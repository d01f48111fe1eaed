// One weight or bias in the hand: a press on a line takes it, dragging up or down or the arrow keys change it, and
// below the stage its number can be typed. A press that ends changes nothing; what is changed can be taken back.

import { h } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";
import { nearest, pointOf } from "./geometry.js";
import { isSame, titleOf, valueOf } from "./parameters.js";

const words = TEXT.plane;
const REACH = 9; // pixels from a line at which it is taken
const PER_PIXEL = 0.02; // of change
const PER_KEY = 0.1;
const KEY_PAUSE = 800; // milliseconds after which another key press is another change to take back

/** {element, strip, chosen, show(plane, parameters)}; repaint: what is chosen is drawn in front. */
export function createHandle(session, board, repaint) {
  const element = h("div", { class: "handle", role: "slider", tabindex: -1, hidden: true });
  const input = h("input", { type: "number", step: 0.05, "aria-label": "value", onchange: () => type() });
  const title = h("span", { class: "strip-title" });
  const step = (text, label, way) =>
    h("button", { type: "button", "aria-label": label, title: label, onclick: () => turn(way) }, text);
  const strip = h(
    "div",
    { class: "strip-of-weight" },
    step("‹", words.before, -1),
    title,
    step("›", words.after, 1),
    input,
    h("small", {}, words.drag),
  );
  let plane = null;
  let parameters = [];
  let chosen = null;
  let isChanging = false;
  let lastKey = 0;
  const layers = () => plane.networks[0].layers;

  function choose(one) {
    chosen = one;
    element.hidden = false;
    element.tabIndex = 0;
    draw();
    repaint();
  }

  /** The next one, or the one before. */
  function turn(way) {
    const at = parameters.findIndex((one) => isSame(one, chosen));
    if (parameters.length) choose(parameters[(at + way + parameters.length) % parameters.length]);
  }

  function put(value, isFirst) {
    const { layer, name, at } = chosen;
    const change = { layer, name, at, value };
    return isFirst ? session.editFirst(change) : session.edit(change);
  }

  function type() {
    if (Number.isFinite(input.valueAsNumber)) put(input.valueAsNumber, true);
  }

  function onKey(event) {
    const ways = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") turn(event.key === "ArrowRight" ? 1 : -1);
    else if (event.key in ways) {
      const now = performance.now();
      put(valueOf(layers(), chosen) + ways[event.key] * PER_KEY, now - lastKey > KEY_PAUSE);
      lastKey = now;
    } else return;
    event.preventDefault();
  }

  function draw() {
    if (!chosen || !plane) return;
    const value = valueOf(layers(), chosen);
    const name = titleOf(chosen, namesOf(plane, layers()));
    const [x, y] = chosen.curve ? pointOf(chosen.curve, 0.5) : chosen.mark;
    Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
    element.textContent = number(value, 2);
    title.textContent = name;
    input.setAttribute("aria-label", name);
    if (document.activeElement !== input || plane.running) input.value = String(Number(value.toFixed(4)));
    const attributes = { label: name, valuenow: value, valuetext: number(value, 3) };
    Object.entries(attributes).forEach(([key, text]) => element.setAttribute(`aria-${key}`, String(text)));
  }

  function show(frame, all) {
    [plane, parameters] = [frame, all];
    chosen = parameters.find((one) => isSame(one, chosen)) ?? parameters[0] ?? null;
    if (!chosen) element.hidden = true;
    draw();
  }

  element.addEventListener("keydown", onKey);
  listenForDrags(board, element, {
    take: (at) => {
      const found = nearest(parameters, at, REACH);
      if (found) choose(found);
      return found && valueOf(layers(), found);
    },
    held: () => valueOf(layers(), chosen),
    drag: (value) => {
      put(value, !isChanging);
      isChanging = true;
    },
    end: () => (isChanging = false),
    isNear: (at) => Boolean(nearest(parameters, at, REACH)),
  });
  return {
    element,
    strip,
    show,
    get chosen() {
      return element.hidden ? null : chosen;
    },
  };
}

/** What inputs and outputs are called. */
const namesOf = ({ task }, layers) => ({
  nLayers: layers.length,
  inputNames: task === "curve" ? ["x"] : ["x", "y"],
  outputNames: Array.from({ length: layers.at(-1).n_out }, (_, k) => (task === "curve" ? "the output" : `class ${k}`)),
});

/** A line is dragged by a mouse or a pen; by a finger its handle is, so that a stage can be scrolled. */
function listenForDrags(board, handle, { take, held, drag, end, isNear }) {
  let from = null;
  const placeOf = (event) => {
    const area = board.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, select")) return;
    const isHandle = event.target === handle;
    const value = isHandle ? held() : take(placeOf(event));
    if (value === null || value === undefined) return;
    handle.focus({ preventScroll: true });
    event.preventDefault();
    if (event.pointerType === "touch" && !isHandle) return;
    from = { y: event.clientY, value };
    board.setPointerCapture(event.pointerId);
  });
  board.addEventListener("pointermove", (event) => {
    if (!from) return board.classList.toggle("near", isNear(placeOf(event)));
    if (event.clientY !== from.y) drag(from.value + (from.y - event.clientY) * PER_PIXEL);
  });
  for (const name of ["pointerup", "pointercancel"])
    board.addEventListener(name, () => {
      from = null;
      end();
    });
}
