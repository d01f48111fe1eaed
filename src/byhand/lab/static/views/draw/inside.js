// What happens inside: the network with the signal of the drawing, and its way through, phase by phase.

import { h, replaceChildren } from "../../ui/dom.js";
import { number } from "../../shared/numbers.js";
import { forwardPhases } from "../../ui/stage/phases.js";
import { createPlayer } from "../../ui/stage/player.js";
import { createSpeedChoice } from "../../ui/stage/speed.js";
import { sentenceOf } from "../../ui/stage/sentences.js";
import { createStage } from "../../ui/stage/stage.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.draw.inside;

/** The stage with its player. input: the picture that goes in. */
export class Inside {
  #scene = /** @type {any} */ (null);
  #looked = /** @type {any} */ (null);
  #at = Infinity; // the phase that is shown: at first the last
  #t = 1;
  #said = h("p", { class: "phase-said", "aria-live": "off" });
  #slider = h("input", { type: "range", min: 0, step: 0.05, "aria-label": words.time, oninput: () => this.#scrub() });
  #play = h("button", { class: "play", onclick: () => this.#toggle() }, words.play);
  #player = createPlayer(
    (at, t) => this.#go(at, t),
    () => this.#draw(),
  );
  #stage;
  element;

  constructor(app, input) {
    const look = (unit) => {
      this.#looked = unit;
      this.#draw();
    };
    const open = ({ layer, unit }) => app.set({ view: "network", layer, unit });
    const leads = app.has("network");
    this.#stage = createStage(input, leads ? open : look, look);
    const back = leads && h("button", { onclick: () => app.set({ view: "network" }) }, words.back);
    const parts = [this.#play, createSpeedChoice(), this.#slider, h("div", { class: "inline" }, this.#said, back)];
    const controls = h("div", { class: "stage-controls" }, parts);
    this.element = h("div", { class: "inside-body" }, this.#stage.element, controls);
  }

  show(state, { signal, prediction }, names) {
    this.#stage.element.classList.toggle("stale", signal?.request.stored !== state.picture);
    if (!signal || !prediction) return;
    this.#scene = sceneOf(signal, prediction, names);
    this.#draw();
  }

  stop() {
    this.#player.stop();
  }

  get #phases() {
    return forwardPhases(this.#scene.layers.length);
  }

  #go(at, t) {
    [this.#at, this.#t] = [at, t];
    this.#draw();
  }

  #scrub() {
    if (!this.#scene) return;
    this.stop();
    const time = this.#slider.valueAsNumber;
    const at = Math.min(this.#phases.length - 1, Math.floor(time));
    this.#go(at, Math.min(1, time - at));
  }

  #toggle() {
    if (this.#player.isPlaying) this.stop();
    else if (this.#scene) this.#player.play(0, this.#phases.length - 1);
  }

  #draw() {
    if (!this.#scene) return;
    const phases = this.#phases;
    const at = Math.min(this.#at, phases.length - 1);
    this.#stage.show(this.#scene, { phases, at, t: this.#t, chosen: this.#looked });
    const sentence = sentenceOf(phases[at], this.#scene);
    this.#drawControls(phases.length, at + this.#t, sentence);
    replaceChildren(this.#said, this.#looked ? unitSentence(this.#scene, this.#looked) : sentence);
  }

  #drawControls(length, time, sentence) {
    const { isPlaying } = this.#player;
    this.#slider.max = String(length);
    if (document.activeElement !== this.#slider || isPlaying) this.#slider.value = String(time);
    this.#slider.setAttribute("aria-valuetext", sentence);
    const text = isPlaying ? words.pause : words.play;
    if (this.#play.textContent !== text) this.#play.textContent = text;
  }
}

const sceneOf = ({ layers, lines, output, scores }, { winner }, names) => ({
  layers,
  lines,
  output,
  scores,
  winner,
  names,
  nInputs: layers[0].n_in,
  isPicture: true,
});

/** What the unit under the pointer holds, and what it adds to the answer. */
function unitSentence({ layers, lines, names }, { layer, unit }) {
  const held = words.holds
    .replace("{layer}", layer + 1)
    .replace("{unit}", unit)
    .replace("{a}", number(layers[layer].a[unit], 2));
  const line = layer === layers.length - 2 && lines[layer + 1].find(({ from }) => from === unit);
  const adds = line && words.adds.replace("{product}", number(line.product, 2)).replace("{name}", names[line.to]);
  return adds ? `${held}${adds}` : `${held}.`;
}
