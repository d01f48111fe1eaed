// An experiment in the page: seed after seed, run after run, a frame after each. The table, experiments.json, is
// byhand/experiments' own; what that package does with it, the files here do with the core.

import { ablationTrials } from "./ablation.js";
import { gaussianMarks, gaussianTrial } from "./gaussian-pair.js";
import { mnistTrial } from "./mnist.js";
import { outOfDistributionTrials } from "./ood.js";
import { restartsTrial } from "./restarts.js";
import { translationTrial } from "./translation.js";

const SCHEMA = 1;
const WORK_MS = 60; // how long the core works before the page is heard
const SMALL_TIMES = 40; // epochs on the bundled digits for one on MNIST: about as many steps

/** A runner whose runs do not depend on one another: each is trained by itself. */
const eachRun = (trial) => async (context, runs, seed, report) => {
  for (const { name, settings } of runs) report(name, await trial(context, settings, seed));
};

/** Kind of experiment → what is done with a seed: runner(context, runs, seed, report). */
const RUNNERS = {
  digits: eachRun(mnistTrial),
  starts: eachRun(restartsTrial),
  clouds: eachRun(gaussianTrial),
  moved: eachRun(translationTrial),
  nonsense: outOfDistributionTrials,
  removed: ablationTrials,
};

class StoppedError extends Error {}

export class ExperimentRunner {
  #experiment;
  #runs;
  #seeds;
  #publish;
  #values = [];
  #done = 0;
  #stopped = false;
  #running = false;
  #marks = [];
  #rested = 0;

  /** table: experiments.json; data: of datasets.js, or null where the experiment draws its own points. */
  constructor(core, data, table, name, nSeeds, publish) {
    const experiment = table.experiments.find(({ id }) => id === name);
    if (!experiment) throw new Error(`there is no experiment ${name}`);
    const common = { ...table.settings[experiment.kind], ...experiment.settings };
    this.#runs = experiment.runs.map((run) => ({
      ...run,
      settings: this.#adapt({ ...common, ...run.changes }, data, experiment.page ?? {}),
    }));
    this.core = core; // for the trials
    this.data = data;
    this.measures = [...experiment.scale, ...(experiment.aside ?? [])];
    this.#experiment = experiment;
    this.#publish = publish;
    this.#seeds = Array.from({ length: nSeeds }, (_, i) => i + 1);
  }

  /** What a run does here: no more examples than the page takes, and on the small digits more epochs. */
  #adapt(settings, data, page) {
    const times = data && data.name !== "mnist" && !settings.train ? SMALL_TIMES : 1;
    return { ...settings, epochs: settings.epochs * times, times, most: page };
  }

  /** Begin; frames come until all seeds are done or it is stopped. */
  start() {
    this.#running = true;
    this.#runAll()
      .catch((error) => {
        if (!(error instanceof StoppedError)) this.failed = error.message;
      })
      .finally(() => {
        this.#running = false;
        this.#publish(this.frame());
      });
    return this.frame();
  }

  stop() {
    this.#stopped = true;
    return this.frame();
  }

  async #runAll() {
    if (this.#experiment.kind === "clouds") this.#marks = gaussianMarks(this.core);
    for (const seed of this.#seeds) {
      const values = {};
      this.#values.push(values);
      await RUNNERS[this.#experiment.kind](this, this.#runs, seed, (name, measures) => {
        values[name] = measures;
        this.#publish(this.frame());
      });
      this.#done++;
      this.#publish(this.frame());
    }
  }

  /** Let the page be heard now and then. */
  async rest() {
    if (performance.now() - this.#rested > WORK_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#rested = performance.now();
    }
    if (this.#stopped) throw new StoppedError();
  }

  frame() {
    const runs = this.#runs.map(({ name, verdict }) => ({
      name,
      verdict,
      measures: Object.fromEntries(this.measures.map((measure) => [measure, this.#measureOf(name, measure)])),
    }));
    const isOver = this.#done === this.#seeds.length;
    const findings = isOver ? this.#findings() : [];
    return {
      schema: SCHEMA,
      kind: "experiment",
      experiment: this.#experiment.id,
      data: this.data?.name ?? "drawn by the seed",
      seeds: this.#seeds,
      runs,
      marks: this.#marks,
      findings,
      as_expected: isOver ? (findings.every(({ holds }) => holds) ? "yes" : "no") : null,
      running: this.#running,
      done: this.#done,
      failed: this.failed ?? null,
      times: Math.max(...this.#runs.map(({ settings }) => settings.times)),
      n_train: this.data?.train.labels.length ?? 0,
      n_test: this.data?.test.labels.length ?? 0,
    };
  }

  #measureOf(name, measure) {
    const values = this.#values.map((of) => of[name]?.[measure]).filter((value) => value !== undefined);
    return { values, mean: values.length ? this.mean(values) : null };
  }

  mean(numbers) {
    const { above, below } = this.core.signedSums(Float64Array.from(numbers));
    return (above + below) / numbers.length;
  }

  /** Every expectation on runs that were done here, held against the means. */
  #findings() {
    const there = new Set(this.#runs.map(({ name }) => name));
    return this.#experiment.expects
      .filter(({ of, over }) => there.has(of) && (over === undefined || there.has(over)))
      .map((one) => {
        /** @type {(name: string) => any} */
        const mean = (name) => this.#measureOf(name, one.measure ?? this.#experiment.scale[0]).mean;
        const found = mean(one.of) - (one.over === undefined ? 0 : mean(one.over));
        const holds =
          one.by !== undefined
            ? found >= one.by
            : one.within !== undefined
              ? Math.abs(found) <= one.within
              : found >= (one.least ?? -Infinity) && found <= (one.most ?? Infinity);
        return { ...one, found, holds };
      });
  }
}
