// Runs the lessons of data/lessons.json: a step sets the state, says something, asks, or waits for something that a
// frame shows, and can be done for the learner. Where one is stands in the address: lesson=why.2 is the second step.

import { offeredLessons } from "../shared/lesson-views.js";
import { act, findTarget } from "./actions.js";
import { countStarts, hasStarted } from "./starts.js";
import { fillIn, isMet, pause } from "./conditions.js";
import { layDrawing, strokesOf } from "./drawing.js";
import { createRail } from "./rail.js";

const DEMO = "demo"; // plays by itself
const TICK_MS = 100; // between two looks whether the demo goes on
const TAKES_SPACE = "button, input, select, textarea, summary, a, canvas, [role=slider], [tabindex='0']";

export class LessonRunner {
  #app;
  #stateNow;
  #rail = createRail();
  /** @type {any} */
  #table = null;
  /** @type {string} */
  #shown = ""; // id and step that the rail shows
  #memory = {}; // by id and step: what was chosen, whether it is done, whether the hint was asked for
  #drawn = ""; // what the rail shows, as text
  #nGone = 0; // steps gone to: a slower one does not overtake a newer one
  #isBusy = false;
  #isPaused = false;
  #isInSight = false; // was what is spoken of scrolled to, in a view that has all its answers?

  constructor(app, stateNow) {
    this.#app = app;
    this.#stateNow = stateNow;
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  get element() {
    return this.#rail.element;
  }

  /** Begin a lesson. */
  async begin(id) {
    const { lesson } = await this.#openAndFind(`${id}.1`);
    if (!lesson) return;
    this.#memory = {}; // what was done the last time is to be done again
    await this.#go(lesson, 0);
  }

  /** What the page begins with, where its address names a lesson: all that its steps have set so far. */
  async stateFor(place) {
    const { lesson, i } = await this.#openAndFind(place);
    if (!lesson) return {};
    return this.#changesOf(Object.assign({}, ...lesson.steps.slice(0, i + 1).map(({ state }) => state ?? {})));
  }

  /** Show what belongs to the state: the lesson's rail, or none. */
  async follow() {
    const { lesson: place } = this.#stateNow();
    if (place && !this.#table) await this.#open();
    if (place !== this.#stateNow().lesson) return;
    const { lesson, step } = this.#find(place);
    this.element.hidden = !step;
    document.documentElement.toggleAttribute("data-in-lesson", Boolean(step));
    if (!step) {
      this.#shown = "";
      this.#light(null);
    } else if (this.#shown !== place) this.#enter(place, lesson, step);
    else this.#check();
  }

  /** Go so many steps on, or back; false where no lesson is open. */
  turn(by) {
    if (!this.#shown) return false;
    const { lesson, i } = this.#find(this.#shown);
    if (i + by >= 0) this.#go(lesson, i + by);
    return true;
  }

  async #open() {
    this.#table ??= offeredLessons(await this.#app.client.request("lessons"), this.#app.has);
  }

  async #openAndFind(place) {
    if (place) await this.#open();
    return this.#find(place);
  }

  /** @returns {{lesson?: any, i: number, step?: any}} */
  #find(place) {
    const [id, number] = place.split(".");
    const lesson = this.#table?.lessons.find((one) => one.id === id);
    const i = Math.min(Number(number), lesson?.steps.length ?? 0) - 1;
    return { lesson, i, step: lesson?.steps[i] };
  }

  /** What a step sets: of a drawing, the picture that the network sees of it. */
  async #changesOf({ drawing, ...changes }) {
    if (!drawing) return changes;
    const shape = this.#app.models[changes.model ?? this.#stateNow().model].imageShape;
    return { ...(await layDrawing(this.#app.client, strokesOf(this.#table.drawings[drawing]), shape)), ...changes };
  }

  #enter(place, lesson, step) {
    this.#shown = place;
    this.#isBusy = false;
    this.#isInSight = false;
    this.#memory[place] ??= { starts: countStarts(this.#app, step) };
    if (!step.choices && !step.until) this.#memory[place].isDone = true;
    this.#check();
    if (lesson.id === DEMO) this.#play(place, step);
  }

  /** Has what the step waits for happened? The sentences follow the frames. */
  #check() {
    const { step } = this.#find(this.#shown);
    const memory = this.#memory[this.#shown];
    if (step.until && !memory.isDone) memory.isDone = this.#isMet(step.until);
    this.#light(step.look);
    this.#draw();
  }

  /** Is it so, and by what was started since the step was shown? names: of that; all that the step starts. */
  #isMet(until, names) {
    const { starts } = this.#memory[this.#shown];
    return hasStarted(this.#app, starts, names) && isMet(until, this.#stateNow(), this.#app.frames);
  }

  #fill(text) {
    return fillIn(text, this.#stateNow(), this.#app.frames);
  }

  /** Light up what is spoken of. */
  #light(hook) {
    const target = hook ? findTarget(hook) : null;
    for (const other of document.querySelectorAll(".lesson-lit"))
      if (other !== target) other.classList.remove("lesson-lit");
    target?.classList.add("lesson-lit");
    if (this.#isInSight) return;
    target?.scrollIntoView({ block: "nearest" });
    this.#isInSight = document.documentElement.dataset.pending === "0";
  }

  #remember(changes) {
    Object.assign(this.#memory[this.#shown], changes);
    this.#draw();
  }

  /** Draw the rail, if it is another one than before: a frame may come sixty times a second. */
  #draw() {
    const { lesson, i, step } = this.#find(this.#shown);
    const memory = this.#memory[this.#shown];
    const [n, isAuto] = [lesson.steps.length, lesson.id === DEMO];
    const shown = {
      title: lesson.title,
      step,
      i,
      n,
      ...memory,
      isBusy: this.#isBusy,
      isAuto,
      isPaused: this.#isPaused,
    };
    const text = this.#fill(JSON.stringify(shown));
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.#rail.draw({ ...shown, ...this.#waysOf(lesson, i) });
  }

  /** What the rail's buttons do. */
  #waysOf(lesson, i) {
    return {
      fill: (text) => this.#fill(text),
      askHint: () => this.#remember({ isHinted: true }),
      choose: (chosen) => this.#remember({ chosen, isDone: true }),
      doIt: () => this.#doIt(),
      back: () => this.#go(lesson, i - 1),
      next: () => this.#go(lesson, i + 1),
      close: () => this.#app.set({ lesson: "" }),
      togglePause: () => this.#togglePause(),
    };
  }

  /** Go to a step; behind the last one, to the next lesson or to the room of the lessons. */
  async #go(lesson, i) {
    const order = ++this.#nGone;
    const step = lesson.steps[i];
    if (step) {
      const changes = await this.#changesOf(step.state ?? {});
      if (order === this.#nGone) this.#app.set({ ...changes, lesson: `${lesson.id}.${i + 1}` });
      return;
    }
    const { next } = lesson.steps[lesson.steps.length - 1];
    const other = this.#table.lessons.find(({ id }) => id === next);
    if (other) await this.#go(other, 0);
    else this.#app.set({ view: "lessons", lesson: "" });
  }

  /** Answer the question, or do what the step waits for. */
  async #doIt() {
    const place = this.#shown;
    const { step } = this.#find(place);
    if (step.choices) this.#memory[place].chosen = step.answer;
    this.#isBusy = true;
    this.#draw();
    await this.#act(place, step.do ?? []);
    if (this.#shown !== place) return;
    this.#isBusy = false;
    if (step.choices) this.#memory[place].isDone = true;
    this.#check();
  }

  async #act(place, actions) {
    const isOver = () => this.#shown !== place;
    const isTrue = (until, started) => this.#isMet(until, started);
    const job = { actions, drawings: this.#table.drawings, stateNow: this.#stateNow, isOver, isTrue };
    try {
      await act(this.#app, job);
    } catch (error) {
      this.#app.showError(error.message);
    }
  }

  /** A step of the demo: do it, let it be looked at, go on. */
  async #play(place, step) {
    const isOver = () => this.#shown !== place;
    await this.#act(place, step.do ?? []);
    for (let left = (step.seconds * 1000) / TICK_MS; left > 0 && !isOver(); left--) {
      await pause(TICK_MS);
      while (this.#isPaused && !isOver()) await pause(TICK_MS);
    }
    const { lesson, i } = this.#find(place);
    if (!isOver() && i < lesson.steps.length - 1) await this.#go(lesson, i + 1);
  }

  #togglePause() {
    this.#isPaused = !this.#isPaused;
    this.#draw();
  }

  /** Space pauses the demo, wherever no control has the focus that takes it. */
  #onKey(event) {
    if (event.key !== " " || !this.#shown.startsWith(`${DEMO}.`)) return;
    if (event.target.closest?.(TAKES_SPACE)) return;
    event.preventDefault();
    this.#togglePause();
  }
}
