// One line for who is here for the first time; once dismissed it never comes again.

import { element, h } from "../ui/dom.js";
import { readPreference, writePreference } from "../ui/preferences.js";
import { TEXT } from "../ui/strings.js";

const words = TEXT.lessons;
const WELCOMED = "welcomed";
const FIRST = "see";

/** Show the line under the header, unless it was dismissed here. beginLesson: hears the first lesson's id. */
export function welcome(beginLesson) {
  if (readPreference(WELCOMED)) return;
  const end = () => {
    line.remove();
    writePreference(WELCOMED, "yes");
  };
  const begin = () => {
    end();
    beginLesson(FIRST);
  };
  const line = h(
    "aside",
    { class: "welcome", "aria-label": words.heading },
    `${words.newHere} `,
    h("button", { class: "subtle", onclick: begin }, `${words.threeMinutes} →`),
    h("button", { class: "subtle", onclick: end }, words.dismiss),
  );
  element("header").after(line);
}
