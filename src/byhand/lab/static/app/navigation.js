// The page's header: the rooms, the network at hand, what can be shared, and the settings of how everything is drawn.

import { fragmentOf } from "../shared/settings.js";
import { element, field, h, replaceChildren, select } from "../ui/dom.js";
import { createMenu } from "../ui/menu.js";
import { shareMenu } from "../ui/share-menu.js";
import { TEXT } from "../ui/strings.js";
import { IS_EXPORTED, VIEWS } from "../views/views.js";
import { createNetworkChip } from "./network-chip.js";

const CLOSER_VIEWS = ["network", "microscope", "mistakes"]; // which rooms lead to
const ROOMS = Object.keys(VIEWS).filter((name) => !CLOSER_VIEWS.includes(name));
const CLOSER = Object.keys(VIEWS).filter((name) => CLOSER_VIEWS.includes(name));
const IS_FOLDED = CLOSER.length > 1 && ROOMS.length > 0; // the closer views are in a menu
const ROOM_OF = { mistakes: "draw" }; // what is a drawer of a room
const words = TEXT.navigation;

/**
 * {draw(), show()}: draw for another state, show for new frames. redraw: for a new theme or new colours; listKeys:
 * shows the list of keys.
 */
export function createNavigation(app, store, { redraw, listKeys }) {
  const chip = createNetworkChip(app, { isExported: IS_EXPORTED });
  const share = shareMenu(app, () => store.state);
  const closer = createMenu(words.closer, [], { class: "menu closer" });
  const settings = settingsMenu(app, store, { redraw, listKeys });
  replaceChildren(element("#settings"), chip.element, share, settings.element);

  function draw() {
    const links = (names) => names.map((name) => link(app, store.state, name, closer.close));
    if (IS_FOLDED) drawCloser(closer.element, store.state.view, links(CLOSER));
    replaceChildren(element("#views"), links(IS_FOLDED ? ROOMS : Object.keys(VIEWS)), IS_FOLDED && closer.element);
    chip.draw(store.state);
    settings.draw();
    show();
  }
  const show = () => chip.show(store.state);
  return { draw, show };
}

/** The views that rooms lead to, under the name of that which is shown. */
function drawCloser({ children: [summary, body] }, view, links) {
  const isHere = CLOSER.includes(view) && !(view in ROOM_OF);
  summary.textContent = isHere ? TEXT.views[view] : words.closer;
  summary.classList.toggle("current", isHere);
  body.replaceChildren(...links);
}

function link(app, state, name, close) {
  const onclick = (event) => {
    event.preventDefault();
    close();
    app.set({ view: name });
    const main = element("#main");
    if (!main.contains(document.activeElement)) main.focus({ preventScroll: true }); // a drawer takes the focus itself
  };
  const isHere = name === (ROOM_OF[state.view] ?? state.view);
  const attributes = { href: fragmentOf({ ...state, view: name }), "aria-current": isHere && "page" };
  return h("a", { ...attributes, onclick }, TEXT.views[name]);
}

/** Theme, colours, files, projector and the list of keys behind one button. */
function settingsMenu(app, store, { redraw, listKeys }) {
  const body = h("div", { class: "settings" });
  const { element, close } = createMenu("⋯", body);
  element.firstElementChild?.setAttribute("aria-label", words.settings);
  const change = (name) => (value) => {
    app.set({ [name]: value });
    redraw();
  };
  const row = (label, name) => {
    return field(label, select(Object.keys(TEXT[name]), store.state[name], change(name), TEXT[name]));
  };
  const button = (text, act) => h("button", { onclick: () => (close(), act()) }, text);
  const projector = button(words.projector, () => app.set({ projector: true }));
  const keys = button(words.keys, listKeys);
  const chooser = h("input", { type: "file", multiple: true, onchange: () => app.openFiles([...chooser.files]) });
  const open = button(words.open, () => {
    chooser.value = ""; // the same file can be chosen again
    chooser.click();
  });
  const rows = () => [row(words.theme, "theme"), row(words.colours, "colours")];
  const draw = () => replaceChildren(body, ...rows(), open, projector, keys);
  return { element, draw };
}
