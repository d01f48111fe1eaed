// The views of the page, in their order. An exported page has fewer. Mistakes is Draw, with its drawer open.

import { drawView } from "./draw/index.js";
import { experimentsView } from "./experiments/index.js";
import { lessonsView } from "./lessons/index.js";
import { microscopeView } from "./microscope/index.js";
import { networkView } from "./network/index.js";
import { planeView } from "./plane/index.js";
import { trainView } from "./train/index.js";

export const VIEWS = {
  draw: drawView,
  network: networkView,
  train: trainView,
  plane: planeView,
  microscope: microscopeView,
  mistakes: drawView,
  experiments: experimentsView,
  lessons: lessonsView,
};
export const IS_EXPORTED = false;
export const HAS_DIGITS = true;
