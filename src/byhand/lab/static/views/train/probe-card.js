// Digits that the network answers while it learns: one's own on a pad, and six of the test set.

import { h, replaceChildren } from "../../ui/dom.js";
import { createNextStep } from "../../ui/next-step.js";
import { scoreText } from "../../shared/numbers.js";
import { fullInk } from "../../shared/constants.js";
import { paintInk, picture } from "../../ui/palette.js";
import { TEXT } from "../../ui/strings.js";
import { createOwnDigit } from "./own-digit.js";

const words = TEXT.train;
const SIDE = 56; // pixels of a picture

/** {element, wants(frames), show(state, frames)} of a session. */
export function createProbeCard(app, session) {
  const own = createOwnDigit(app);
  const list = h("ul", { class: "probes" });
  const next = createNextStep(words.next, () => session.lookAt("draw"), session.hasView("draw"));
  const help = h("p", { class: "hint" }, words.digitsHelp);
  const element = h("div", { class: "probe-card card" }, h("h3", {}, words.digits), own.element, list, help, next);

  function show(state, { probes }) {
    const digits = (probes?.digits ?? []).filter(({ index }) => index >= 0);
    if (next) next.hidden = !session.isHere || !session.training.step;
    own.show(
      state,
      probes?.digits.find(({ index }) => index < 0),
    );
    if (list.children.length !== digits.length) replaceChildren(list, ...digits.map(newRow));
    digits.forEach((digit, i) => drawRow(list.children[i], digit));
  }
  const wants = (frames) => ({ probes: session.probes(frames, (shape) => own.picture(shape)) });
  return { element, wants, show };
}

const newRow = () =>
  h(
    "li",
    {},
    picture("", SIDE),
    h("b", {}),
    h("span", { class: "probe-score" }),
    h("meter", { min: 0, max: 1, "aria-hidden": "true" }),
  );

/** A digit, what the network says it is, and how sure it is; wrong answers say what is true. */
function drawRow(row, { index, label, stored, winner, score, output }) {
  const [canvas, answer, text, meter] = row.children;
  const isWrong = winner !== label;
  const side = Math.sqrt(stored.length);
  const key = `${index} ${stored.length}`;
  if (row.dataset.key !== key) paintInk(canvas, stored, [side, side], fullInk(stored.length));
  row.dataset.key = key;
  canvas.setAttribute("aria-label", `test digit ${index}, a ${label}`);
  answer.textContent = String(winner);
  text.textContent = `${scoreText(output, score)}${isWrong ? `, is ${label}` : ""}`;
  row.classList.toggle("bad", isWrong);
  meter.hidden = output !== "probabilities";
  meter.value = score;
}
