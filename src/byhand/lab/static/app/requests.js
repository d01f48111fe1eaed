// What a view wants is requested once; while one answer is on its way only the newest next request is kept.
//
// A wish is {name, request, stamp, after}: the request's name and values, what else makes it another one, and how many
// milliseconds it may wait; undefined: not now; null: cancelled, with what was there.

export class Requests {
  #client;
  #frames;
  #listener;
  #latest = {}; // the newest wish, by key
  #inFlight = {};
  #queued = {};

  /** listener: {showError(sentence), refresh()}; frames: where the answers are put. */
  constructor(client, frames, listener) {
    this.#client = client;
    this.#frames = frames;
    this.#listener = listener;
  }

  /** Request everything again when it is next wanted. */
  forget() {
    for (const key of Object.keys(this.#latest)) delete this.#latest[key];
  }

  /** Is everything answered that was wished for? */
  get isIdle() {
    return !Object.values(this.#inFlight).some(Boolean);
  }

  requestAll(wishes) {
    for (const [key, wish] of Object.entries(wishes)) {
      if (wish === null) this.#cancel(key);
      if (!wish || isSame(this.#latest[key], wish)) continue; // undefined: not now
      this.#latest[key] = wish;
      if (this.#inFlight[key]) this.#queued[key] = wish;
      else this.#send(key, wish);
    }
  }

  #cancel(key) {
    for (const table of [this.#latest, this.#queued, this.#frames]) delete table[key];
  }

  async #send(key, wish) {
    this.#inFlight[key] = true;
    if (wish.after) await new Promise((resolve) => setTimeout(resolve, wish.after));
    await this.#receive(key, wish);
    this.#inFlight[key] = false;
    const queued = this.#queued[key];
    delete this.#queued[key];
    if (queued) this.#send(key, queued);
    this.#listener.refresh();
  }

  async #receive(key, wish) {
    const isLatest = () => isSame(this.#latest[key], wish);
    if (!isLatest()) return;
    try {
      const frame = await this.#client.request(wish.name, wish.request);
      if (isLatest()) this.#frames[key] = { ...frame, request: wish.request };
    } catch (error) {
      this.#listener.showError(error.message);
      if (isLatest()) delete this.#frames[key]; // what was there answers something else
    }
  }
}

function isSame(one, other) {
  return (
    one &&
    one.name === other.name &&
    one.stamp === other.stamp &&
    Object.keys(other.request).every((name) => one.request[name] === other.request[name])
  );
}
