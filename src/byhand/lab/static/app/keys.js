// Keys that work in the whole page, wherever no control takes them. ? lists them.

import { h, replaceChildren } from "../ui/dom.js";
import { TEXT } from "../ui/strings.js";

const words = TEXT.keys;
const ROOMS = { d: "draw", t: "train", p: "plane", e: "experiments", l: "lessons" };
const TAKES_KEYS = "input, select, textarea, [contenteditable]";
const TAKES_SPACE = "button, a, summary, canvas, [role=slider], [tabindex='0']";

/**
 * Listen to the keys. page: {stateNow, set, isIn(view), press(what), turn(steps of a lesson)}.
 * @param {any} page
 */
export function listenToKeys(page) {
  const help = createHelp();
  const leave = h("button", { type: "button", onclick: () => page.set({ projector: false }) }, words.leave);
  leave.className = "projector-leave small";
  document.body.append(help, leave);
  const actions = actionsOf(page, help);
  addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, metaKey, altKey, defaultPrevented } = event;
    if (defaultPrevented || ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return;
    if (target instanceof Element && target.closest(TAKES_KEYS)) return;
    const action = Object.hasOwn(actions, key) && actions[key];
    if (action && action(event)) event.preventDefault();
  });
}

/** key → what it does; false where it does nothing now. */
function actionsOf({ stateNow, set, press, isIn, turn }, help) {
  const change = (changes) => {
    set(changes);
    return true;
  };
  const room = (name) => isIn(name) && change({ view: name });
  const digit = (key) => {
    if (stateNow().projector) return room(Object.values(ROOMS)[Number(key) - 1] ?? "");
    return stateNow().view === "draw" && change({ against: Number(key) });
  };
  const blank = () => stateNow().projector && (document.documentElement.toggleAttribute("data-blank"), true);
  return {
    ...Object.fromEntries(Object.entries(ROOMS).map(([key, name]) => [key, () => room(name)])),
    ...Object.fromEntries(Array.from("0123456789", (key) => [key, () => digit(key)])),
    P: () => change({ projector: !stateNow().projector }),
    b: blank,
    z: () => press("undo"),
    c: () => press("clear"),
    m: () => room("microscope"),
    " ": ({ target }) => !target.closest?.(TAKES_SPACE) && press("start"),
    PageDown: () => turn(1),
    PageUp: () => turn(-1),
    "?": () => (help.showModal(), true),
  };
}

function createHelp() {
  const dialog = h("dialog", { class: "keys share-dialog", "aria-label": words.heading });
  /** @param {string[]} line */
  const row = ([keys, what]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what));
  const close = h("button", { type: "button", onclick: () => dialog.close() }, words.close);
  replaceChildren(dialog, h("h2", {}, words.heading), h("dl", {}, words.list.map(row)), close);
  return dialog;
}
