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
  /** @type {number} which entry of the history this is */
  #place = 0;
  isWrittenByHand = false; // is it an address that the page has not written, as one typed or a link that was pressed?
  /** @type {Map<number, string>} place → the address that it would have, had it not been left so soon after a change */
  #unwritten = new Map();

  /** @param {(before: any) => void} listener is called after every change, with the state before it */
  constructor(listener) {
    this.#listener = listener;
    history.scrollRestoration = "manual"; // a view is not as high as it was before its answers are there
    this.#arrive();
    addEventListener("popstate", () => {
      if (document.documentElement.dataset.address) this.#unwritten.set(this.#place, fragmentOf(this.state));
      this.#settle();
      this.isWrittenByHand = history.state?.place === undefined;
      this.#arrive();
    });
  }

  /** Change the state; the view, its requests and the address follow. */
  set(changes) {
    const before = this.state;
    const drawing = "picture" in changes ? { strokes: [], under: null } : {}; // unless they come with it
    this.state = { ...before, ...drawing, ...changes };
    this.#settle();
    if (PLACES.some((name) => this.state[name] !== before[name])) this.#visit(before);
    else this.#write();
    this.#listener(before);
  }

  /** Read the state from the address, or from what was changed here just before this place was left. */
  read() {
    this.state = stateFrom(this.#unwritten.get(this.#place) ?? location.hash);
    this.#unwritten.delete(this.#place);
  }

  /** Write the address: it and the state are one. */
  write() {
    this.#settle();
    const fragment = fragmentOf(this.state);
    if (fragment !== (location.hash || "#")) history.replaceState(history.state, "", fragment);
  }

  /** Keep with this entry of the history how the page looks now. */
  saveViewState() {
    history.replaceState({ ...viewState(), place: this.#place }, "");
  }

  /** Show the page as it looked when this entry of the history was left. */
  restoreViewState() {
    const { scroll = 0, folds = [] } = history.state ?? {};
    for (const [i, fold] of allFolds().entries()) if (i in folds) fold.open = folds[i];
    scrollTo({ top: scroll, behavior: "instant" });
  }

  /** Write the address when the state has rested; the page says meanwhile that it is not written yet. */
  #write() {
    document.documentElement.dataset.address = "unwritten";
    this.#timer = setTimeout(() => this.write(), WRITE_MS);
  }

  /** The address is not written any more. */
  #settle() {
    clearTimeout(this.#timer);
    delete document.documentElement.dataset.address;
  }

  /** Name this entry of the history, unless it was named when we were here before. */
  #arrive() {
    this.#place = history.state?.place ?? performance.timeOrigin + performance.now();
    history.replaceState({ ...history.state, place: this.#place }, "");
  }

  /** A place of its own in the browser's history: Back leads to where we were, as it was when we left it. */
  #visit(before) {
    history.replaceState({ ...viewState(), place: this.#place }, "", fragmentOf(before));
    history.pushState(null, "", fragmentOf(this.state));
    this.#arrive();
  }
}

/** @returns {HTMLDetailsElement[]} */
const allFolds = () =>
  [...document.querySelectorAll("main details")].filter((fold) => fold instanceof HTMLDetailsElement);

const viewState = () => ({ scroll: scrollY, folds: allFolds().map(({ open }) => open) });
