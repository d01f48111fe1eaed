// A table of points that somebody drops on the page: columns x, y, class, or x, t for a curve.

import { LONGEST_NAME, MOST_CLASSES, MOST_POINTS } from "../shared/settings.js";

const MOST_FILE = 1 << 20; // bytes
const DIGITS = 1e3; // a point is kept to three digits behind the point

/**
 * Return {set, points, holdOut, classNames, columns} as shared/settings.js has them; throw a sentence that names the
 * line.
 */
export async function tableFrom(file) {
  const name = `the file ${file.name}`;
  if (file.size > MOST_FILE) throw new Error(`${name} is larger than 1 MB`);
  const { header, rows } = splitHeader(rowsOf(decode(await file.arrayBuffer(), name)), name);
  const isCurve = header.length === 2;
  const { classNames, points } = pointsOf(rows, header.length, name);
  if (!isCurve && classNames.length < 2) throw new Error(`${name} has points of one class only; expected two to six`);
  const columns = [0, 1].map((at) => {
    const spread = spreadOf(points.map((point) => point[at]));
    if (!spread.deviation) throw new Error(`${name}: the column ${shorten(header[at])} is the same everywhere`);
    return { name: cleanName(header[at]) || "xy"[at], ...spread };
  });
  const place = (i) => columns.map(({ standardised }) => Math.round(standardised[i] * DIGITS) / DIGITS);
  return {
    set: isCurve ? "curve" : "own",
    classNames,
    holdOut: true,
    columns: columns.map(({ name, mean, deviation }) => [name, mean, deviation]),
    points: points.map(([, , k], i) => [...place(i), k]),
  };
}

/** Text of another encoding would have other letters in its names. */
function decode(bytes, name) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is not text in UTF-8; save it as CSV UTF-8`);
  }
}

/** The lines that are not empty, as {cells, line}, line from 1. Where semicolons or tabs separate, commas do not. */
function rowsOf(text) {
  const sign = text.match(/[;\t]/)?.[0] ?? ",";
  return text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ cells: cut(line, sign), line: i + 1 }))
    .filter(({ cells }) => cells.some(Boolean));
}

/** The names of the columns, which a first line without numbers has, and the rows. */
function splitHeader(rows, file) {
  if (!rows.length) throw new Error(`${file} is empty`);
  const [{ cells, line }] = rows;
  const width = cells.length;
  if (width !== 2 && width !== 3) {
    const found = width === 1 ? "one column" : `${width} columns`;
    refuse(file, line, `${found}; expected x, y and a class, or, for a curve, x and t`);
  }
  const isHeader = cells.slice(0, 2).every((cell) => numberIn(cell) === null);
  const names = width === 2 ? ["x", "t"] : ["x", "y", "class"];
  return isHeader ? { header: cells, rows: rows.slice(1) } : { header: names, rows };
}

/** The rows as [x, y, class], and the names of the classes in the order in which they came. */
function pointsOf(rows, width, file) {
  if (rows.length > MOST_POINTS)
    refuse(file, rows[MOST_POINTS].line, `more than ${MOST_POINTS} points; take a part of them`);
  if (rows.length < 2) throw new Error(`${file} has fewer than two points`);
  const classNames = [];
  const points = rows.map(({ cells, line }) => {
    const wrong = (reason) => refuse(file, line, reason);
    if (cells.length !== width) wrong(`${cells.length} columns, and the first line has ${width}`);
    const place = cells
      .slice(0, 2)
      .map((cell) => numberIn(cell) ?? wrong(`"${shorten(cell)}" is not a number${hint(cell)}`));
    return [...place, width === 2 ? 0 : classOf(cells[2], classNames, wrong)];
  });
  return { classNames, points };
}

function refuse(file, line, reason) {
  throw new Error(`line ${line} of ${file}: ${reason}`);
}

const cut = (text, sign) =>
  text.split(sign).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );
const numberIn = (cell) => (cell !== "" && Number.isFinite(Number(cell)) ? Number(cell) : null);
const hint = (cell) => (cell.includes(",") ? "; expected a decimal point" : "");
const shorten = (cell) => (cell.length > LONGEST_NAME ? `${cell.slice(0, LONGEST_NAME)}…` : cell);
// these two signs have their use in the address
const cleanName = (name) => name.replace(/[_~]/g, " ").trim().slice(0, LONGEST_NAME);

function classOf(cell, names, wrong) {
  const name = cleanName(cell);
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
