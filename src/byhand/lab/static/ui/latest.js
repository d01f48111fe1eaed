// While something is dragged, only the newest wish counts: one is on its way, and at most one waits.

/**
 * Return what sends wishes one at a time and lets go of those that a newer one has overtaken.
 * @template T
 * @param {(wish: T) => Promise<any>} send
 * @returns {(wish: T) => Promise<void>}
 */
export function latest(send) {
  let isBusy = false;
  /** @type {{wish: T} | null} */
  let waiting = null;
  return async function ask(wish) {
    waiting = { wish };
    if (isBusy) return;
    isBusy = true;
    while (waiting) {
      const now = waiting.wish;
      waiting = null;
      await send(now);
    }
    isBusy = false;
  };
}
