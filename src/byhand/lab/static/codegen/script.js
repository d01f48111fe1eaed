// Get the code: what is on the screen as a Python script or a notebook that prints it again with byhand. A program is a
// list of sections, {text: a sentence, code: Python}; each view has its own.

import { fragmentOf } from "../shared/settings.js";
import { drawProgram, experimentsProgram, microscopeProgram, mistakesProgram, networkProgram } from "./inspect.js";
import { planeProgram, trainProgram } from "./training.js";

const PROGRAMS = {
  draw: drawProgram,
  network: networkProgram,
  train: trainProgram,
  plane: planeProgram,
  microscope: microscopeProgram,
  mistakes: mistakesProgram,
  experiments: experimentsProgram,
};
const LINE = 100; // signs of a sentence

/** The sections for a view as it is now; throws a sentence where there is nothing on the screen yet. */
async function sectionsFor(state, app) {
  const address = fragmentOf({ ...state, theme: "auto" });
  const about = `byhand lab, the state ${address}. Needs byhand (pip install byhand); prints what the page shows.`;
  return [{ text: about, code: "" }, ...(await PROGRAMS[state.view](state, app))];
}

/** A script: sentences as comments. */
export async function scriptFor(state, app) {
  const sections = await sectionsFor(state, app);
  return (
    sections.map(({ text, code }) => [...commentLines(text), ...(code ? [code.trim()] : [])].join("\n")).join("\n\n") +
    "\n"
  );
}

/** A notebook, nbformat 4.5: sentences as text, code as cells. */
export async function notebookFor(state, app) {
  const sections = await sectionsFor(state, app);
  const lines = (text) => text.split("\n").map((line, i, all) => (i < all.length - 1 ? `${line}\n` : line));
  const cells = sections.flatMap(({ text, code }, i) => [
    { cell_type: "markdown", id: `text-${i}`, metadata: {}, source: lines(text) },
    ...(code
      ? [
          {
            cell_type: "code",
            id: `code-${i}`,
            metadata: {},
            execution_count: null,
            outputs: [],
            source: lines(code.trim()),
          },
        ]
      : []),
  ]);
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  return JSON.stringify(
    { cells, metadata: { kernelspec, language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 },
    null,
    1,
  );
}

/** A sentence as comments, in lines. */
function commentLines(text) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length >= LINE) {
      lines.push(line);
      line = "";
    }
    line += `${line && " "}${word}`;
  }
  return [...lines, line].map((one) => `# ${one}`);
}
