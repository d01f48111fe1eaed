// What a network sees of the sheet.

import { fullInk } from "../shared/constants.js";
import { latest } from "./latest.js";
import { settingsOf, sheet } from "./sheet.js";
import { inkOf } from "./strokes.js";

/** Full ink in a picture. */
export const topOf = ({ length }) => fullInk(length);

/**
 * Centred and scaled as MNIST's digits, or as the 8 × 8 digits were made; where a picture of that size lies under the
 * strokes, they add to it as they lie. One of another size is ink, as the strokes are.
 */
export async function readSheet(client, { under, strokes }, [height, width]) {
  const base = under?.length === height * width ? under : null;
  if (base) return drawOver(base, strokes, width);
  const strokesInk = inkOf(strokes);
  const side = Math.sqrt(strokesInk.length);
  const ink = under ? withInkOf(strokesInk, under, side) : strokesInk;
  return (await client.request("preprocess", { ink, height: side, width: side, shape: [height, width] })).stored;
}

function drawOver(base, strokes, side) {
  const top = topOf(base);
  return Uint8Array.from(inkOf(strokes, side), (alpha, i) => Math.max(base[i], Math.round((alpha * top) / 255)));
}

/** Ink, and the picture under it enlarged: the darker of both. */
function withInkOf(ink, under, side) {
  const [small, top] = [Math.sqrt(under.length), topOf(under)];
  const at = (place) => Math.floor((place * small) / side);
  return ink.map((alpha, i) => {
    const below = under[at(Math.floor(i / side)) * small + at(i % side)];
    return Math.max(alpha, (255 * below) / top);
  });
}

/**
 * {read, fit}: read the newest sheet for the network at hand; fit: again, when that looks at pictures of another size.
 */
export function createReader(app) {
  let model = "pretrained";
  const shapeOf = () => app.models[model]?.imageShape;
  const read = latest(async () => {
    const [one, shape] = [sheet(), shapeOf()];
    if (!shape) return;
    try {
      const stored = await readSheet(app.client, one, shape);
      if (sheet() !== one) return;
      one.picture = stored;
      app.set(settingsOf(one));
    } catch (error) {
      app.showError(error.message);
    }
  });
  function fit(state) {
    ({ model } = state);
    const shape = shapeOf();
    const { strokes, picture } = sheet();
    if (shape && strokes.length && picture === state.picture && picture?.length !== shape[0] * shape[1]) read(sheet());
  }
  return { read: () => read(sheet()), fit };
}
