// One idea at a time, and a button that does it.

import { h, replaceChildren } from "../../ui/dom.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;
const WRONG = [0, 0.5]; // where a point is put that is in no one's place
const AT_XOR = {
  set: "xor",
  noise: 0,
  points: null,
  compare: true,
  planeLayers: [[8, "tanh"]],
  planeOptimizer: "sgd",
  planeRate: 0.1,
  planeBatch: 8,
  planeInit: "he",
};
const SPIRAL = { set: "spiral", noise: 0.05, arms: 2, compare: false, planeOptimizer: "adam", planeRate: 0.01 };
const EIGHT_SIX = [
  [8, "tanh"],
  [6, "tanh"],
];

const TWO_FOURS = [
  [4, "relu"],
  [4, "relu"],
];
const SIXTEEN_EIGHT = [
  [16, "relu"],
  [8, "relu"],
];

/** What each idea does with a session. */
const ACTIONS = {
  watch: (session) => session.start(),
  unit: (session, look) => look({ layer: 0, unit: 0 }),
  fewer: (session) => session.change({ planeLayers: session.state.planeLayers.map(oneFewer) }),
  weight: (session) => session.editFirst({ layer: 0, name: "W", at: 0, value: firstWeight(session) + 2 }),
  xor: (session) => session.changeAndStart(AT_XOR),
  spiral: (session) => session.changeAndStart({ ...SPIRAL, planeLayers: EIGHT_SIX }),
  point: (session) => session.place(WRONG, 1),
  clouds: (session) => session.changeAndStart({ set: "gaussians", compare: false }),
  article4: (session) => session.change({ planeLayers: TWO_FOURS }),
  article16: (session) => session.change({ planeLayers: SIXTEEN_EIGHT }),
};
const oneFewer = ([n, activation]) => [Math.max(1, n - 1), activation];
const firstWeight = ({ frame }) => frame.networks[0].layers[0].W[0];

/** The card of a session; look: shows a unit alone on the board; next: leads on. */
export function createTryThis(session, look, next) {
  const names = Object.keys(words.ideas);
  let at = 0;
  const sentence = h("p", {});
  const doIt = h("button", { onclick: () => ACTIONS[names[at]](session, look) }, words.doIt);
  const another = h("button", { class: "quiet-button", onclick: () => draw(at + 1) }, words.another);
  function draw(now) {
    at = now % names.length;
    replaceChildren(sentence, words.ideas[names[at]]);
  }
  draw(0);
  return h(
    "div",
    { class: "try-this card" },
    h("h3", {}, words.tryThis),
    sentence,
    h("div", { class: "buttons" }, doIt, another, next),
  );
}
