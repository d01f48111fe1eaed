// The points: sets as small pictures, how noisy they are, and points of one's own, typed, clicked or from a table.

import { h, replaceChildren, select } from "../../ui/dom.js";
import { row, rows } from "../../ui/forms.js";
import { paintSet } from "../../ui/plane-canvas.js";
import { number } from "../../shared/numbers.js";
import { MOST_CLASSES } from "../../shared/settings.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.plane;
const SIDE = 88; // pixels of a picture of a set, shown at half of that
const ROWS = { gaussians: ["spread0", "spread1"], spiral: ["noise", "arms"], own: [], curve: [] };

/** {element, show(state, plane, sets)}; openFiles: takes a table that was chosen. */
export function createPointsCard(session, openFiles) {
  const [sets, form, own, notes] = ["div", "div", "div", "p"].map((tag) => h(tag));
  sets.className = "sets";
  form.className = "settings";
  notes.className = "hint";
  const element = h(
    "div",
    { class: "points card" },
    h("h3", {}, words.points),
    sets,
    form,
    h("details", { class: "panel" }, h("summary", {}, words.own), h("div", { class: "panel-body" }, own)),
    notes,
  );
  let lastKey = "";
  let drawnNotes = "";

  function show(state, plane, pictures) {
    const names = ["set", "noise", "arms", "spread0", "spread1", "classNames"];
    const key = JSON.stringify([...names.map((name) => state[name]), Boolean(pictures)]);
    if (key !== lastKey) {
      lastKey = key;
      drawSets(session, sets, state, pictures);
      const change = (changes) => session.change(changes);
      replaceChildren(form, ...rows(ROWS[state.set] ?? ["noise"], state, change, (text) => session.tell(text)));
      drawOwn(session, own, state, openFiles);
    }
    const about = JSON.stringify([state.columns, plane?.task, plane?.split, plane?.classes.length]);
    if (plane && about !== drawnNotes) drawNotes(notes, state, plane);
    drawnNotes = about;
  }

  return { element, show };
}

function drawSets(session, element, state, pictures) {
  if (!pictures) return;
  const names = Object.keys(pictures);
  const buttons = names.map((set) => {
    const canvas = h("canvas", { width: SIDE, height: SIDE });
    paintSet(canvas, pictures[set]);
    const name = TEXT.choices[set] ?? set;
    const onclick = () => session.change({ set });
    const pressed = String(set === state.set);
    return h("button", { "aria-label": name, title: name, "aria-pressed": pressed, onclick }, canvas);
  });
  replaceChildren(element, ...buttons);
}

function drawOwn(session, element, state, openFiles) {
  const [x, y] = ["x", session.isCurve ? "t" : "y"].map((name) =>
    h("input", { type: "number", step: 0.1, value: 0, "aria-label": name }),
  );
  const put = () => {
    const at = [x.valueAsNumber, y.valueAsNumber];
    if (at.every(Number.isFinite)) session.place(at);
  };
  const accept = ".csv,.tsv,.txt";
  const onchange = (event) => openFiles([...event.target.files]);
  replaceChildren(
    element,
    session.isCurve ? "" : classRow(session, state),
    h(
      "div",
      { class: "buttons" },
      h("label", { class: "inline" }, "x", x),
      h("label", { class: "inline" }, y.ariaLabel, y),
    ),
    h("button", { onclick: put }, words.place),
    h("input", { type: "file", accept, class: "away", id: "table", onchange }),
    h("label", { for: "table", class: "button" }, words.file),
    h("p", { class: "hint" }, words.fileHelp),
  );
}

/** Which class a press on the board adds. */
function classRow(session, { classNames }) {
  const name = (k) => `${words.ofClass} ${classNames[k] ?? k}`;
  const names = Object.fromEntries(Array.from({ length: MOST_CLASSES }, (_, k) => [k, name(k)]));
  const choose = (k) => (session.pointClass = Number(k));
  return row(words.press, select(Object.keys(names), session.pointClass, choose, names));
}

/** How a table's columns became places on the board, how it is split, and what leaks. */
function drawNotes(element, { columns }, { task, split, classes }) {
  const scaled = columns.map(([name, mean, deviation], i) => {
    const left = i && task === "curve" ? "t" : "xy"[i];
    return `${left} = (${name} − ${number(mean, 3)}) / ${number(deviation, 3)}`.replace("− −", "+ ");
  });
  const sentences = [
    splitSentence(split, classes.length, task),
    ...(split ? leakSentences(split, columns, task) : []),
    `Each column less its mean, divided by its deviation, both of all rows: ${scaled.join("; ")}.`,
  ];
  element.classList.toggle("of-table", scaled.length > 0);
  replaceChildren(element, scaled.length ? sentences.join(" ") : "");
}

function splitSentence(split, n, task) {
  if (!split) return words.noneHeldOut.replace("{n}", n);
  const { train, heldOut, seed } = split;
  const sentence = words.split.replace("{train}", train.length).replace("{n}", heldOut.length).replace("{seed}", seed);
  return task === "curve" ? sentence : `${sentence} ${words.hollow}`;
}

/** What gives the answer away; names of columns are a file's. */
function leakSentences({ repeated, telling, numbering }, columns, task) {
  const name = (column) => columns[column][0];
  const found = [
    ...telling.map((column) => `${name(column)} ${words.telling}`),
    ...numbering.map((column) => `${name(column)} ${words.numbering}`),
  ];
  return [
    repeated ? words.repeated.replace("{n}", repeated) : words.noneRepeated,
    ...(found.length || task === "curve" ? found : [words.noneTelling]),
  ];
}
