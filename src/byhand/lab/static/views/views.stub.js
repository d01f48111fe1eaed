// The views of an exported page, which has neither data nor charts: it stands there as views.js.

import { drawView } from "./draw/index.js";
import { networkView } from "./network/index.js";

export const VIEWS = { draw: drawView, network: networkView };
