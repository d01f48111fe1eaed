// The room Draw: the pad, what happens inside, the answer; why rather than another, how sure; and who taught it.

import { h, replaceChildren } from "../../ui/dom.js";
import { createDrawer } from "../../ui/microscope/drawer.js";
import { createNextStep } from "../../ui/next-step.js";
import { Pad } from "../../ui/pad.js";
import { TEXT } from "../../ui/strings.js";
import { truthRequest } from "../../shared/true-label.js";
import { unreadable } from "../../ui/unsupported-model.js";
import { createAnswer } from "./answer.js";
import { Inside } from "./inside.js";
import { createMistakesDrawer } from "./mistakes/drawer.js";
import { createWalk } from "./mistakes/walk.js";
import { createSeen } from "./seen.js";
import { createRobustness } from "./robustness.js";
import { createTeachers } from "./teachers.js";
import { createTestDigits, createTools } from "./tools.js";
import { createWhy, rivalOf } from "./why.js";

const words = TEXT.draw;
const REST_MS = 150; // how long the pen must rest before the robustness is computed
const LESSONS = { inside: "seen", answer: "answer", why: "why", sure: "sure" }; // what the lessons call a card
const INSIDE_MS = 40; // and before the units are shown

export function drawView(app, first) {
  const parts = partsOf(app, first);
  const refusal = h("div");
  const room = layout(parts);
  const element = h(
    "section",
    { class: "draw" },
    h("h2", { class: "quiet" }, words.heading),
    refusal,
    room,
    parts.drawer.element,
    parts.mistakes?.element,
  );

  function show(state, frames) {
    const other = unreadable(app, state);
    replaceChildren(refusal, other);
    room.hidden = Boolean(other);
    if (!other) showParts(app, parts, state, frames);
    parts.mistakes?.show(state, frames, !other);
  }
  const wants = (state, frames) => ({
    ...wantsOf(app, parts, state, frames),
    ...parts.drawer.wants(state, frames),
    ...parts.mistakes?.wants(state, frames),
  });
  return { element, wants, show, leave: () => parts.inside.stop() };
}

function partsOf(app, first) {
  const pad = new Pad(app, words.canvas);
  pad.element.dataset.lesson = "pad";
  const seen = createSeen((stored) => pad.lay(stored));
  const why = createWhy((against) => app.set({ against }));
  seen.point(why.picture);
  const drawer = createDrawer(app);
  const openLogit = (k) => {
    const { model } = app.frames.prediction.request;
    drawer.open(`a${app.models[model].layers.length}.0.${k}`);
  };
  const opener = h("button", { onclick: () => app.set({ view: "mistakes" }) }, words.mistakes);
  return {
    pad,
    seen,
    why,
    walk: createWalk(app),
    tools: createTools(app, pad, first),
    testDigits: app.data ? createTestDigits(app, pad, first) : null,
    inside: new Inside(app, seen.element),
    answer: createAnswer((against) => app.set({ against }), openLogit),
    drawer,
    robustness: createRobustness((changed) => pad.lay(changed)),
    teachers: app.data ? createTeachers(app, (stored) => pad.lay(stored)) : null,
    mistakes: app.has("mistakes") ? createMistakesDrawer(app, opener) : null,
    next: [
      app.has("mistakes") && opener,
      createNextStep(words.learn, () => app.set({ view: "train" }), app.has("train")),
    ],
  };
}

function layout({ pad, walk, seen, why, tools, testDigits, inside, answer, robustness, teachers, next }) {
  const card = (name, ...children) => h("div", { class: `card ${name}`, "data-lesson": LESSONS[name] }, ...children);
  return h(
    "div",
    { class: "draw-room" },
    card("pad-card", pad.element, walk.element, tools.element),
    card("inside", h("h3", {}, words.inside.heading), inside.element),
    card("answer", h("h3", { class: "quiet" }, words.answer), answer.element),
    h(
      "div",
      { class: "draw-more" },
      card("why", why.element),
      card("sure", h("h3", {}, words.sure), robustness.element),
    ),
    card("pixels", h("h3", {}, words.pixels), testDigits?.element, seen.readout),
    teachers?.element,
    next.some(Boolean) && h("div", { class: "draw-next" }, next),
  );
}

function showParts(app, parts, state, frames) {
  const { classNames: names, imageShape: shape } = app.models[state.model];
  const { prediction } = frames;
  const fits = state.picture?.length === shape[0] * shape[1];
  const hint = state.picture && !fits ? words.otherSize.replace("{shape}", shape.join(" × ")) : words.empty;
  const notExact = () =>
    app.models[state.model].layers.some(({ residual }) => residual) ? words.around : words.curved;
  parts.pad.follow(state);
  parts.seen.show(state, frames, shape);
  parts.walk.show(state, frames, names);
  parts.tools.show();
  parts.testDigits?.show(state, frames);
  parts.answer.show(state.picture && fits ? prediction : null, names, hint);
  parts.inside.show(state, frames, names);
  parts.why.show(state, frames, names, shape, notExact);
  parts.robustness.show(state, frames, names, shape, notExact);
  parts.teachers?.show(state, frames, names);
  parts.drawer.show(state, frames);
}

/** First the prediction, then what is inside and why. */
function wantsOf(app, { teachers }, state, { prediction, training }) {
  const { model, picture: stored } = state;
  const stamp = model === "trained" ? training?.step : undefined; // it learns meanwhile
  const size = app.models[model]?.imageShape;
  const truth = truthRequest(app, state);
  if (!stored || !size || stored.length !== size[0] * size[1])
    return { truth, prediction: null, signal: null, attribution: null, robustness: null, influence: null };
  const requestOf = (name, request, after) => ({ name, request: { model, stored, ...request }, stamp, after });
  const first = { truth, prediction: requestOf("forward") };
  if (prediction?.request.stored !== stored || prediction.request.model !== model) return first;
  const toward = prediction.winner;
  return {
    ...first,
    attribution: requestOf("attribution", { toward, against: rivalOf(state, prediction) }),
    signal: requestOf("signal", { unit: toward }, INSIDE_MS),
    robustness: requestOf("robustness", {}, REST_MS),
    ...(teachers ? { influence: teachers.requestOf(state, prediction, stamp) } : {}),
  };
}
