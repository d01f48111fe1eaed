// A table of points that somebody drops on the page: columns x, y, class, or x, t for a curve.

import { LONGEST_NAME, MOST_CLASSES, MOST_POINTS } from "../shared/settings.js";

const MOST_FILE = 1 << 20; // bytes
const DIGITS = 1e3; // a point is kept to three digits behind the point

/** Return {set, points, classNames, columns} as shared/settings.js has them; throw a sentence that names the line. */
export async function tableFrom(file) {
  if (file.size > MOST_FILE) throw new Error(`${file.name} is larger than 1 MB`);
  const rows = (await file.text())
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .map((text, i) => ({ cells: cut(text), line: i + 1 }))
    .filter(({ cells }) => cells.some(Boolean));
  const wrong = (line, reason) => {
    throw new Error(`line ${line} of ${file.name}: ${reason}`);
  };
  if (!rows.length) throw new Error(`${file.name} is empty`);
  const width = rows[0].cells.length;
  const isCurve = width === 2;
  if (width !== 2 && width !== 3)
    wrong(
      rows[0].line,
      `${width === 1 ? "one column" : `${width} columns`}; expected x, y and a class, or, for a curve, x and t`,
    );
  const header = rows[0].cells.slice(0, 2).every((cell) => numberIn(cell) === null)
    ? rows.shift().cells
    : isCurve
      ? ["x", "t"]
      : ["x", "y"];
  if (rows.length > MOST_POINTS) wrong(rows[MOST_POINTS].line, `more than ${MOST_POINTS} points; take a part of them`);
  if (rows.length < 2) throw new Error(`${file.name} has fewer than two points`);
  const classNames = [];
  const points = rows.map(({ cells, line }) => {
    if (cells.length !== width) wrong(line, `${cells.length} columns, and the first line has ${width}`);
    const place = cells.slice(0, 2).map((cell) => numberIn(cell) ?? wrong(line, `"${short(cell)}" is no number`));
    return [...place, isCurve ? 0 : classOf(cells[2], classNames, (reason) => wrong(line, reason))];
  });
  if (!isCurve && classNames.length < 2)
    throw new Error(`${file.name} has points of one class only; expected two to six`);
  const columns = [0, 1].map((at) => {
    const told = spreadOf(points.map((point) => point[at]));
    if (!told.deviation) throw new Error(`${file.name}: the column ${short(header[at])} is the same everywhere`);
    return [tidy(header[at]) || "xy"[at], told.mean, told.deviation, told.standardised];
  });
  return {
    set: isCurve ? "curve" : "own",
    classNames,
    columns: columns.map((column) => column.slice(0, 3)),
    points: points.map(([, , k], i) => [...columns.map(([, , , to]) => Math.round(to[i] * DIGITS) / DIGITS), k]),
  };
}

const cut = (text) =>
  text.split(/[;,\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );
const numberIn = (cell) => (cell !== "" && Number.isFinite(Number(cell)) ? Number(cell) : null);
const short = (cell) => (cell.length > LONGEST_NAME ? `${cell.slice(0, LONGEST_NAME)}…` : cell);
// these two signs have their use in the address
const tidy = (name) => name.replace(/[_~]/g, " ").trim().slice(0, LONGEST_NAME);

function classOf(cell, names, wrong) {
  const name = tidy(cell);
  if (!name) wrong("the class is missing");
  if (!names.includes(name) && names.push(name) > MOST_CLASSES)
    wrong(`"${name}" is a seventh class; expected two to six`);
  return names.indexOf(name);
}

/** Mean and deviation of a column, and the column less its mean, divided by its deviation. */
function spreadOf(column) {
  const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);
  const mean = total(column) / column.length;
  const deviation = Math.sqrt(total(column.map((one) => (one - mean) ** 2)) / column.length);
  return { mean, deviation, standardised: column.map((one) => (one - mean) / deviation) };
}
