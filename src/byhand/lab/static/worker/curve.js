// A curve of a run of any length: at most so many points, evenly spaced from the first one on, and always the newest.

export class Curve {
  #points = [];
  #stride = 1;
  #pushed = 0;
  #newest = null;
  #most;

  constructor(most) {
    this.#most = most;
  }

  /** Add a point; when there are too many, every second one is let go, and of those to come as many. */
  push(point) {
    if (this.#pushed++ % this.#stride === 0) this.#points.push(point);
    this.#newest = point;
    if (this.#points.length <= this.#most) return;
    this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** The first of them, as a curve that goes on from there. */
  upTo(isWithin) {
    const copy = new Curve(this.#most);
    const points = this.#points.filter(isWithin);
    [copy.#points, copy.#stride, copy.#pushed, copy.#newest] = [
      points,
      this.#stride,
      points.length * this.#stride,
      points.at(-1) ?? null,
    ];
    return copy;
  }

  /** The same again, to go on from there without changing this one. */
  copy() {
    const copy = new Curve(this.#most);
    [copy.#points, copy.#stride, copy.#pushed, copy.#newest] = [
      this.#points.slice(),
      this.#stride,
      this.#pushed,
      this.#newest,
    ];
    return copy;
  }

  get newest() {
    return this.#newest;
  }

  get points() {
    return this.#newest === (this.#points.at(-1) ?? null) ? this.#points : [...this.#points, this.#newest];
  }
}
