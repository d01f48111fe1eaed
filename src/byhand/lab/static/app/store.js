// The page's state, the address that holds it, and the browser's history: an entry for every place that one can have
// been at, with how far the page was scrolled and which folds were open.

import { fragmentOf, stateFrom } from "../shared/settings.js";

const PLACES = ["view", "model", "digit", "experiment", "lesson"]; // what Back leads back to
const WRITE_MS = 300; // the address is written when the state has rested so long

export class Store {
  /** @type {any} */
  state = stateFrom(location.hash);
  /** @type {(before: any) => void} */
  #listener;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(before: any) => void} listener is called after every change, with the state before it */
  constructor(listener) {
    this.#listener = listener;
    history.scrollRestoration = "manual"; // a view is not as high as it was before its answers are there
  }

  /** Change the state; the view, its requests and the address follow. */
  set(changes) {
    const before = this.state;
    const drawing = "picture" in changes ? { strokes: [], under: null } : {}; // unless they come with it
    this.state = { ...before, ...drawing, ...changes };
    this.settle();
    if (PLACES.some((name) => this.state[name] !== before[name])) this.#visit(before);
    else this.#write();
    this.#listener(before);
  }

  /** Read the state from the address. */
  read() {
    this.settle();
    this.state = stateFrom(location.hash);
    delete document.documentElement.dataset.address; // they are one
  }

  /** The address is not written any more. */
  settle() {
    clearTimeout(this.#timer);
  }

  /** Keep with this entry of the history how the page looks now. */
  saveViewState() {
    history.replaceState(viewState(), "");
  }

  /** Show the page as it looked when this entry of the history was left. */
  restoreViewState() {
    const { scroll = 0, folds = [] } = history.state ?? {};
    for (const [i, fold] of allFolds().entries()) if (i in folds) fold.open = folds[i];
    scrollTo({ top: scroll, behavior: "instant" });
  }

  /** Write the address when the state has rested; the page says meanwhile that it is not written yet. */
  #write() {
    const { dataset } = document.documentElement;
    dataset.address = "unwritten";
    this.#timer = setTimeout(() => {
      history.replaceState(history.state, "", fragmentOf(this.state));
      delete dataset.address;
    }, WRITE_MS);
  }

  /** A place of its own in the browser's history: Back leads to where we were, as it was when we left it. */
  #visit(before) {
    history.replaceState(viewState(), "", fragmentOf(before));
    history.pushState(null, "", fragmentOf(this.state));
    delete document.documentElement.dataset.address;
  }
}

/** @returns {HTMLDetailsElement[]} */
const allFolds = () =>
  [...document.querySelectorAll("main details")].filter((fold) => fold instanceof HTMLDetailsElement);

const viewState = () => ({ scroll: scrollY, folds: allFolds().map(({ open }) => open) });
