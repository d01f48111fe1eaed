// What a lesson can do for the learner: set the state, draw, press or start what is marked, wait.

import { pause } from "./conditions.js";
import { drawMore, strokesOf } from "./drawing.js";
import { isRunning } from "./starts.js";

const LOOK_MS = 50; // between two looks at a condition
const LONGEST_MS = 60_000; // that is waited for a condition; then the lesson goes on

/**
 * Do what a list says, one after the other, until isOver() says that the lesson is elsewhere.
 * @param {any} app
 * @param {{actions: any[], drawings: Record<string, any[]>, stateNow: () => any, isOver: () => boolean,
 *   isTrue: (until: any, started: string[]) => boolean}} job isTrue: also by what the list has started before
 */
export async function act(app, { actions, drawings, stateNow, isOver, isTrue }) {
  /** @type {string[]} */
  const started = [];
  const kinds = {
    set: async (changes) => app.set(changes),
    draw: (name) =>
      drawMore(app, strokesOf(drawings[name]), { shape: app.models[stateNow().model].imageShape, isOver }),
    press: async (hook) => findTarget(hook)?.click(),
    start: (what) => {
      started.push(what);
      return start(app, what, isOver);
    },
    wait: (until) => waitFor(() => isOver() || isTrue(until, started)),
  };
  for (const action of actions) {
    for (const [kind, value] of Object.entries(action)) if (!isOver()) await kinds[kind](value);
  }
}

/** Press Start. A training that runs is paused first: it goes on, or begins anew where the settings are others now. */
async function start(app, what, isOver) {
  const press = () => findTarget(`${what}-start`)?.click();
  if (isRunning(app, what) && what !== "train") return;
  if (isRunning(app, what)) {
    press();
    await waitFor(() => isOver() || !isRunning(app, what));
  }
  press();
}

/** The element of the page that a lesson speaks of. @returns {HTMLElement | null} */
export const findTarget = (hook) => document.querySelector(`[data-lesson~="${hook}"]`);

async function waitFor(isTrue) {
  for (let waited = 0; !isTrue() && waited < LONGEST_MS; waited += LOOK_MS) await pause(LOOK_MS);
}
