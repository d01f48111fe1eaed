// A lesson draws on the sheet of Draw: a whole drawing at once, or more strokes piece by piece, as a hand would.

import { putSheet, settingsOf, sheet, stepBack } from "../ui/sheet.js";
import { readSheet } from "../ui/sheet-reader.js";
import { pause } from "./conditions.js";

const PIECES = 12; // in which a stroke is drawn
const PIECE_MS = 60;

/** Strokes of data/lessons.json, "360,200 350,250 …" each, as those of the sheet. */
export const strokesOf = (drawing) =>
  drawing.map(({ pen, points }) => ({ pen, points: points.split(" ").map((place) => place.split(",").map(toSide)) }));

const toSide = (thousandths) => Number(thousandths) / 1000;

/** Put strokes on a clean sheet; return what of it is in the state. shape: of the network's pictures. */
export async function layDrawing(client, strokes, shape) {
  putSheet({ under: null, strokes });
  return readNewest(client, shape);
}

/** Draw more strokes on what is there, until isOver() says that the lesson is elsewhere. */
export async function drawMore(app, strokes, { shape, isOver }) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const stroke of strokes) {
    const { under, strokes: before } = sheet();
    const n = isStill ? 1 : Math.min(PIECES, stroke.points.length);
    for (let i = 1; i <= n && !isOver(); i++) {
      const points = stroke.points.slice(0, Math.ceil((i * stroke.points.length) / n));
      const { picture } = sheet(); // as in the state, until the new one is read
      if (i > 1) stepBack(); // a stroke that grows is one step
      putSheet({ under, strokes: [...before, { ...stroke, points }], picture });
      app.set(await readNewest(app.client, shape));
      if (!isStill) await pause(PIECE_MS);
    }
  }
}

async function readNewest(client, shape) {
  const one = sheet();
  one.picture = await readSheet(client, one, shape);
  return settingsOf(one);
}
