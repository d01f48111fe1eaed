// The page's header: the views, the networks to choose from, theme and colours, and the menus.

import { fragmentOf } from "../shared/settings.js";
import { element, h, replaceChildren, select } from "../ui/dom.js";
import { codeMenu, exportMenu } from "../ui/export-menu.js";
import { TEXT } from "../ui/strings.js";
import { VIEWS } from "../views/views.js";

/** Return what draws the header, anew for every state. store: its state; redraw: for a new theme or new colours. */
export function createNavigation(app, store, redraw) {
  const main = element("#main");
  const menus = [codeMenu(app, () => store.state), exportMenu(app, () => store.state)];

  function link(name) {
    const isCurrent = name === store.state.view;
    const attributes = { href: fragmentOf({ ...store.state, view: name }), "aria-current": isCurrent ? "page" : null };
    const onclick = (event) => {
      event.preventDefault();
      app.set({ view: name });
      main.focus({ preventScroll: true });
    };
    return h("a", { ...attributes, onclick }, TEXT.views[name]);
  }

  /** A setting of how everything is drawn. */
  function appearance(label, name) {
    return choice(label, store.state[name], TEXT[name], (value) => {
      app.set({ [name]: value });
      redraw();
    });
  }

  return function draw() {
    replaceChildren(element("#views"), Object.keys(VIEWS).map(link));
    const networks = Object.entries(app.models).map(([name, model]) => [name, `${TEXT.models[name]}: ${sizes(model)}`]);
    replaceChildren(
      element("#settings"),
      choice("Network", store.state.model, Object.fromEntries(networks), (model) => app.set({ model })),
      appearance("Theme", "theme"),
      appearance("Colours", "colours"),
      "train" in VIEWS && menus,
    );
  };
}

/** A choice among the names of a table of texts, labelled for those who cannot see it. */
function choice(label, value, texts, change) {
  const control = select(Object.keys(texts), value, change, texts);
  control.setAttribute("aria-label", label);
  return control;
}

const sizes = ({ layers }) => [layers[0].n_in, ...layers.map(({ n_out }) => n_out)].join("-");
