// What must be said of a network beside its numbers, where these are not those that training changes.

import { TEXT } from "./strings.js";

/** Sentences about a model, as the worker tells of it: its layers. */
export function notesOf({ layers }) {
  const has = (what) => layers.some((layer) => layer[what]);
  return [has("batchNorm") && TEXT.notes.folded, has("dropout") && TEXT.notes.dropout].filter(Boolean);
}
