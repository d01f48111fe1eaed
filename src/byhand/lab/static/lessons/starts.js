// What is started in a step of a lesson: a training, the plane, an experiment. One that ended before the step was shown
// is not what the step waits for; one that runs is before the learner's eyes, and counts.

/** By what a lesson calls it: the frame that tells of it, and the requests that start it. */
const STARTED = {
  train: { frame: "training", requests: ["start", "step", "leaveOut"] },
  plane: { frame: "plane", requests: ["planeStart", "planeStep"] },
  experiment: { frame: "experiment", requests: ["runExperiment"] },
};

export const isRunning = (app, what) => Boolean(app.frames[STARTED[what].frame]?.running);

const nStarts = (app, what) => STARTED[what].requests.reduce((sum, name) => sum + app.client.countRequests(name), 0);

/** How often each thing that a step starts was started before the step; one that runs is not of before. */
export function countStarts(app, { do: actions = [] }) {
  const started = actions.map(({ start }) => start).filter(Boolean);
  return Object.fromEntries(started.map((what) => [what, nStarts(app, what) - Number(isRunning(app, what))]));
}

/** Have they been started since, all or those that are named? */
export const hasStarted = (app, starts, names = Object.keys(starts)) =>
  names.every((what) => nStarts(app, what) > starts[what]);
