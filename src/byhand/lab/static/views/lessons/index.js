// The room of the lessons: nine cards of three minutes each, and the demonstration that plays by itself.

import { depthSwitch } from "../../ui/depth.js";
import { h, replaceChildren } from "../../ui/dom.js";
import { offeredLessons } from "../../shared/lesson-views.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.lessons;

export function lessonsView(app) {
  const cards = h("ul", { class: "lesson-cards" });
  const element = h(
    "section",
    { class: "lessons" },
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    depthSwitch(),
    cards,
  );
  let isDrawn = false;

  const wants = () => ({ lessons: { name: "lessons", request: {} } });

  function show(_, { lessons: table }) {
    if (isDrawn || !table) return;
    isDrawn = true;
    const { lessons } = offeredLessons(table, app.has);
    replaceChildren(cards, ...lessons.map((lesson) => card(app, lesson)));
    if (!lessons.length) cards.replaceWith(h("p", { class: "hint" }, words.none));
  }

  return { element, wants, show };
}

function card(app, { id, title, about, minutes, seconds }) {
  const onclick = () => app.beginLesson(id);
  const long = seconds ? words.seconds.replace("{n}", seconds) : words.minutes.replace("{n}", minutes);
  const begin = seconds ? words.watch : words.begin;
  return h(
    "li",
    { class: `card${seconds ? " demo" : ""}` },
    h("h3", {}, title),
    h("p", {}, about),
    h("p", { class: "hint" }, long),
    h("button", { class: seconds ? null : "subtle", "aria-label": `${begin}: ${title}`, onclick }, begin),
  );
}
