// What the network says: the class, how likely, and a bar for each class; a press on one asks why it is not that.

import { h, replaceChildren, term } from "../../ui/dom.js";
import { number, scoreText } from "../../shared/numbers.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw;

/** {element, show(prediction, names)}; ask: hears the class of the bar that is pressed, open: of the logit. */
export function createAnswer(ask, open) {
  const element = h("div", { class: "answer-body" });
  function show(prediction, names, hint) {
    if (!prediction) return replaceChildren(element, h("p", { class: "hint" }, hint));
    replaceChildren(element, verdict(prediction, names), bars(prediction, names, { ask, open }), note(prediction));
  }
  return { element, show };
}

function verdict({ output, scores, winner, second }, names) {
  const score = scoreText(output, scores[winner]);
  const how = output === "probabilities" ? ` with ${score}` : `, ${words.scores[output]} ${score}`;
  const next = names.length > 2 && `${words.runnerUp} ${names[second]}, ${scoreText(output, scores[second])}`;
  return h(
    "div",
    { class: "says" },
    h("p", { class: "verdict", role: "status" }, h("b", {}, names[winner]), h("small", {}, how)),
    next && h("p", { class: "next-best" }, next),
  );
}

function bars(prediction, names, listener) {
  const head = ["digit", "", term(words.scores[prediction.output]), term("logit")];
  const rows = Array.from(prediction.logits.keys(), (k) => bar(prediction, names, k, listener));
  return h(
    "table",
    { class: "bars" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((text, i) => h(i === 1 ? "td" : "th", {}, text)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

function bar({ output, scores, logits, winner }, names, k, { ask, open }) {
  const share = Math.min(1, Math.max(0, scores[k]));
  const label = `${names[k]}, ${scoreText(output, scores[k])}: ${questionFor(names, k, winner)}`;
  const button = { class: "class-name", "aria-label": label, onclick: () => ask(k) };
  const tabindex = k === winner ? 0 : -1;
  const logit = {
    class: "trace logit",
    title: words.opens,
    tabindex,
    onclick: () => open(k),
    onkeydown,
  };
  return h(
    "tr",
    { class: k === winner ? "winner" : null },
    h("th", { scope: "row" }, h("button", button, names[k])),
    h("td", { class: "share" }, h("i", { style: `--share:${share.toFixed(4)}` })),
    h("td", { class: "number" }, scoreText(output, scores[k])),
    h("td", { class: "number", "data-logit": k }, h("button", logit, number(logits[k]))),
  );
}

/** Of the logits only the winner's is a tab stop; arrows lead to the others. */
function onkeydown(event) {
  const row = event.currentTarget.closest("tr");
  const next = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
  if (!next) return;
  event.preventDefault();
  next.querySelector(".logit").focus();
}

const questionFor = (names, k, winner) =>
  k === winner ? `${words.why} ${names[k]}?` : words.whyNot.replace("{name}", names[k]);

const note = ({ output }) =>
  h("p", { class: "hint press" }, output === "probabilities" ? words.press : words.notShares);
