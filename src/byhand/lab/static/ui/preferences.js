// What somebody prefers in this browser, kept over reloads. It is not in the address, which is shared with others.

const PREFIX = "byhand-";
const chosen = new Map(); // here, where the browser stores nothing

/** @returns {string | null} */
export function readPreference(name) {
  if (chosen.has(name)) return chosen.get(name);
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // a browser may refuse to store anything: then it is as at first
  }
}

export function writePreference(name, value) {
  chosen.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    return; // it holds until the page is left
  }
}
