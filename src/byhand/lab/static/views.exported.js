// The views of a page that was taken away, which has neither data nor charts: it stands there as views.js.

import { drawView } from "./views/draw.js";
import { networkView } from "./views/network.js";

export const VIEWS = { draw: drawView, network: networkView };
