// A small pad: one's own digit, answered by the network while it learns. It begins with what is drawn in Draw.

import { h, replaceChildren } from "../../ui/dom.js";
import { OPENING } from "../../shared/opening-digit.js";
import { scoreText } from "../../shared/numbers.js";
import { latest } from "../../ui/latest.js";
import { Pad } from "../../ui/pad.js";
import { SAMPLES } from "../../ui/sample-digits.js";
import { hasStepBack } from "../../ui/sheet.js";
import { readSheet } from "../../ui/sheet-reader.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.train;
const EXAMPLE = { under: null, strokes: SAMPLES[0].strokes, picture: OPENING.picture, digit: -1 };

/** {element, picture(shape), show(state, probe)}; probe: the answer to the picture, if there is one. */
export function createOwnDigit(app) {
  const pad = new Pad(app, words.pad, EXAMPLE);
  const picture = createReading(app);
  const button = (key) =>
    h("button", { type: "button", class: "small", "data-key": key, onclick: () => pad[key]() }, words[key]);
  const [undo, clear] = [button("undo"), button("clear")];
  const said = h("p", { class: "own-said", "aria-live": "off" });
  const bars = h("div", { class: "own-bars", role: "img" });
  const answer = h("div", { class: "own-answer" }, said, bars, h("div", { class: "buttons" }, undo, clear));
  const element = h("div", { class: "own-digit" }, pad.element, answer);

  function show(state, probe) {
    pad.follow(state);
    undo.disabled = !hasStepBack();
    drawSaid(said, probe);
    drawBars(bars, probe);
  }
  return { element, picture: (shape) => picture(pad.shown, shape), show };
}

/** picture(sheet, shape): a sheet as networks of that shape see it, read where it is not; null: not yet, or nothing. */
function createReading(app) {
  /** @type {{of: Uint8Array | null, size: number, stored: Uint8Array | null}} */
  let known = { of: null, size: 0, stored: null };
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
    if (known.of !== one.picture || known.size !== size) {
      known = { of: one.picture, size, stored: known.size === size ? known.stored : null }; // as it was, meanwhile
      read({ one, shape, job: known });
    }
    return known.stored;
  };
}

function drawSaid(said, probe) {
  const text = probe ? scoreText(probe.output, probe.score) : words.nothing;
  const parts = probe ? [h("b", {}, String(probe.winner)), h("span", {}, text)] : [h("span", {}, text)];
  if (said.textContent !== parts.map(({ textContent }) => textContent).join("")) replaceChildren(said, ...parts);
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
  const told = probe ? `: ${probe.winner}, ${scoreText(probe.output, probe.score)}` : "";
  bars.setAttribute("aria-label", `${words.classes}${told}`);
}
