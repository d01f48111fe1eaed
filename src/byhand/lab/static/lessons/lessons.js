// The lessons of the page: the rail, and the line for who is here for the first time. An exported page has none.

import { element } from "../ui/dom.js";
import { LessonRunner } from "./runner.js";
import { welcome } from "./welcome.js";

/** The runner, with its rail in the page. stateNow: gives the page's state. */
export function createLessons(app, stateNow) {
  const runner = new LessonRunner(app, stateNow);
  element("header").after(runner.element);
  if (/^#?(data=\w*)?$/.test(location.hash) && app.has("draw")) welcome((id) => runner.begin(id));
  return runner;
}
