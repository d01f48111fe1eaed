// Views of the lab with a network as a page of their own: template.html filled with the page's own files and a model,
// as byhand/exports/to_html.py fills it, to the same bytes. parts.json says what a view needs.

const IMPORT = /^import [^"]* from "([^"]+)";$|await import\("([^"]+)"\)/gm;
const STYLE = /<link rel="stylesheet" href="([^"]+)">/g;
const ENTRIES = ["app/main.js", "worker/worker.js"];
const CORE = "core/core.wasm";
const MODEL = "models/draw.safetensors";
const PIECE = 1 << 15; // bytes made into text at a time

/** The views that a page has where none are chosen. */
export const defaultViews = async () => (await partsTable()).default;

/** The whole page with that model's bytes and these views in it; it opens with the first. */
export async function pageOf(model, chosen) {
  const table = await partsTable();
  const views = withRooms(chosen, table.drawers);
  const index = await text("index.html");
  const texts = {};
  for (const entry of ENTRIES) await gather(entry, texts, { table, views });
  const modules = Object.keys(texts)
    .sort()
    .map((name) => block("file", name, texts[name]));
  const files = await Promise.all(filesOf(table, views).map(async (name) => block("bytes", name, await pack(name))));
  const parts = {
    theme: (await Promise.all(["app/theme.js", ...welcomeOf(table, views)].map(text))).join("\n"),
    style: (await Promise.all(stylesOf(index, table, views).map(text))).join("\n"),
    body: bodyOf(index),
    charts: isNeeded(table.charts.views, views) ? await text(table.charts.script) : "",
    start: await text("export/loader.js"),
    files: [...modules, block("bytes", CORE, await pack(CORE)), block("bytes", MODEL, base64(model)), ...files].join(
      "\n",
    ),
  };
  return (await text("export/template.html")).replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

/** The views, and those of which one is a drawer. */
const withRooms = (views, drawers) => [...new Set([...views, ...views.flatMap((name) => drawers[name] ?? [])])];

const partsTable = async () => JSON.parse(await text("export/parts.json"));
const isNeeded = (by, views) => views.some((view) => by.includes(view));

/** What is carried as bytes beside the core and the model. */
const filesOf = ({ digits, files }, views) => [
  ...(isNeeded(digits.views, views) ? digits.files : []),
  ...views.flatMap((view) => files[view] ?? []),
];

/** The script that makes room for the line of the first visit, if the page has that line. */
const welcomeOf = ({ welcome }, views) => (welcome.views.every((view) => views.includes(view)) ? [welcome.script] : []);

const stylesOf = (index, { styles }, views) =>
  Array.from(index.matchAll(STYLE), ([, name]) => name).filter(
    (name) => !(name in styles) || isNeeded(styles[name], views),
  );

function bodyOf(html) {
  const found = /<body>[^]*<\/body>/.exec(html);
  if (!found) throw new Error("index.html has no body");
  return found[0];
}

/** Read a module and all that it imports. */
async function gather(name, texts, page) {
  if (name in texts) return;
  texts[name] = await moduleText(name, page);
  for (const [, target, later] of texts[name].matchAll(IMPORT))
    await gather(new URL(target ?? later, `lab:/${name}`).pathname.slice(1), texts, page);
}

/** A module, or what stands in its place in a page with these views. */
function moduleText(name, { table, views }) {
  if (name === "views/views.js") return viewsModule(table, views);
  const stub = table.stubs[name];
  return text(!stub || isNeeded(stub.views, views) ? name : stub.stub);
}

const viewsModule = ({ digits, drawers }, views) =>
  [
    "// The views of an exported page: it opens with the first.",
    "",
    ...views.filter((name) => !(name in drawers)).map((name) => `import { ${name}View } from "./${name}/index.js";`),
    "",
    `export const VIEWS = { ${views.map((name) => `${name}: ${drawers[name] ?? name}View`).join(", ")} };`,
    "export const IS_EXPORTED = true;",
    `export const HAS_DIGITS = ${isNeeded(digits.views, views)};`,
    "",
  ].join("\n");

const block = (kind, name, content) => `<script type="text/plain" data-${kind}="${name}">\n${content}\n</script>`;
const text = async (name) => (await fetchFile(name)).text();
const pack = async (name) => base64(new Uint8Array(await (await fetchFile(name)).arrayBuffer()));

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
