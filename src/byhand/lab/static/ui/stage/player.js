// Time on the stage: plays phases one after another; without motion, the end is shown at once.

import { signalSpeed } from "./speed.js";

const PHASE_MS = 800; // an animated phase, at the usual speed
const reducesMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** {play(from, end), stop, isPlaying}; show: is called with (phase, t) as time goes on; ended: when it stops. */
export function createPlayer(show, ended = () => {}) {
  let request = 0;

  function stop() {
    if (!request) return;
    cancelAnimationFrame(request);
    request = 0;
    ended();
  }
  function play(from, end) {
    stop();
    if (reducesMotion()) return show(end, 1);
    let last = performance.now();
    let time = 0; // in phases
    const frame = (now) => {
      time += (Math.max(0, now - last) / PHASE_MS) * signalSpeed();
      last = now;
      const phase = Math.min(end, from + Math.floor(time));
      const isOver = from + time >= end + 1;
      show(phase, isOver ? 1 : time % 1);
      if (isOver) stop();
      else request = requestAnimationFrame(frame);
    };
    request = requestAnimationFrame(frame);
  }
  return {
    play,
    stop,
    get isPlaying() {
      return Boolean(request);
    },
  };
}
