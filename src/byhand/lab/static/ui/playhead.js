// A chart in which one travels in time: press, drag or arrow keys lead to another moment; a line marks where we are.

import { h } from "./dom.js";
import { latest } from "./latest.js";

const PAGE = 0.1; // of the whole, for PageUp and PageDown

/**
 * Let a chart be travelled. now: where we are when it is asked, {at, from, to, text}; go: leads to a moment;
 * unit: how many moments a step of the x axis has.
 * @param {HTMLElement} host
 * @param {() => any} plotNow the plot that is there
 * @param {{label: string, now: () => any, go: (at: number) => Promise<any>, unit?: () => number}} options
 */
export function makePlayhead(host, plotNow, { label, now, go, unit = () => 1 }) {
  const line = h("span", { class: "playhead" });
  const ask = latest(go);
  Object.entries({ role: "slider", tabindex: 0, "aria-label": label }).forEach(([name, value]) =>
    host.setAttribute(name, String(value)),
  );
  host.classList.add("travelled");
  const clamp = (at) => Math.min(Math.max(Math.round(at), now().from), now().to);
  const to = (at) => ask(clamp(at));
  listen(host, {
    press: (x) => {
      const plot = plotNow();
      to(plot.posToVal(x - plot.over.getBoundingClientRect().left, "x") * unit());
    },
    key: (key) => {
      const { at, from, to: last } = now();
      const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: from, End: last };
      const page = Math.max(1, PAGE * (last - from));
      const target = { ...steps, ArrowDown: at - 1, ArrowUp: at + 1, PageDown: at - page, PageUp: at + page }[key];
      if (target !== undefined) to(target);
      return target !== undefined;
    },
  });
  /** Mark where we are. */
  return function mark() {
    const { at, from, to: last, text } = now();
    const plot = plotNow();
    if (line.parentNode !== plot.over) plot.over.append(line);
    const place = plot.valToPos(at / unit(), "x");
    line.hidden = !Number.isFinite(place) || last <= 0;
    line.style.left = `${Math.min(Math.max(place, 0), plot.over.clientWidth)}px`;
    const values = { valuemin: from, valuemax: last, valuenow: at, valuetext: text };
    Object.entries(values).forEach(([name, value]) => host.setAttribute(`aria-${name}`, String(value)));
  };
}

function listen(host, { press, key }) {
  let isDown = false;
  host.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".u-over")) return;
    isDown = true;
    host.setPointerCapture(event.pointerId);
    press(event.clientX);
  });
  host.addEventListener("pointermove", (event) => isDown && press(event.clientX));
  for (const name of ["pointerup", "pointercancel"]) host.addEventListener(name, () => (isDown = false));
  host.addEventListener("keydown", (event) => key(event.key) && event.preventDefault());
}
