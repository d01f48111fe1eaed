// One example through the network, phase by phase, forwards and backwards, moving on one canvas, every number at hand.

import { h, replaceChildren } from "../../ui/dom.js";
import { dataFits } from "../../shared/data-fit.js";
import { notesOf } from "../../ui/model-notes.js";
import { paintInk, picture } from "../../ui/palette.js";
import { createDrawer } from "../../ui/microscope/drawer.js";
import { createPlaneStart } from "../../ui/plane-point.js";
import { createReader, topOf } from "../../ui/sheet-reader.js";
import { createStage } from "../../ui/stage/stage.js";
import { TEXT } from "../../ui/strings.js";
import { unreadable } from "../../ui/unsupported-model.js";
import { captionOf } from "./captions.js";
import { Controls } from "./controls.js";
import { createSubject, isKnown, labelOf } from "./subject.js";
import { phaseAt, visiblePhases, sceneOf } from "./scene.js";
import { unitCard } from "./unit-card.js";

const words = TEXT.network;

export function networkView(app) {
  const parts = partsOf(app);
  const { stages, subject, controls, caption, notes, card, reader, startPlane, drawer } = parts;
  /** @type {{state: any, frames: any}} */
  const now = { state: null, frames: {} };

  const phases = () => visiblePhases(app, now.state, now.frames);
  const at = () => phaseAt(phases(), now.state.phase);
  function draw(t = 1) {
    const { state, frames } = now;
    const scene = sceneOf(app, state, frames);
    const chosen = { layer: Math.min(state.layer, scene.layers.length - 1), unit: state.unit };
    stages.show(scene, { phases: phases(), at: at(), t, chosen });
    drawCaption(caption, phases()[at()], frames.forwardBackward, scene, isKnown(app, state, frames));
  }
  controls.listen({ phases, at, draw });

  function show(state, frames) {
    Object.assign(now, { state, frames });
    reader.fit(state);
    const passes = passesOf(state, frames);
    subject.show(state, frames);
    controls.show(Boolean(passes), Boolean(passes) && isKnown(app, state, frames));
    for (const part of [stages.element, card]) part.hidden = !passes;
    if (!passes) {
      [card, notes].forEach((part) => replaceChildren(part));
      delete caption.dataset.key;
      return replaceChildren(caption, missing(app, state));
    }
    replaceChildren(notes, state.of === "digit" ? notesOf(app.models[state.model]).join(" ") : "");
    if (!controls.isPlaying) draw();
    drawCard(app, card, state, frames, drawer.open);
    drawer.show(state, frames);
  }
  const wants = (state, frames) => {
    if (state.of === "plane") startPlane(state);
    return { ...wantsOf(app, state, frames), ...drawer.wants(state, frames) };
  };
  return { element: layout(parts), wants, show, leave: () => controls.stop() };
}

function partsOf(app) {
  const [caption, notes, card] = ["div", "p", "div"].map((tag) => h(tag));
  notes.className = "hint";
  caption.className = "caption";
  caption.setAttribute("aria-live", "polite");
  return {
    stages: createStages(app),
    subject: createSubject(app),
    controls: new Controls(app),
    caption,
    notes,
    card,
    reader: createReader(app),
    startPlane: createPlaneStart(app),
    drawer: createDrawer(app),
  };
}

const layout = ({ stages, subject, controls, caption, notes, card, drawer }) =>
  h(
    "section",
    { class: "network-view" },
    h("h2", { class: "quiet" }, words.heading),
    h("div", { class: "card network-bar" }, controls.element, subject.element),
    h("div", { class: "card stage-place" }, caption, stages.element, notes),
    h("div", { class: "card wide unit-place" }, card),
    drawer.element,
  );

function drawCaption(caption, phase, passes, scene, known) {
  const key = JSON.stringify([phase, passes.loss, scene.names, known]);
  if (caption.dataset.key === key) return;
  caption.dataset.key = key;
  replaceChildren(caption, ...captionOf(phase, passes, scene), known ? null : h("p", { class: "hint" }, words.ask));
}

/** A stage for pictures and one for points: the one that fits is shown. */
function createStages(app) {
  const input = picture("", 168);
  const choose = (unit) => app.set(unit);
  const [ofPicture, ofPoint] = [createStage(input, choose), createStage(null, choose)];
  const element = h(
    "div",
    { class: "stages", role: "group", "aria-label": words.stage },
    ofPicture.element,
    ofPoint.element,
  );
  function show(scene, moment) {
    ofPicture.element.hidden = !scene.isPicture;
    ofPoint.element.hidden = scene.isPicture;
    if (!scene.isPicture) return ofPoint.show(scene, moment);
    const side = Math.sqrt(scene.stored.length);
    paintInk(input, scene.stored, [side, side], topOf(scene.stored));
    input.setAttribute("aria-label", words.input);
    ofPicture.show(scene, moment);
  }
  return { element, show };
}

/** The walk that answers for this state, if it has come. */
function passesOf({ of, model, picture: stored, point }, { forwardBackward: passes }) {
  if (!passes || passes.request.of !== of) return null;
  const { request } = passes;
  return (of === "plane" ? request.point === point : request.model === model && sameSize(request.stored, stored))
    ? passes
    : null;
}
const sameSize = (one, other) => one?.length === other?.length;

/** What is said while there is no walk to show. */
function missing(app, state) {
  if (state.of === "plane") return words.beginning;
  const shape = app.models[state.model]?.imageShape;
  const isOther = state.picture && shape && state.picture.length !== shape[0] * shape[1];
  return (
    unreadable(app, state) ??
    (isOther ? TEXT.draw.otherSize.replace("{shape}", shape.join(" × ")) : state.picture ? words.beginning : empty(app))
  );
}

const empty = (app) =>
  h(
    "span",
    {},
    `${words.empty} `,
    app.has("draw") && h("button", { onclick: () => app.set({ view: "draw" }) }, words.draw),
  );

function drawCard(app, card, state, frames, open) {
  const { sum, forwardBackward: passes } = frames;
  const isNow = sum && ["of", "model", "layer", "unit", "point"].every((name) => sum.request[name] === state[name]);
  card.classList.toggle("stale", !isNow); // of a moment ago
  if (!isNow) return;
  const { names, isPicture } = sceneOf(app, state, frames);
  const shape = isPicture ? app.models[state.model].imageShape : null;
  const about = { shape, names, isKnown: isKnown(app, state, frames), open };
  replaceChildren(card, ...unitCard(passes, sum, isPicture ? frames.unit : null, about));
}

function wantsOf(app, state, frames) {
  const { of, point, layer, unit, model, picture: stored } = state;
  if (of === "plane") return onPlane({ of, point, layer, unit, model }, frames.plane);
  const shape = app.models[model]?.imageShape;
  if (!stored || !shape || stored.length !== shape[0] * shape[1])
    return { forwardBackward: null, sum: null, unit: null, truth: null };
  const stamp = model === "trained" ? frames.training?.step : undefined;
  const fits = dataFits(app, model);
  const { truth, label } = labelOf(app, state, frames);
  const requestOf = (name, request, after) => ({ name, request, stamp, after });
  return {
    truth,
    prediction: requestOf("forward", { model, stored }),
    forwardBackward:
      label === null || label === undefined
        ? undefined
        : requestOf("forwardBackward", { of, model, stored, label, point }),
    sum: requestOf("sum", { of, model, stored, layer, unit, point }),
    unit: fits ? requestOf("topActivations", { model, layer, unit }, 200) : null,
  };
}

function onPlane({ of, point, layer, unit, model }, plane) {
  if (!plane) return { forwardBackward: undefined, sum: undefined };
  const stamp = `${plane.set} ${plane.epoch} ${plane.edits} ${plane.classes.length}`;
  return {
    forwardBackward: { name: "forwardBackward", request: { of, point, model }, stamp },
    sum: { name: "sum", request: { of, point, layer, unit, model }, stamp },
    unit: null,
  };
}
