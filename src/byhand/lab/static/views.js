// The views of the page, in their order. An exported page has fewer.

import { drawView } from "./views/draw.js";
import { experimentsView } from "./views/experiments.js";
import { microscopeView } from "./views/microscope.js";
import { mistakesView } from "./views/mistakes.js";
import { networkView } from "./views/network.js";
import { planeView } from "./views/plane.js";
import { trainView } from "./views/train.js";

export const VIEWS = { draw: drawView, network: networkView, train: trainView, plane: planeView, microscope: microscopeView, mistakes: mistakesView, experiments: experimentsView };
