// Take it away: shell.html filled with the page's own files and a model, as byhand/exports/as_page.py fills it, to the
// same bytes; and the model's file alone.

import { h } from "./dom.js";
import { TEXT } from "./strings.js";

const IMPORT = /^import .* from "([^"]+)";$/gm;
const ENTRIES = ["main.js", "worker/worker.js"], INSTEAD = { "views.js": "views.exported.js" };
const CORE = "core/core.wasm", MODEL = "models/draw.safetensors";
const PIECE = 1 << 15; // bytes made into text at a time

/** A menu of what can be taken away; modelNow tells the name of the network at hand. */
export function awayMenu(app, modelNow) {
  const take = (make) => async () => {
    menu.open = false;
    try {
      await make(await app.engine.ask("modelFile", { model: modelNow() }));
      app.tell();
    } catch (error) { app.tell(error.message); }
  };
  const asPage = take(async (bytes) => {
    if (String(app.models[modelNow()].imageShape) !== "28,28") throw new Error(TEXT.away.small);
    save(await pageOf(bytes), "digit.html", "text/html");
  });
  const menu = h("details", { class: "menu" }, h("summary", {}, TEXT.away.heading),
    h("div", { class: "menu-body" },
      h("button", { type: "button", onclick: asPage }, TEXT.away.page), h("p", { class: "hint" }, TEXT.away.pageHelp),
      h("button", { type: "button", onclick: take((bytes) => save(bytes, "model.safetensors", "application/octet-stream")) }, TEXT.away.model), h("p", { class: "hint" }, TEXT.away.modelHelp)));
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.firstChild.focus(); } });
  return menu;
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
