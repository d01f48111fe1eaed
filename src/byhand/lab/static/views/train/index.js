// View 3: train a network in the page, or watch a run of the command line. One bar, one chart that is also the way
// through time, the film of what its units look for, digits that are answered meanwhile, and what if.

import { h } from "../../ui/dom.js";
import { TEXT } from "../../ui/strings.js";
import { createBar } from "./bar.js";
import { createCurveCard } from "./curve-card.js";
import { createFilmCard } from "./film-card.js";
import { createLiveCard } from "./live-card.js";
import { createProbeCard } from "./probe-card.js";
import { TrainSession } from "./session.js";
import { createWhatIf } from "./what-if.js";

export function trainView(app, first) {
  const session = new TrainSession(app, first);
  const live = createLiveCard();
  const bar = createBar(session);
  const curves = createCurveCard(session);
  curves.element.dataset.lesson = "train-chart"; // as the lessons call it
  const probes = createProbeCard(app, session);
  const film = createFilmCard(session);
  const whatIf = createWhatIf(session);
  const heading = h("h2", { class: "quiet" }, TEXT.train.heading);
  const parts = [bar, curves, probes, film, whatIf].map(({ element }) => element);
  const element = h("section", {}, heading, live.element, h("div", { class: "train" }, parts));

  function wants(now, frames) {
    session.state = now;
    return { ...session.wants(), ...probes.wants(frames) };
  }

  function show(now, frames) {
    session.state = now;
    const { training } = frames;
    live.show(frames.live);
    bar.show(now, training);
    curves.show(now, frames);
    probes.show(now, frames);
    film.show(now, frames);
    whatIf.show(now, training);
    offerSnapshot(app, frames);
  }

  return { element, wants, show, leave: () => [curves, live].forEach((part) => part.end()) };
}

/** The network of a moment can be chosen in the header as soon as it is there. */
function offerSnapshot(app, { snapshot }) {
  if (!snapshot || app.models.snapshot) return;
  app.client.request("models").then((models) => {
    app.models = models;
    app.refresh();
  });
}
