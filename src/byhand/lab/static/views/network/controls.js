// Forwards, backwards, pause, step: what plays on the stage.

import { h } from "../../ui/dom.js";
import { isBack } from "../../ui/stage/phases.js";
import { createPlayer } from "../../ui/stage/player.js";
import { createSpeedChoice } from "../../ui/stage/speed.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.network;

/** Buttons and the player of a view: {phases(), at(), draw(t)}. */
export class Controls {
  #app;
  #view = /** @type {any} */ (null);
  #player = createPlayer(
    (phase, t) => this.#show(phase, t),
    () => (this.#pause.disabled = true),
  );
  #forward = button(words.forward, () => this.#play((phase) => !isBack(phase)), "main");
  #backward = button(words.backward, () => this.#play(isBack));
  #pause = button(words.pause, () => this.stop());
  #step = button(words.step, () => this.#go(Math.min(this.#view.at() + 1, this.#view.phases().length - 1)));
  #reset = button(words.reset, () => this.#go(0));
  element = h(
    "div",
    { class: "buttons" },
    [this.#forward, this.#backward, this.#pause, this.#step, this.#reset],
    createSpeedChoice(),
  );

  constructor(app) {
    this.#app = app;
    this.#pause.disabled = true;
  }

  get isPlaying() {
    return this.#player.isPlaying;
  }

  listen(view) {
    this.#view = view;
  }

  show(isThere, isKnown) {
    for (const one of [this.#forward, this.#step, this.#reset]) one.disabled = !isThere;
    this.#backward.disabled = !isKnown;
  }

  stop() {
    this.#player.stop();
  }

  #go(phase) {
    this.stop();
    this.#app.set({ phase });
  }

  #show(phase, t) {
    if (this.#view.at() !== phase) this.#app.set({ phase });
    this.#view.draw(t);
  }

  #play(belongs) {
    const phases = this.#view.phases();
    const [from, end] = [phases.findIndex(belongs), phases.findLastIndex(belongs)];
    if (from < 0) return;
    this.#player.play(from, end);
    this.#pause.disabled = !this.isPlaying;
  }
}

const button = (text, onclick, kind = "") => h("button", { class: kind || null, onclick }, text);
