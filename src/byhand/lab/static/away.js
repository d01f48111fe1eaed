// Take it away: shell.html filled with the page's own files and a model, as byhand/exports/as_page.py fills it, to the
// same bytes; and the model's file alone.

import { notebookFor, scriptFor } from "./codegen/script.js";
import { h } from "./ui/dom.js";
import { planeSettings } from "./shared/training-settings.js";
import { TEXT } from "./ui/strings.js";

const IMPORT = /^import .* from "([^"]+)";$/gm;
const ENTRIES = ["main.js", "worker/worker.js"], INSTEAD = { "views/views.js": "views/views.stub.js", "away.js": "away.exported.js" };
const CORE = "core/core.wasm", MODEL = "models/draw.safetensors";
const PIECE = 1 << 15; // bytes made into text at a time

/** A menu of what can be taken away: of the network that is on the screen. */
export function awayMenu(app, stateNow) {
  const take = (make) => async () => {
    try {
      await make(stateNow());
      app.tell();
    } catch (error) { app.tell(error.message); }
  };
  const asPage = take(async (state) => {
    if (isPlane(state) || String(app.models[state.model].imageShape) !== "28,28") throw new Error(TEXT.away.small);
    save(await pageOf(await fileOf(app, state)), "digit.html", "text/html");
  });
  const asModel = take(async (state) => save(await fileOf(app, state), "model.safetensors", "application/octet-stream"));
  return menu(TEXT.away.heading, [[TEXT.away.page, TEXT.away.pageHelp, asPage], [TEXT.away.model, TEXT.away.modelHelp, asModel]]);
}

/** Is the network on the screen the plane's? */
const isPlane = ({ view, of }) => view === "plane" || (view === "microscope" && of === "plane");

const fileOf = (app, state) => app.engine.ask("modelFile", isPlane(state) ? { model: "plane", settings: planeSettings(state), names: state } : { model: state.model });

/** A menu of programs that print what is on the screen. */
export function codeMenu(app, stateNow) {
  const take = (make, ending, type) => async () => {
    try {
      save(await make(stateNow(), app), `byhand-${stateNow().view}.${ending}`, type);
      app.tell();
    } catch (error) { app.tell(error.message); }
  };
  return menu(TEXT.code.heading, [
    [TEXT.code.script, TEXT.code.scriptHelp, take(scriptFor, "py", "text/x-python")],
    [TEXT.code.notebook, TEXT.code.notebookHelp, take(notebookFor, "ipynb", "application/x-ipynb+json")],
  ]);
}

/** Buttons that fold out: [label, help, action] each. */
function menu(heading, entries) {
  const element = h("details", { class: "menu" }, h("summary", {}, heading),
    h("div", { class: "menu-body" }, entries.map(([label, help, action]) => [h("button", { type: "button", onclick: () => { element.open = false; action(); } }, label), h("p", { class: "hint" }, help)]).flat()));
  addEventListener("pointerdown", ({ target }) => { if (!element.contains(target)) element.open = false; });
  element.addEventListener("keydown", (event) => { if (event.key === "Escape") { element.open = false; element.firstChild.focus(); } });
  return element;
}

function save(content, name, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The whole page with that model's bytes in it. */
async function pageOf(model) {
  const texts = {};
  for (const entry of ENTRIES) await gather(entry, texts);
  const files = Object.keys(texts).sort().map((name) => block("file", name, texts[name]));
  const core = new Uint8Array(await (await fetched(CORE)).arrayBuffer());
  const parts = {
    style: await text("style.css"), body: /<body>[^]*<\/body>/.exec(await text("index.html"))[0], start: await text("shell.js"),
    files: [...files, block("bytes", CORE, base64(core)), block("bytes", MODEL, base64(model))].join("\n"),
  };
  return (await text("shell.html")).replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

/** Read a module and all that it imports. */
async function gather(name, texts) {
  if (name in texts) return;
  texts[name] = await text(INSTEAD[name] ?? name);
  for (const [, target] of texts[name].matchAll(IMPORT)) await gather(new URL(target, `lab:/${name}`).pathname.slice(1), texts);
}

const block = (kind, name, content) => `<script type="text/plain" data-${kind}="${name}">\n${content}\n<\/script>`;
const text = async (name) => (await fetched(name)).text();

async function fetched(name) {
  const reply = await fetch(new URL(name, import.meta.url));
  if (!reply.ok) throw new Error(`${name} did not come: ${reply.status} ${reply.statusText}`.trim());
  return reply;
}

function base64(bytes) {
  let signs = "";
  for (let at = 0; at < bytes.length; at += PIECE) signs += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(signs);
}
