// The film of a training: what its first units looked for at steps 0, 1, 2, 4, 8 and so on.

const UNITS = 6;

export class Film {
  /** @type {{step: number, weights: Float32Array[]}[]} */
  #frames = [];

  get steps() {
    return this.#frames.map(({ step }) => step);
  }

  get frames() {
    return this.#frames;
  }

  /** How many steps from here until the next picture is due. */
  until(step) {
    const last = this.#frames.at(-1)?.step ?? 0;
    return Math.max(1, Math.max(1, 2 * last) - step);
  }

  /** Keep this moment if it is due. weights: asked for the first units' weights. */
  note(step, weights) {
    const last = this.#frames.at(-1)?.step;
    if (last === undefined || step >= Math.max(1, 2 * last)) this.#frames.push({ step, weights: weights(UNITS) });
  }

  /** What was kept up to that step, for a training that was the same until then. */
  upTo(step) {
    const film = new Film();
    film.#frames = this.#frames.filter((one) => one.step <= step);
    return film;
  }
}
