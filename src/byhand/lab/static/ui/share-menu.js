// The menu Share: every way in which what is on the screen leaves the page.

import { notebookFor, scriptFor } from "../codegen/script.js";
import { fragmentOf } from "../shared/settings.js";
import { planeSettings } from "../shared/training-settings.js";
import { h, replaceChildren } from "./dom.js";
import { figures, saveFigure } from "./figures.js";
import { createMenu } from "./menu.js";
import { pageChoice } from "./page-choice.js";
import { MOST_CHARACTERS, qrCode } from "./qr-code.js";
import { saveFile } from "./save-file.js";
import { TEXT } from "./strings.js";

const words = TEXT.share;
const LOCAL = ["127.0.0.1", "localhost", "[::1]"]; // addresses that lead to this machine only

/** [its name in the texts, what it does, whether the menu stays open to say what came of it] */
const ENTRIES = [
  ["link", copyLink, true],
  ["blanks", copyLinkWithBlanks, true],
  ["qr", showQr],
  ["embed", showEmbed],
  ["page", choosePage],
  ["model", saveModel],
  ["script", saveScript],
  ["notebook", saveNotebook],
  ["figure", chooseFigure],
];

/** The menu's element; some of its entries open in a dialog. */
export function shareMenu(app, stateNow) {
  const dialog = h("dialog", { class: "share-dialog", "aria-label": words.heading });
  const status = h("p", { class: "share-said", role: "status" });
  const job = { app, stateNow, open: (...content) => openDialog(dialog, content) };
  const attempt = async (make) => {
    status.textContent = "";
    try {
      status.textContent = (await make(job)) ?? "";
      app.showError();
    } catch (error) {
      app.showError(error.message);
    }
  };
  const entries = ENTRIES.map(([key, make, staysOpen]) => {
    const onclick = () => {
      if (!staysOpen) menu.close();
      return attempt(make);
    };
    const name = h("strong", {}, words[key]);
    return h("button", { "data-share": key, onclick }, name, h("small", {}, words.help[key]));
  });
  const menu = createMenu(words.heading, [status, ...entries], { class: "menu share", "data-lesson": "share" });
  menu.element.addEventListener("toggle", () => (status.textContent = ""));
  return menu.element;
}

/**
 * The address of what is on the screen, but for changes, without a token; for a class where the server has an address
 * for it.
 */
function addressNow({ app, stateNow }, changes = {}) {
  const fragment = fragmentOf({ ...stateNow(), ...changes }).slice(1);
  const forClass = app.hello?.class;
  return forClass ? `${forClass}&${fragment}` : `${location.href.split("#")[0]}#${fragment}`;
}

async function copyLink(job, changes = {}) {
  const address = addressNow(job, changes);
  try {
    await navigator.clipboard.writeText(address);
    return words.copied.replace("{n}", address.length.toLocaleString("en"));
  } catch {
    job.open(h("p", {}, words.copyYourself), copyField(address)); // a browser may refuse, and says nothing more of it
    return "";
  }
}

/** The microscope at what is on the screen, with the numbers that are computed to be filled in. */
function copyLinkWithBlanks(job) {
  const { view, of } = job.stateNow();
  const example = { draw: "digit", plane: "plane" }[view] ?? of;
  return copyLink(job, { view: "microscope", of: example, blanks: true, lesson: "" });
}

function showQr(job) {
  const address = addressNow(job);
  if (address.length > MOST_CHARACTERS)
    throw new Error(words.tooLong.replace("{n}", address.length.toLocaleString("en")));
  const isLocal = LOCAL.includes(location.hostname) && !job.app.hello?.class;
  job.open(qrCode(address, words.qr), isLocal && h("p", {}, words.onlyHere), copyField(address));
}

/** The lines that show this view in a page of one's own. */
function showEmbed(job) {
  const state = job.stateNow();
  const embed = state.view === "lessons" ? "draw" : state.view; // the cards of the lessons lead out of a frame
  const fragment = fragmentOf({ ...state, embed, lesson: "", projector: false });
  const base = location.href.split("#")[0];
  const script = `<script type="module" src="${new URL("embed/byhand-lab.js", base)}"></script>`;
  const tag = `${script}\n<byhand-lab src="${base}" state="${escapeHtml(fragment)}" height="480"></byhand-lab>`;
  const frame = `<iframe src="${escapeHtml(base + fragment)}" width="100%" height="480" loading="lazy"></iframe>`;
  job.open(h("p", {}, words.embedHow), copyField(tag), h("p", {}, words.frameHow), copyField(frame));
}

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** Is the network on the screen the plane's? */
const isPlane = ({ view, of }) => view === "plane" || (view === "microscope" && of === "plane");

const modelFile = (app, state) =>
  app.client.request(
    "modelFile",
    isPlane(state) ? { model: "plane", settings: planeSettings(state), names: state } : { model: state.model },
  );

/** Choose the rooms of a page with the network at hand. */
async function choosePage({ app, stateNow, open }) {
  const { model, view } = stateNow();
  if (String(app.models[model].imageShape) !== "28,28") throw new Error(words.small);
  open(...(await pageChoice({ app, model: () => app.client.request("modelFile", { model }), now: view })));
}

async function saveModel({ app, stateNow }) {
  saveFile(await modelFile(app, stateNow()), "model.safetensors", "application/octet-stream");
}

async function saveScript({ app, stateNow }) {
  saveFile(await scriptFor(stateNow(), app), `byhand-${stateNow().view}.py`, "text/x-python");
}

async function saveNotebook({ app, stateNow }) {
  saveFile(await notebookFor(stateNow(), app), `byhand-${stateNow().view}.ipynb`, "application/x-ipynb+json");
}

/** Choose one of the figures that can be seen now. */
function chooseFigure(job) {
  const found = figures();
  if (!found.length) throw new Error(words.noFigure);
  const save = (figure, kind) => () => saveFigure(figure, kind).catch(({ message }) => job.app.showError(message));
  const row = (figure) => {
    const button = (kind) => h("button", { onclick: save(figure, kind) }, kind.toUpperCase());
    return h("li", {}, h("span", {}, figure.name), figure.kinds.map(button));
  };
  job.open(h("h2", {}, words.figures), h("ul", { class: "figures-list" }, found.map(row)));
}

/** A text to be copied, selected at once when it has the focus. */
function copyField(text) {
  const area = h("textarea", { readonly: true, rows: 3, "aria-label": words.text, onfocus: () => area.select() });
  area.value = text;
  return area;
}

function openDialog(dialog, content) {
  const close = h("button", { onclick: () => dialog.close() }, words.close);
  replaceChildren(dialog, ...content, close);
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog); // a closed menu hides what is in it
  dialog.showModal();
}
