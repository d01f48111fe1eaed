// A bet before a run: a marker a run, dragged to where its mean will be. Bets outlive the view.

import { h } from "../../ui/dom.js";
import { percent } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.experiments;
const STEPS = 100; // of a marker, from one end of the axis to the other

/** The bets of an experiment: run → value; kept in the page's memory. */
export function betsOf(app, id) {
  app.bets ??= {};
  return (app.bets[id] ??= {});
}

/** A slider a run; placed: hears that one was put somewhere. */
export function betForm({ id, runs, axis: [from, to] }, app, measure, placed) {
  const bets = betsOf(app, id);
  const valueOf = (step) => from + (step / STEPS) * (to - from);
  const slider = ({ name }) => {
    const output = h("output", {}, name in bets ? percent(bets[name], 0) : words.noBet);
    const input = h("input", {
      type: "range",
      min: 0,
      max: STEPS,
      value: name in bets ? ((bets[name] - from) / (to - from)) * STEPS : STEPS / 2,
      "aria-label": `${words.bet}: ${name}`,
      oninput: (event) => {
        bets[name] = valueOf(Number(event.target.value));
        output.textContent = percent(bets[name], 0);
        input.classList.add("placed");
        placed();
      },
    });
    return h("label", { class: "bet" }, h("span", {}, name), input, output);
  };
  return h("fieldset", { class: "bets" }, h("legend", {}, `${words.yourBet} ${measure}`), runs.map(slider));
}

/** How near the bets came: the largest distance from a mean, over the runs that were bet on. */
export function judgement(bets, runs, measure) {
  const off = runs
    .filter(({ name, measures }) => name in bets && measures[measure]?.mean !== undefined)
    .map(({ name, measures }) => ({ name, by: bets[name] - measures[measure].mean }));
  if (!off.length) return "";
  const worst = off.reduce((one, other) => (Math.abs(other.by) > Math.abs(one.by) ? other : one));
  const side = worst.by > 0 ? words.tooHigh : words.tooLow;
  return Math.abs(worst.by) < 0.03
    ? words.goodBet
    : `${words.farthest} ${worst.name}: ${percent(Math.abs(worst.by), 0)} ${side}.`;
}
