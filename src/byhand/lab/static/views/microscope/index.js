// The microscope as a view of its own, with its own address.

import { createMicroscope } from "../../ui/microscope/index.js";

export const microscopeView = (app) => createMicroscope(app);
