// A network as a page of its own: template.html filled with the page's own files and a model, as
// byhand/exports/to_html.py
// fills it, to the same bytes.

const IMPORT = /^import [^"]* from "([^"]+)";$/gm;
const ENTRIES = ["app/main.js", "worker/worker.js"];
const ABSENT = ["csv", "diagnosis", "plane-model", "training"]; // of the worker
// instead
const STUBS = {
  "views/views.js": "views/views.stub.js",
  "ui/share-menu.js": "ui/share-menu.stub.js",
  "lessons/lessons.js": "lessons/lessons.stub.js",
  ...Object.fromEntries(ABSENT.map((name) => [`worker/${name}.js`, "worker/absent.stub.js"])),
};
const STYLES = [
  "tokens",
  "base",
  "page",
  "header",
  "forms",
  "tooltips",
  "numbers",
  "pictures",
  "stage",
  "draw",
  "answer",
  "why",
  "network",
  "microscope",
  "share",
  "projector",
  "forced-colors",
];
const CORE = "core/core.wasm";
const MODEL = "models/draw.safetensors";
const PIECE = 1 << 15; // bytes made into text at a time

/** The whole page with that model's bytes in it. */
export async function pageOf(model) {
  const texts = {};
  for (const entry of ENTRIES) await gather(entry, texts);
  const files = Object.keys(texts)
    .sort()
    .map((name) => block("file", name, texts[name]));
  const core = new Uint8Array(await (await fetchFile(CORE)).arrayBuffer());
  const parts = {
    theme: await text("app/theme.js"),
    style: (await Promise.all(STYLES.map((name) => text(`stylesheets/${name}.css`)))).join("\n"),
    body: bodyOf(await text("index.html")),
    start: await text("export/loader.js"),
    files: [...files, block("bytes", CORE, base64(core)), block("bytes", MODEL, base64(model))].join("\n"),
  };
  return (await text("export/template.html")).replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

function bodyOf(html) {
  const found = /<body>[^]*<\/body>/.exec(html);
  if (!found) throw new Error("index.html has no body");
  return found[0];
}

/** Read a module and all that it imports. */
async function gather(name, texts) {
  if (name in texts) return;
  texts[name] = await text(STUBS[name] ?? name);
  for (const [, target] of texts[name].matchAll(IMPORT))
    await gather(new URL(target, `lab:/${name}`).pathname.slice(1), texts);
}

const block = (kind, name, content) => `<script type="text/plain" data-${kind}="${name}">\n${content}\n</script>`;
const text = async (name) => (await fetchFile(name)).text();

async function fetchFile(name) {
  const reply = await fetch(new URL(`../${name}`, import.meta.url));
  if (!reply.ok) throw new Error(`${name} did not come: ${reply.status} ${reply.statusText}`.trim());
  return reply;
}

function base64(bytes) {
  let signs = "";
  for (let at = 0; at < bytes.length; at += PIECE) signs += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(signs);
}
