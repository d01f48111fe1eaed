// What each phase forwards came to, in one sentence.

import { number, scoreText } from "../../shared/numbers.js";
import { largestSize } from "../palette.js";
import { TEXT } from "../strings.js";

const words = TEXT.stage.sentences;
const fillIn = (text, values) =>
  Object.entries(values).reduce((now, [key, value]) => now.replace(`{${key}}`, value), text);

/** The sentence at the end of a phase, or nothing where the phase says all itself. */
export function sentenceOf({ name, layer }, { layers, scores, output, winner, names, nInputs, isPicture }) {
  const of = layers[layer];
  const text = words[name];
  if (name === "x") return fillIn(isPicture ? text : words.point, { n: nInputs.toLocaleString("en") });
  if (name === "answer") return fillIn(text, { name: names[winner], share: scoreText(output, scores[winner]) });
  if (name === "z" || name === "a") {
    const values = Array.from(of[name]);
    const n = values.filter((value) => value > 0).length;
    const unit = values.indexOf(Math.max(...values));
    const most = number(values[unit], 2);
    return fillIn(text, { n, all: values.length, unit, most, layer: layer + 1 });
  }
  return of?.[name] && text ? fillIn(text, { most: number(largestSize(of[name]), 2), layer: layer + 1 }) : "";
}
