// Mistakes as a drawer of Draw, open while the address says view=mistakes. A mistake that is pressed goes to the sheet;
// Escape, Close, a press beside the drawer and the browser's Back close it.

import { element, h, replaceChildren } from "../../../ui/dom.js";
import { shareMenu } from "../../../ui/share-menu.js";
import { TEXT } from "../../../ui/strings.js";
import { createMistakes } from "./index.js";
import { settingsOf } from "./walk.js";

const words = TEXT.mistakes;
let lastIndex = -1; // the test digit that was opened last: who comes back finds it again

/** {element, wants(state, frames), show(state, frames, isReadable)}; opener: the button that gets the focus back. */
export function createMistakesDrawer(app, opener) {
  const close = () => app.set({ view: "draw" });
  const mistakes = createMistakes(app, (mistake) => openOnPad(app, mistake));
  const about = h("p", { class: "drawer-about" });
  const bar = barOf(app, { about, close, stateNow: () => now });
  const dialog = h("dialog", { class: "drawer mistakes-drawer", "aria-label": words.heading }, bar, mistakes.element);
  let isOpen = false;
  let now = /** @type {any} */ (null);
  listenForClose(dialog, () => isOpen && close());

  function show(state, frames, isReadable) {
    now = state;
    const isWanted = state.view === "mistakes" && isReadable;
    if (isWanted) {
      replaceChildren(about, aboutOf(app.models[state.model], state.model));
      mistakes.show(state, frames);
    }
    if (isWanted === isOpen) return;
    isOpen = isWanted;
    if (isOpen) open(dialog);
    else closeTo(dialog, opener);
  }
  const wants = (state, frames) => (state.view === "mistakes" ? mistakes.wants(state, frames) : {});
  return { element: dialog, wants, show };
}

function barOf(app, { about, close, stateNow }) {
  const button = h("button", { class: "drawer-close", autofocus: true, onclick: close }, words.close);
  const share = shareMenu(app, stateNow);
  return h("div", { class: "drawer-bar" }, h("h2", {}, words.heading), about, share, button);
}

/** Which network's mistakes they are: "784-128-10, pretrained". */
function aboutOf({ layers, name }, model) {
  const sizes = [layers[0].n_in, ...layers.map(({ n_out }) => n_out)].join("-");
  return `${sizes}, ${(model === "uploaded" && name) || TEXT.models[model].toLowerCase()}`;
}

/** Over the room, which cannot be reached meanwhile; in a lesson its rail stays in reach; a frame has no room. */
function open(dialog) {
  const { dataset } = document.documentElement;
  if ("inLesson" in dataset || "embed" in dataset) dialog.show();
  else dialog.showModal();
  /** @type {HTMLElement | null} */
  const last = dialog.querySelector(`[data-index="${lastIndex}"]`);
  last?.focus();
}

/** The focus goes back to where it was, or to the button that opens the drawer. */
function closeTo(dialog, opener) {
  dialog.close();
  if (document.activeElement === document.body) opener.focus({ preventScroll: true });
}

function listenForClose(dialog, close) {
  dialog.addEventListener("close", close); // by Escape or a phone's Back, where it is modal
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !dialog.matches(":modal")) close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && isBeside(event, dialog.getBoundingClientRect())) close();
  });
}

const isBeside = ({ clientX: x, clientY: y }, { left, right, top, bottom }) =>
  x < left || x > right || y < top || y > bottom;

function openOnPad(app, mistake) {
  lastIndex = mistake.index;
  app.set({ view: "draw", ...settingsOf(mistake) });
  element("#main").focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" }); // the pad and the answer
}
