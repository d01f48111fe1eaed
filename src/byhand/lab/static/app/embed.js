// The lab in a frame of another page: no header, only the parts that are named, and messages both ways.

import { SETTINGS } from "../shared/settings.js";

const PARTS = "[data-lesson], .card, .draw-next"; // of a view, that can be hidden
const REST_MS = 250; // between two messages of where the lab is

/**
 * Show only what the address asks for, and speak with the page around.
 * @param {{stateNow: () => any, set: (changes: object) => void, address: () => string}} page
 */
export function beginEmbedding({ stateNow, set, address }) {
  document.documentElement.dataset.embed = "yes";
  hideOthers(stateNow().show);
  if (parent === window) return null;
  addEventListener("message", ({ source, data }) => {
    if (source === parent && data?.byhand === 1) set(settingsIn(data.set));
  });
  new ResizeObserver(() => tell({ height: document.documentElement.scrollHeight })).observe(document.body);
  return reporter(address);
}

const tell = (message) => parent.postMessage({ byhand: 1, ...message }, "*"); // an address, which holds no secret

/** Tell the page around where the lab is, when it has rested. */
function reporter(address) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => tell({ state: address() }), REST_MS);
  };
}

/** What of a message are settings, read as they would be from an address. */
export function settingsIn(texts) {
  if (typeof texts !== "object" || texts === null) return {};
  const known = Object.entries(texts).filter(([name]) => Object.hasOwn(SETTINGS, name) && name !== "embed");
  const read = known.map(([name, text]) => [name, SETTINGS[name].read(String(text))]);
  // null: not a value it can have, undefined: nothing
  return Object.fromEntries(read.filter(([, value]) => value !== null).map(([name, value]) => [name, value ?? null]));
}

/** Hide every card and marked part that is not named, unless it holds one that is, or is inside of one. */
function hideOthers(names) {
  if (!names.length) return;
  const shown = `:is(${names.map((name) => `[data-lesson~="${name}"], [data-lesson$="-${name}"]`).join(", ")})`;
  const sheet = new CSSStyleSheet();
  sheet.insertRule(
    `main :is(${PARTS}):not(${shown}):not(:has(${shown})):not(${shown} *) { display: none !important; }`,
  );
  document.adoptedStyleSheets.push(sheet);
}
