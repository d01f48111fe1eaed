// Which rooms an exported page shall have: a box for each, and what it opens with.

import { defaultViews, pageOf } from "../export/page-file.js";
import { h } from "./dom.js";
import { saveFile } from "./save-file.js";
import { TEXT } from "./strings.js";

const words = TEXT.share;
const MEGABYTE = 1e6;

/** What the dialog holds; model: gives the model's bytes, now: the view on the screen, with which the page opens. */
export async function pageChoice({ app, model, now }) {
  const checked = [...(await defaultViews()), now];
  const boxes = Object.entries(TEXT.views).map(([name, text]) => box(name, text, checked.includes(name)));
  const status = h("p", { role: "status" });
  const save = h("button", { class: "main", "data-share": "save-page" }, words.save);
  const readNames = () => {
    const names = boxes.map(({ firstElementChild: input }) => input.checked && input.value).filter(Boolean);
    return [...names.filter((name) => name === now), ...names.filter((name) => name !== now)];
  };
  const tell = () => {
    const [first] = readNames();
    save.disabled = !first;
    status.textContent = first ? words.opensWith.replace("{view}", TEXT.views[first]) : words.noRoom;
  };
  save.addEventListener("click", () =>
    savePage(model, readNames(), status).catch(({ message }) => app.showError(message)),
  );
  const group = h("fieldset", { class: "page-rooms", onchange: tell }, h("legend", {}, words.rooms), boxes);
  tell();
  return [h("h2", {}, words.onePage), group, status, save];
}

const box = (value, text, checked) => h("label", {}, h("input", { type: "checkbox", value, checked }), text);

async function savePage(model, views, status) {
  const page = await pageOf(await model(), views);
  const name = `byhand-${views[0]}.html`;
  saveFile(page, name, "text/html");
  status.textContent = words.saved
    .replace("{name}", name)
    .replace("{size}", (new Blob([page]).size / MEGABYTE).toFixed(1));
}
