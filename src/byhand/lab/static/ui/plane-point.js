// A point of the plane as the example that is looked at: the plane is begun where nothing has begun it yet.

import { planeSettings } from "../shared/training-settings.js";

/** Return what begins the plane of a state, once. */
export function createPlaneStart(app) {
  let isAsked = false;
  return async function start(state) {
    if (isAsked || app.frames.plane) return;
    isAsked = true;
    try {
      app.frames.plane = await app.client.request("planeBegin", { settings: planeSettings(state) });
      app.refresh();
    } catch (error) {
      app.showError(error.message);
    }
  };
}
