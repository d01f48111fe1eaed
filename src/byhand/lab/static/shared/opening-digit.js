// The digit that the page opens with: a recorded 4 that is nearly a 9, as a network of 28 × 28 pixels sees it. Its
// strokes are the first of ui/sample-digits.js.

import { unpackBytes } from "./packed-bytes.js";

const PACKED = [
  "AIERtpQAGBzK_78BABYm3P-_EgAWLub_tQwAFjnq_6EIABZE7v-PB4dfABRO9f2BAzL-yAATX_r8cwACe_-DABEBc_",
  "r5ZQEAAsT_PAAQAX_991IAAxD76QgADwSR_-9FAARb_50AEJv__966uri6ueH_2Lq5hgAN6P_________________h",
  "AA0bOjo6Ojo6OnH_yDo6OhkAFYf_eQAYAtD_LwAYHvzjAQAYZv-aABmv_1AAGYLJDgB8",
].join("");

/** @type {{label: number, picture: Uint8Array | null}} */
export const OPENING = { label: 4, picture: unpackBytes(PACKED) };
