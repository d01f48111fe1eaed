// A file that the browser saves, made in the page.

import { h } from "./dom.js";

const KEEP_MS = 10_000; // the content stays available so long

/** @param {BlobPart} content */
export function saveFile(content, name, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_MS);
}
