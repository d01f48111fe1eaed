// The page's state, and the address that holds it.

import { fragmentOf, stateFrom } from "../shared/settings.js";

const PLACES = ["view", "model", "digit", "lesson"]; // what Back leads back to
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
  }

  /** Change the state; the view, its requests and the address follow. */
  set(changes) {
    const before = this.state;
    this.state = { ...before, ...changes };
    this.settle();
    if (PLACES.some((name) => this.state[name] !== before[name])) this.#visit(before);
    else this.#write();
    this.#listener(before);
  }

  /** Read the state from the address. */
  read() {
    this.settle();
    this.state = stateFrom(location.hash);
  }

  /** The address is not written any more. */
  settle() {
    clearTimeout(this.#timer);
  }

  /** Write the address when the state has rested; the page says meanwhile that it is not written yet. */
  #write() {
    const { dataset } = document.documentElement;
    dataset.address = "unwritten";
    this.#timer = setTimeout(() => {
      history.replaceState(null, "", fragmentOf(this.state));
      delete dataset.address;
    }, WRITE_MS);
  }

  /** A place of its own in the browser's history: Back leads to where we were, as it was when we left it. */
  #visit(before) {
    history.replaceState(null, "", fragmentOf(before));
    history.pushState(null, "", fragmentOf(this.state));
    delete document.documentElement.dataset.address;
  }
}
