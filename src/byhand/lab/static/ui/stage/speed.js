// How fast the signal moves on the stage, as somebody prefers it in this browser; without motion there is no choice.

import { h, select } from "../dom.js";
import { readPreference, writePreference } from "../preferences.js";
import { TEXT } from "../strings.js";

const PREFERENCE = "signal-speed";
const USUAL = "1";
const SPEEDS = ["0.25", "0.5", USUAL, "2", "4"]; // times as fast as usual

/** Times as fast as usual. */
export function signalSpeed() {
  const stored = readPreference(PREFERENCE) ?? USUAL;
  return Number(SPEEDS.includes(stored) ? stored : USUAL); // what a browser stores can be changed by hand
}

/** The choice of the speed; it holds from the next frame on, also for what is playing. */
export function createSpeedChoice() {
  const choose = (speed) => writePreference(PREFERENCE, speed);
  const words = Object.fromEntries(SPEEDS.map((speed) => [speed, `${speed} ×`]));
  const control = select(SPEEDS, signalSpeed(), choose, words);
  control.setAttribute("aria-label", TEXT.stage.speed);
  return h("span", { class: "signal-speed" }, control);
}
