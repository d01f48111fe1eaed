// The one door between the page and its mathematics: a worker that holds the C core. The page asks and gets frames;
// it computes nothing itself.

export class EngineError extends Error {}

export class Engine {
  #worker =
    globalThis.byhandWorker?.() ?? new Worker(new URL("../worker/worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #next = 1;
  #listener = () => {};

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#fail(event.message || "the worker did not start");
  }

  /** Hear the frames that come unasked, while training. */
  onFrame(listener) {
    this.#listener = listener;
  }

  /** Ask for something by its name in worker.js; the answer is a promise of a frame. */
  ask(name, request = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#tell();
      this.#worker.postMessage({ id, name, request });
    });
  }

  #receive({ id, answer, error, frame }) {
    if (frame) return this.#listener(frame);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#tell();
    return error === undefined ? resolve(answer) : reject(new EngineError(error));
  }

  /** Say on the page how many questions are open: for style sheets, and for who tests it. */
  #tell() {
    document.documentElement.dataset.asking = this.#waiting.size;
  }

  #fail(sentence) {
    for (const { reject } of this.#waiting.values()) reject(new EngineError(sentence));
    this.#waiting.clear();
  }
}
