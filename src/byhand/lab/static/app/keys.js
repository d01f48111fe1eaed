// Keys that work in the whole page, wherever no control takes them. ? lists them, and those of one character can be
// switched off there: who speaks to a computer, or types by chance, must not set them off (WCAG 2.1.4).

import { h, replaceChildren } from "../ui/dom.js";
import { readPreference, writePreference } from "../ui/preferences.js";
import { TEXT } from "../ui/strings.js";

const words = TEXT.keys;
const ROOMS = Object.entries({ d: "draw", t: "train", p: "plane", e: "experiments", l: "lessons" });
const TAKES_KEYS = "input, select, textarea, [contenteditable]";
const TAKES_SPACE = "button, a, summary, canvas, [role=slider], [tabindex='0']";

const CHARACTER_KEYS = "character-keys";
const areOn = () => readPreference(CHARACTER_KEYS) !== "off";
const isCharacter = (key) => key.length === 1 && key !== " ";

/**
 * Listen to the keys. page: {stateNow, set, isIn(view), press(what), turn(steps of a lesson)}; return {list}, which
 * shows the list of keys.
 * @param {any} page
 */
export function listenToKeys(page) {
  const { element: help, list } = createHelp(page.isIn);
  const leave = h("button", { onclick: () => page.set({ projector: false }) }, words.leave);
  leave.className = "projector-leave small";
  document.body.append(help, leave);
  const actions = actionsOf(page, list);
  addEventListener("keydown", (event) => {
    const { target, shiftKey, ctrlKey, metaKey, altKey, defaultPrevented } = event;
    const isUndo = /^z$/i.test(event.key) && ctrlKey !== metaKey && !altKey;
    const key = isUndo ? (shiftKey ? "Z" : "z") : event.key; // macOS calls it z with Shift too
    if (defaultPrevented || ((ctrlKey || metaKey || altKey) && !isUndo) || isCovered()) return;
    if (target instanceof Element && target.closest(TAKES_KEYS)) return;
    if (isCharacter(key) && !isUndo && !areOn()) return;
    const action = Object.hasOwn(actions, key) && actions[key];
    if (action && action(event)) event.preventDefault();
  });
  return { list };
}

/** A dialog has the keys to itself; in a lesson, only one that covers its rail. */
const isCovered = () =>
  document.querySelector(document.documentElement.matches("[data-in-lesson]") ? "dialog:modal" : "dialog[open]");

/** key → what it does; false where it does nothing now. */
function actionsOf({ stateNow, set, press, isIn, turn }, list) {
  const change = (changes) => {
    set(changes);
    return true;
  };
  const room = (name) => isIn(name) && change({ view: name });
  const digit = (key) => {
    if (stateNow().projector) return room(roomsOf(isIn)[Number(key) - 1]?.[1] ?? "");
    return stateNow().view === "draw" && change({ against: Number(key) });
  };
  const blank = () => stateNow().projector && (document.documentElement.toggleAttribute("data-blank"), true);
  return {
    ...Object.fromEntries(ROOMS.map(([key, name]) => [key, () => room(name)])),
    ...Object.fromEntries(Array.from("0123456789", (key) => [key, () => digit(key)])),
    P: () => change({ projector: !stateNow().projector }),
    b: blank,
    z: () => press("undo"),
    Z: () => press("redo"),
    c: () => press("clear"),
    j: () => press("next-mistake"),
    k: () => press("previous-mistake"),
    m: () => room("microscope"),
    " ": ({ target }) => !target.closest?.(TAKES_SPACE) && press("start"),
    PageDown: () => turn(1),
    PageUp: () => turn(-1),
    "?": () => (list(), true),
  };
}

/** The rooms that the page has, [key, name]. */
const roomsOf = (isIn) => ROOMS.filter(([, name]) => isIn(name));

/** Of these keys, those that do something in this page. */
const usable = (keys, isIn) => keys.filter(({ views }) => !views.length || views.some(isIn));

function charactersOf(isIn) {
  const rooms = roomsOf(isIn);
  const letters = rooms.map(([key]) => key.toUpperCase()).join(" ");
  const names = rooms.map(([, name]) => TEXT.views[name]).join(", ");
  const toRooms = rooms.length > 1 ? [{ keys: letters, what: names }] : [];
  const inOrder = rooms.length > 1 ? [{ keys: `1 … ${rooms.length}`, what: words.order }] : [];
  return [...toRooms, ...usable(words.characters, isIn), ...inOrder, { keys: "?", what: words.list }];
}

/** The list of keys, {element, list()}, with the switch of those that are characters. */
function createHelp(isIn) {
  const element = h("dialog", { class: "keys share-dialog", "aria-label": words.heading });
  const onchange = ({ target }) => {
    writePreference(CHARACTER_KEYS, target.checked ? "on" : "off");
    draw();
  };
  const control = h("input", { type: "checkbox", role: "switch", onchange });
  const [off, body] = [h("p", { class: "hint" }, words.off), h("div")];
  const close = h("button", { onclick: () => element.close() }, words.close);
  const heading = h("label", { class: "keys-switch" }, control, h("span", {}, words.areOn));
  const characters = h("dl", { class: "keys-characters" }, charactersOf(isIn).map(row));
  replaceChildren(body, h("dl", {}, usable(words.others, isIn).map(row)), heading, off, characters);
  replaceChildren(element, h("h2", {}, words.heading), body, close);

  function draw() {
    control.checked = areOn();
    off.hidden = control.checked;
    characters.classList.toggle("off", !control.checked);
  }
  function list() {
    draw();
    element.showModal();
  }
  return { element, list };
}

const row = ({ keys, what }) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what));
