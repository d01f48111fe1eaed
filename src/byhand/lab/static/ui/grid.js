// Tables as grids of the WAI-ARIA pattern: one stop of the Tab key, and from cell to cell by arrows, Home, End, Ctrl
// with these two, and the Page keys.

const PAGE = 8; // rows

/** @type {Record<string, (at: [number, number]) => [number, number]>} */
const KEYS = {
  ArrowUp: ([row, col]) => [row - 1, col],
  ArrowDown: ([row, col]) => [row + 1, col],
  ArrowLeft: ([row, col]) => [row, col - 1],
  ArrowRight: ([row, col]) => [row, col + 1],
  PageUp: ([row, col]) => [row - PAGE, col],
  PageDown: ([row, col]) => [row + PAGE, col],
  Home: ([row]) => [row, 0],
  End: ([row]) => [row, Infinity],
  "Ctrl Home": () => [0, 0],
  "Ctrl End": () => [Infinity, Infinity],
};

/**
 * Where a key leads from a cell, [row, column], perhaps beyond the table; null for a key that leads nowhere.
 * @param {KeyboardEvent} event
 * @param {[number, number]} at
 */
export function placeAfter({ key, ctrlKey, altKey, metaKey, shiftKey }, at) {
  const name = ctrlKey ? `Ctrl ${key}` : key;
  return altKey || metaKey || shiftKey || !Object.hasOwn(KEYS, name) ? null : KEYS[name](at);
}

/** The nearest of n places to i. */
export const clamp = (i, n) => Math.max(0, Math.min(i, n - 1));

/**
 * Make a table that is all there a grid, and return it. A cell with a button is that button; Tab first comes to the
 * one that is pressed, else to the first.
 * @param {HTMLTableElement} table
 */
export function asGrid(table) {
  table.setAttribute("role", "grid");
  table.setAttribute("aria-readonly", "true");
  rove(table, cellsOf);
  const pressed = table.querySelector("td [aria-pressed=true]");
  leaveOneStop(cellsOf(table).flat(), /** @type {HTMLElement | null} */ (pressed));
  return table;
}

/**
 * What has the focus in each cell, a list a row.
 * @param {HTMLElement} table
 * @returns {HTMLElement[][]}
 */
function cellsOf(table) {
  const rows = [...table.querySelectorAll("tbody tr, tfoot tr")];
  const stops = rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector("button") ?? cell));
  return stops.filter((row) => row.length);
}

/**
 * The children of an element that are beside one another, a list a row.
 * @param {HTMLElement} host
 */
export function rowsOfChildren(host) {
  const children = /** @type {HTMLElement[]} */ ([...host.children]);
  return [...Map.groupBy(children, ({ offsetTop }) => offsetTop).values()];
}

/**
 * Of these, Tab stops at one.
 * @param {HTMLElement[]} stops
 * @param {HTMLElement | null} [at]
 */
export function leaveOneStop(stops, at) {
  for (const stop of stops) stop.tabIndex = stop === (at ?? stops[0]) ? 0 : -1;
}

/**
 * Keys move the focus, and Tab comes back to where it was.
 * @param {HTMLElement} host
 * @param {(host: HTMLElement) => HTMLElement[][]} rowsOf what can have the focus, a list a row
 */
export function rove(host, rowsOf) {
  host.addEventListener("focusin", ({ target }) => {
    const stops = rowsOf(host).flat();
    const stop = stops.find((one) => one === target);
    if (stop) leaveOneStop(stops, stop);
  });
  host.addEventListener("keydown", (event) => {
    const stops = rowsOf(host);
    const row = stops.findIndex((one) => one.some((stop) => stop === event.target));
    const to = row >= 0 && placeAfter(event, [row, stops[row].findIndex((stop) => stop === event.target)]);
    if (!to) return;
    event.preventDefault();
    const found = stops[clamp(to[0], stops.length)];
    found[clamp(to[1], found.length)].focus();
  });
}
