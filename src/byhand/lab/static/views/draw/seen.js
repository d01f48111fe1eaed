// What the network sees: its pixels, which can be inked and wiped one by one, and what each of them holds.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { paintInk, picture } from "../../ui/palette.js";
import { topOf } from "../../ui/sheet-reader.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** {element, readout, show(state, frames, shape), point(canvas)}; lay: hears the picture with a pixel changed. */
export function createSeen(lay) {
  const element = picture(words.seen, 280, { tabindex: 0, class: "picture editable" });
  const readout = h("p", { class: "readout", "aria-live": "polite" });
  /** @type {any} */
  const now = { state: null, frames: {}, shape: [28, 28] };
  let cursor = [14, 14]; // row and column
  let pointed = null;

  const show = (state, frames, shape) => {
    Object.assign(now, { state, frames, shape });
    paintSeen(element, state.picture, shape, document.activeElement === element ? cursor : null);
    if (pointed) tell(pointed);
  };
  function tell(place) {
    pointed = place;
    replaceChildren(readout, pixelText(now, place));
  }
  function edit(place) {
    cursor = place;
    lay(withPixel(now.state.picture, now.shape, place));
    tell(place);
  }
  element.addEventListener("click", (event) => edit(placeOf(event, element, now.shape)));
  element.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === " " || key === "Enter") edit(cursor);
    else if (key in MOVES) cursor = cursor.map((at, i) => (at + MOVES[key][i] + now.shape[i]) % now.shape[i]);
    else return;
    event.preventDefault();
    show(now.state, now.frames, now.shape);
    tell(cursor);
  });
  /** Pixels are told of on another picture of them, too. */
  const point = (canvas) => canvas.addEventListener("pointermove", (event) => tell(placeOf(event, canvas, now.shape)));
  point(element);
  return { element, readout, show, point };
}

function paintSeen(canvas, stored, [height, width], cursor) {
  const fits = stored?.length === height * width;
  const shown = fits ? stored : new Uint8Array(height * width);
  paintInk(canvas, shown, [height, width], topOf(shown));
  const help = `${height} × ${width} ${words.seenHelp}`;
  canvas.setAttribute("aria-label", `${words.seen}. ${help}`);
  canvas.title = help;
  if (!cursor) return;
  const context = canvas.getContext("2d");
  const side = canvas.width / width;
  Object.assign(context, { strokeStyle: "#d05000", lineWidth: 3 });
  context.strokeRect(cursor[1] * side + 1, cursor[0] * side + 1, side - 2, side - 2);
}

/** The picture with one pixel inked, or wiped where it was. */
function withPixel(stored, [height, width], [row, column]) {
  const changed = stored?.length === height * width ? stored.slice() : new Uint8Array(height * width);
  const full = topOf(changed);
  const at = row * width + column;
  changed[at] = changed[at] > full / 2 ? 0 : full;
  return changed;
}

function pixelText({ state, frames, shape }, [row, column]) {
  if (!state.picture) return "";
  const at = row * shape[1] + column;
  const isOf = frames.attribution?.request.stored === state.picture;
  const share = isOf ? frames.attribution.attributions?.[at] : null;
  const text = `Row ${row}, column ${column}: pixel value ${state.picture[at]}`;
  return share === undefined || share === null ? text : `${text}, attribution ${number(share, 4)}`;
}

function placeOf(event, canvas, shape) {
  const box = canvas.getBoundingClientRect();
  const shares = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
  return shares.map((share, i) => Math.min(shape[i] - 1, Math.max(0, Math.floor(share * shape[i]))));
}
