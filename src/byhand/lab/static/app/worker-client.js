// The one door between the page and its mathematics: a worker that holds the C core. The page requests messages; it
// computes nothing itself.

export class RequestError extends Error {}

export class WorkerClient {
  /** @type {Worker} */
  #worker =
    globalThis.byhandWorker?.() ?? new Worker(new URL("../worker/worker.js", import.meta.url), { type: "module" });
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
  #pending = new Map();
  #nextId = 1;
  #sent = {}; // how many requests, by name
  /** @type {(frame: any) => void} */
  #listener = () => {};

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#fail(event.message || "the worker did not start");
  }

  /**
   * Listen to the frames that come unrequested, while a network is trained.
   * @param {(frame: any) => void} listener
   */
  onFrame(listener) {
    this.#listener = listener;
  }

  /**
   * Request something by its name in worker.js; the answer is a promise of a frame.
   * @param {string} name
   * @param {object} request
   * @returns {Promise<any>}
   */
  request(name, request = {}) {
    const id = this.#nextId++;
    this.#sent[name] = this.countRequests(name) + 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#countPending();
      this.#worker.postMessage({ id, name, request });
    });
  }

  /** Is no answer awaited? */
  get isIdle() {
    return this.#pending.size === 0;
  }

  /** How often it was requested: a lesson asks whether something was started. */
  countRequests(name) {
    return this.#sent[name] ?? 0;
  }

  #receive({ id, answer, error, frame }) {
    if (frame) return this.#listener(frame);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#countPending();
    return error === undefined ? pending?.resolve(answer) : pending?.reject(new RequestError(error));
  }

  /** Write on the page how many requests are open: for style sheets and tests. */
  #countPending() {
    document.documentElement.dataset.pending = String(this.#pending.size);
  }

  #fail(sentence) {
    for (const { reject } of this.#pending.values()) reject(new RequestError(sentence));
    this.#pending.clear();
    this.#countPending();
  }
}
