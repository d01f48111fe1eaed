// The menus of the header: export the network on the screen, as a page or as a model's file, and get the code of a
// view.

import { notebookFor, scriptFor } from "../codegen/script.js";
import { pageOf } from "../export/page-file.js";
import { planeSettings } from "../shared/training-settings.js";
import { h } from "./dom.js";
import { TEXT } from "./strings.js";

/** A menu of what can be taken away: of the network that is on the screen. */
export function exportMenu(app, stateNow) {
  const take = (make) => async () => {
    try {
      await make(stateNow());
      app.showError();
    } catch (error) {
      app.showError(error.message);
    }
  };
  const asPage = take(async (state) => {
    if (isPlane(state) || String(app.models[state.model].imageShape) !== "28,28") throw new Error(TEXT.export.small);
    save(await pageOf(await fileOf(app, state)), "digit.html", "text/html");
  });
  const asModel = take(async (state) =>
    save(await fileOf(app, state), "model.safetensors", "application/octet-stream"),
  );
  return menu(TEXT.export.heading, [
    [TEXT.export.page, TEXT.export.pageHelp, asPage],
    [TEXT.export.model, TEXT.export.modelHelp, asModel],
  ]);
}

/** Is the network on the screen the plane's? */
const isPlane = ({ view, of }) => view === "plane" || (view === "microscope" && of === "plane");

const fileOf = (app, state) =>
  app.client.request(
    "modelFile",
    isPlane(state) ? { model: "plane", settings: planeSettings(state), names: state } : { model: state.model },
  );

/** A menu of programs that print what is on the screen. */
export function codeMenu(app, stateNow) {
  const take = (make, ending, type) => async () => {
    try {
      save(await make(stateNow(), app), `byhand-${stateNow().view}.${ending}`, type);
      app.showError();
    } catch (error) {
      app.showError(error.message);
    }
  };
  return menu(TEXT.code.heading, [
    [TEXT.code.script, TEXT.code.scriptHelp, take(scriptFor, "py", "text/x-python")],
    [TEXT.code.notebook, TEXT.code.notebookHelp, take(notebookFor, "ipynb", "application/x-ipynb+json")],
  ]);
}

/** Buttons that fold out: [label, help, action] each. */
function menu(heading, entries) {
  const element = h(
    "details",
    { class: "menu" },
    h("summary", {}, heading),
    h(
      "div",
      { class: "menu-body" },
      entries
        .map(([label, help, action]) => [
          h(
            "button",
            {
              type: "button",
              onclick: () => {
                element.open = false;
                action();
              },
            },
            label,
          ),
          h("p", { class: "hint" }, help),
        ])
        .flat(),
    ),
  );
  addEventListener("pointerdown", ({ target }) => {
    if (!element.contains(target)) element.open = false;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      element.open = false;
      element.firstChild.focus();
    }
  });
  return element;
}

function save(content, name, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
