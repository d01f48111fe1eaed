// A small pad: one's own digit, answered by the network while it learns. It begins with what is drawn in Draw.

import { h, replaceChildren } from "../../ui/dom.js";
import { OPENING } from "../../shared/opening-digit.js";
import { scoreText } from "../../shared/numbers.js";
import { latest } from "../../ui/latest.js";
import { Pad } from "../../ui/pad.js";
import { SAMPLES } from "../../ui/sample-digits.js";
import { hasStepBack, hasStepForward } from "../../ui/sheet.js";
import { readSheet } from "../../ui/sheet-reader.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.train;
const EXAMPLE = { under: null, strokes: SAMPLES[0].strokes, picture: OPENING.picture, digit: -1 };

/** {element, picture(shape), show(state, probe)}; probe: the answer to the picture, if there is one. */
export function createOwnDigit(app) {
  const pad = new Pad(app, words.pad, EXAMPLE);
  const picture = createReading(app);
  const button = (key) => h("button", { class: "small", "data-key": key, onclick: () => pad[key]() }, words[key]);
  const [undo, clear, redo] = ["undo", "clear", "redo"].map(button);
  const caption = h("p", { class: "own-said", "aria-live": "off" });
  const bars = h("div", { class: "own-bars", role: "img" });
  const answer = h("div", { class: "own-answer" }, caption, bars, h("div", { class: "buttons" }, undo, clear, redo));
  const element = h("div", { class: "own-digit" }, pad.element, answer);

  function show(state, probe) {
    pad.follow(state);
    undo.disabled = !hasStepBack();
    redo.hidden = !hasStepForward();
    drawAnswer(caption, probe);
    drawBars(bars, probe);
  }
  return { element, picture: (shape) => picture(pad.shown, shape), show };
}

/** picture(sheet, shape): a sheet as networks of that shape see it, read where it is not; null: not yet, or nothing. */
function createReading(app) {
  /** @type {{of: Uint8Array | null, size: number, stored: Uint8Array | null}} */
  let reading = { of: null, size: 0, stored: null };
  const read = latest(async ({ one, shape, job }) => {
    try {
      job.stored = await readSheet(app.client, one, shape);
      app.refresh();
    } catch (error) {
      app.showError(error.message);
    }
  });
  return (one, shape) => {
    const size = shape[0] * shape[1];
    if (!one.picture || one.picture.length === size) return one.picture;
    if (reading.of !== one.picture || reading.size !== size) {
      reading = { of: one.picture, size, stored: reading.size === size ? reading.stored : null }; // as before
      read({ one, shape, job: reading });
    }
    return reading.stored;
  };
}

function drawAnswer(caption, probe) {
  const text = probe ? scoreText(probe.output, probe.score) : words.nothing;
  const parts = probe ? [h("b", {}, String(probe.winner)), h("span", {}, text)] : [h("span", {}, text)];
  if (caption.textContent !== parts.map(({ textContent }) => textContent).join("")) replaceChildren(caption, ...parts);
}

/** A bar a class, as long as it is likely. */
function drawBars(bars, probe) {
  const scores = Array.from(probe?.scores ?? new Array(10).fill(0));
  while (bars.children.length < scores.length)
    bars.append(h("span", {}, h("i"), h("small", {}, String(bars.children.length))));
  scores.forEach((score, k) => {
    const bar = /** @type {any} */ (bars.children[k]);
    bar.classList.toggle("winner", k === probe?.winner);
    bar.firstElementChild.style.setProperty("--share", Math.min(1, Math.max(0, score)).toFixed(3));
  });
  const answer = probe ? `: ${probe.winner}, ${scoreText(probe.output, probe.score)}` : "";
  bars.setAttribute("aria-label", `${words.classes}${answer}`);
}
