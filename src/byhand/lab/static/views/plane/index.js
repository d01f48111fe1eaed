// Plane: points and a network that can be touched, or points of a curve and the curve a network draws through them.

import { h, replaceChildren } from "../../ui/dom.js";
import { createNextStep } from "../../ui/next-step.js";
import { TEXT } from "../../ui/strings.js";
import { createBar } from "./bar.js";
import { createBoards } from "./boards.js";
import { createCurveBoard } from "./curve-board.js";
import { createLossCard } from "./loss-card.js";
import { createPointsCard } from "./points-card.js";
import { createRuler } from "./ruler.js";
import { PlaneSession } from "./session.js";
import { createStage } from "./stage.js";
import { createTryThis } from "./try-this.js";

const words = TEXT.plane;

export function planeView(app, first) {
  const session = new PlaneSession(app, first);
  let looked = null;
  const look = (unit) => {
    looked = unit;
    session.watch(unit);
  };
  const parts = partsOf(app, session, look);
  const element = layout(parts);
  new ResizeObserver(() => setRoomAbove(element, parts.bar.element)).observe(parts.bar.element);

  function wants(now) {
    session.follow(now);
    return { planeSets: { name: "planeSets", request: {} } };
  }

  function show(now, { plane, planeSets }) {
    session.follow(now);
    parts.bar.show(now, plane);
    parts.points.show(now, plane, planeSets?.sets);
    if (plane) showPlane(element, parts, session, plane, looked);
  }

  /** Another view is coming, or this one again in other colours: what learns, pauses, and all stays as it is. */
  function leave(isGone) {
    parts.loss.end();
    parts.curve.end();
    if (isGone && app.frames.plane?.running) session.pause();
  }

  return { element, wants, show, leave, undo: () => session.undo() };
}

function showPlane(element, parts, session, plane, looked) {
  const isCurve = plane.task === "curve";
  element.classList.toggle("compares", plane.networks.length > 1);
  parts.boards.element.hidden = isCurve;
  parts.curve.element.hidden = !isCurve;
  drawReport(parts.report, plane, session.state, session);
  parts.stage.show(plane);
  parts.ruler.show(plane);
  parts.loss.show(plane);
  if (isCurve) parts.curve.show(plane, looked);
  else parts.boards.show(plane, looked);
}

function partsOf(app, session, look) {
  return {
    bar: createBar(session),
    points: createPointsCard(session, (files) => app.openFiles(files)),
    stage: createStage(session, look),
    boards: createBoards(session),
    curve: createCurveBoard(session),
    ruler: createRuler(),
    loss: createLossCard(session),
    report: h("p", { class: "readout", "aria-live": "polite" }),
    tryThis: createTryThis(
      session,
      look,
      createNextStep(words.next, () => app.set({ view: "experiments" }), app.has("experiments")),
    ),
  };
}

function layout({ bar, points, stage, boards, curve, ruler, loss, report, tryThis }) {
  return h(
    "section",
    { class: "plane" },
    h("h2", { class: "quiet" }, words.heading),
    bar.element,
    points.element,
    stage.element,
    h(
      "div",
      { class: "board-card card", "data-lesson": "plane-board" },
      boards.element,
      curve.element,
      ruler.element,
      report,
    ),
    loss.element,
    tryThis,
  );
}

/** How much of the window is above the board: the style sheet takes it from the board's side. */
function setRoomAbove(element, bar) {
  const top = Math.round(element.getBoundingClientRect().top + scrollY);
  element.style.setProperty("--above", `${top + bar.offsetHeight}px`);
}

/** What went wrong, and the one setting to try. */
function drawReport(element, plane, { planeRate }, session) {
  const sentence = describeTrouble(plane);
  const key = sentence && `${sentence} ${planeRate}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.classList.toggle("bad", Boolean(sentence));
  const tenth = Number((planeRate / 10).toPrecision(6));
  const onclick = () => session.changeAndStart({ planeRate: tenth });
  replaceChildren(element, sentence, sentence ? h("button", { class: "small", onclick }, words.tenth) : "");
}

function describeTrouble({ diverged, networks: [{ dead }] }) {
  if (diverged) return words.diverged.replace("{epoch}", diverged.epoch);
  return dead ? words.dead.replace("{layer}", dead) : "";
}
