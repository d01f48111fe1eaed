// Which frames the microscope asks for: the step of its example, and the opened cell of that step.

import { truthOf, truthRequest } from "../../shared/true-label.js";
import { createPlaneStart } from "../plane-point.js";

/** The chosen cell, kept inside the array that is there. */
export function cellIn({ arrays }, wanted) {
  const [name, row, col] = wanted.split(".");
  const there = arrays[name] ? name : "z1";
  const { rows, cols } = arrays[there];
  return { name: there, row: Math.min(Number(row), rows - 1), col: Math.min(Number(col), cols - 1) };
}

/** Return wants(state, frames): what a view wants, as {name: {name, request} or null}. */
export function createWants(app) {
  const startPlane = createPlaneStart(app);

  return function wants(state, { plane, step, training }) {
    if (state.of === "plane") startPlane(state);
    const wanted = state.of === "plane" ? ofPlane(state, plane) : ofDigit(app, state, training);
    const isThere = step && wanted.step?.request && matches(step.request, wanted.step.request);
    const cell = isThere ? cellIn(step, state.cell) : null;
    return { ...wanted, cell: cell ? { name: "cell", request: { ...step.request, ...cell }, stamp: step } : undefined };
  };
}

const matches = (one, other) => Object.keys(other).every((name) => one[name] === other[name]);

function ofDigit(app, state, training) {
  const { model, picture: stored, of, stepRate: rate } = state;
  const shape = app.models[model]?.imageShape;
  if (!stored || !shape || stored.length !== shape[0] * shape[1]) return { step: null, truth: null };
  const label = truthOf(app, state, app.frames);
  const truth = truthRequest(app, state);
  if (label === null || label === undefined) return { truth, step: label };
  const epoch = model === "trained" ? training?.step : 0;
  return { truth, step: { name: "gradientStep", request: { of, model, stored, label, rate, epoch } } };
}

function ofPlane({ of, point, stepRate: rate }, plane) {
  if (!plane) return { step: undefined };
  const { epoch, edits } = plane;
  return { step: { name: "gradientStep", request: { of, point, rate, epoch, edits } } };
}
