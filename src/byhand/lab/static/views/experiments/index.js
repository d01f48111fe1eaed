// View 7: every warning as runs side by side, a dot a seed, all on one scale; and what would hide it.

import { field, h, replaceChildren, select, term } from "../../ui/dom.js";
import { number, percent } from "../../shared/numbers.js";
import { SETTINGS } from "../../shared/settings.js";
import { TEXT } from "../../ui/strings.js";

const words = TEXT.experiments;
const SIGNS = { good: "✓", bad: "✗", plain: "·" };
const heightOf = (i) => 8 + 5 * (i % 5); // of a seed's dot, so that equal results can be told apart

export function experimentsView(app, first) {
  const [list, about, form, drawing, beside, told, hides] = ["ol", "div", "div", "div", "div", "div", "div"].map(
    (tag) => h(tag),
  );
  form.className = "buttons";
  drawing.className = "trials";
  beside.className = "aside";
  const report = h("p", { class: "readout", role: "status" });
  const start = h("button", { type: "button", class: "main", onclick: toggle }, words.run);
  const details = h("details", {}, h("summary", {}, words.hides), hides);
  const element = h(
    "section",
    {},
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    h(
      "div",
      { class: "experiments" },
      h("nav", { class: "card", "aria-label": words.all }, list),
      h("div", { class: "card" }, about, form, report, drawing, told, beside, details),
    ),
  );
  let state = first;
  let table = null;
  let drawn = "";

  const chosen = () => table.experiments.find(({ id }) => id === state.experiment) ?? table.experiments[0];
  const needsDigits = ({ kind }) => !["starts", "clouds"].includes(kind);
  /** The frame, if it is of what is chosen. */
  function shown() {
    const frame = app.frames.experiment;
    const one = chosen();
    const isOf =
      frame &&
      frame.experiment === one.id &&
      frame.seeds.length === state.seeds &&
      (!needsDigits(one) || frame.data === state.data);
    return isOf ? frame : null;
  }

  /** Does what it says not hold on the small digits, as measured? */
  const isNotFor = (one) => Boolean(one.mnist_only) && state.data !== "mnist";

  async function toggle() {
    if (app.frames.experiment?.running) return ask("stopExperiment");
    const one = chosen();
    if (isNotFor(one)) return null;
    if (needsDigits(one) && !(await app.openData(state.data))) return null;
    return ask("runExperiment", { name: one.id, seeds: state.seeds });
  }
  async function ask(name, request = {}) {
    try {
      app.frames.experiment = await app.client.request(name, request);
    } catch (error) {
      app.showError(error.message);
    }
    return app.refresh();
  }
  /** Another choice ends what is running: its result would be of something else. */
  async function choose(changes) {
    if (app.frames.experiment?.running) await ask("stopExperiment");
    app.set(changes);
  }

  const wants = () => ({ experiments: { name: "experiments", request: {} } });

  function show(now, frames) {
    state = now;
    if (!frames.experiments) return;
    table = frames.experiments;
    const key = `${state.experiment} ${state.seeds} ${state.data}`;
    if (key !== drawn) {
      drawn = key;
      drawAbout(chosen());
    }
    drawResult(chosen(), shown());
  }

  function drawAbout(one) {
    replaceChildren(
      list,
      table.experiments.map(({ id, number: nth, title, surprising }) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              "aria-current": id === one.id ? "true" : null,
              onclick: () => choose({ experiment: id }),
            },
            h("span", { class: "nth" }, nth),
            h("span", {}, title),
            surprising && h("span", { title: words.star, role: "img", "aria-label": words.star }, "★"),
          ),
        ),
      ),
    );
    queueMicrotask(() => {
      const now = list.querySelector("[aria-current]");
      if (now) list.scrollTop = now.offsetTop - list.offsetTop - list.clientHeight / 2 + now.clientHeight / 2;
    }); // a phone shows a part of it
    replaceChildren(
      about,
      h("h3", {}, `${one.number}  ${one.title}`, one.surprising && h("span", { class: "badge" }, `★ ${words.star}`)),
      h("p", { class: "question" }, one.question),
    );
    const seeds = h("input", {
      type: "number",
      min: SETTINGS.seeds.least,
      max: SETTINGS.seeds.most,
      value: state.seeds,
      onchange: (event) => {
        const value = SETTINGS.seeds.read(event.target.value);
        event.target.setAttribute("aria-invalid", String(value === null));
        return value === null
          ? app.showError(
              `seeds cannot be "${event.target.value}"; it is a whole number from ${SETTINGS.seeds.least} to ${SETTINGS.seeds.most}`,
            )
          : choose({ seeds: value });
      },
    });
    replaceChildren(
      form,
      start,
      field(term("seed", words.seeds), seeds),
      needsDigits(one) &&
        field(
          "Data",
          select(["digits", "mnist"], state.data, (data) => choose({ data }), words.names),
        ),
    );
    replaceChildren(
      hides,
      h(
        "ul",
        {},
        one.hides.map((hidden) => h("li", {}, hidden)),
      ),
      h("p", { class: "hint" }, words.commandLine, h("code", {}, one.id)),
    );
  }

  function drawResult(one, frame) {
    const isRunning = Boolean(frame?.running);
    start.disabled = isNotFor(one) && !isRunning;
    start.textContent = isRunning ? words.stop : frame ? words.again : words.run;
    replaceChildren(
      report,
      frame?.failed ??
        (isNotFor(one)
          ? words.mnistOnly
          : !frame
            ? words.waiting
            : isRunning
              ? `Seed ${Math.min(frame.done + 1, frame.seeds.length)} of ${frame.seeds.length} …`
              : frame.as_expected
                ? `Seeds 1 to ${frame.seeds.length}.`
                : words.stopped),
    );
    const runs = frame?.runs ?? one.runs.map(({ name, verdict }) => ({ name, verdict, measures: {} }));
    replaceChildren(drawing, ...rowsOf(one, runs, frame?.marks ?? []));
    replaceChildren(told, ...reading(one, frame));
    replaceChildren(beside, ...asideOf(one, frame));
  }

  // The dots

  function rowsOf(one, runs, marks) {
    const all = runs.flatMap(({ measures }) => one.scale.flatMap((name) => measures[name]?.values ?? []));
    const low = Math.min(one.axis[0], ...all);
    const high = Math.max(one.axis[1], ...all);
    const place = (value) => `${(100 * (value - low)) / (high - low)}%`;
    const several = one.scale.length > 1;
    const title = (name) => table.measures[name].title;
    const digits = high - low < 0.2 ? 1 : 0;
    const ends = h(
      "div",
      { class: "ends" },
      h("span", {}, several ? "" : title(one.scale[0])),
      h("div", { class: "from-to" }, h("span", {}, percent(low, digits)), h("span", {}, percent(high, digits))),
      h("span", { class: "mean" }, words.mean),
    );
    const sign = (verdict) =>
      h(
        "span",
        { class: `verdict-sign ${verdict === "bad" ? "bad" : ""}`, role: "img", "aria-label": words[verdict] },
        SIGNS[verdict],
      );
    const row = ({ name, verdict, measures }, measure, label) => {
      const { values = [], mean = null } = measures[measure] ?? {};
      return h(
        "div",
        { class: "trial" },
        h("span", {}, several ? null : sign(verdict), label),
        strip(`${name}, ${title(measure)}`, verdict, values, mean, marks, place),
        h("span", { class: "mean" }, mean === null ? "–" : percent(mean, 1)),
      );
    };
    const rows = runs.flatMap((run) =>
      several
        ? [
            h("div", { class: "trial" }, h("b", {}, sign(run.verdict), run.name)),
            ...one.scale.map((measure) => row(run, measure, title(measure))),
          ]
        : [row(run, one.scale[0], run.name)],
    );
    const limits = marks.length
      ? h(
          "p",
          { class: "hint" },
          "Dashed: ",
          marks.map(({ name, value }) => `${name}, ${percent(value, 2)}`).join("; "),
          ".",
        )
      : null;
    return [ends, ...rows, limits].filter(Boolean);
  }

  /**
   * One run's seeds, one below the other: filled circles do well, crosses go wrong, grey ones compare; a line at the
   * mean.
   */
  function strip(label, verdict, values, mean, marks, place) {
    const said = values.length
      ? `${label}: ${values.map((value) => percent(value, 1)).join(", ")}; mean ${percent(mean, 1)}`
      : `${label}: nothing yet`;
    const dot = (value, i) =>
      verdict === "bad"
        ? h("svg", { x: place(value), y: heightOf(i) }, h("path", { class: "dot bad", d: "M-4-4L4 4M-4 4L4-4" }))
        : h("circle", { class: `dot ${verdict}`, cx: place(value), cy: heightOf(i), r: 4.5 });
    const upright = (kind, value, [from, to]) =>
      h("line", { class: kind, x1: place(value), x2: place(value), y1: from, y2: to });
    return h(
      "span",
      { class: "strip" },
      h(
        "svg",
        { role: "img", "aria-label": said },
        h("line", { class: "rail", x1: 0, x2: "100%", y1: "50%", y2: "50%" }),
        marks.map(({ value }) => upright("limit", value, [0, "100%"])),
        values.map(dot),
        mean === null ? null : upright("middle", mean, [1, 35]),
      ),
    );
  }

  // The result in words and numbers

  function reading(one, frame) {
    if (!frame?.as_expected)
      return [h("p", { class: "reading" }, frame || !one ? null : ""), ...note(one, frame)].filter(
        (part) => part.textContent,
      );
    const isAsExpected = frame.as_expected === "yes";
    return [
      h("p", { class: "reading" }, one.reading),
      h(
        "p",
        { class: isAsExpected ? "" : "bad" },
        h("strong", {}, `${isAsExpected ? "✓" : "✗"} ${isAsExpected ? words.yes : words.no}`),
      ),
      h(
        "ul",
        { class: "findings" },
        frame.findings.map((finding) => h("li", {}, `${finding.holds ? "✓" : "✗"} ${found(one, finding)}`)),
      ),
      ...note(one, frame),
    ];
  }

  function found(one, { of, over, by, within, least, most, measure = one.scale[0], found: value }) {
    const as = table.measures[measure].as;
    const apart = (difference) =>
      as === "percent" ? `${number(100 * difference, 1)} points` : shownAs(as, difference);
    const what = measure === one.scale[0] ? "" : `, ${table.measures[measure].title}`;
    if (over !== undefined)
      return `${of} over ${over}${what}: ${apart(value)}, expected ${by !== undefined ? `at least ${apart(by)}` : `at most ${apart(within)}`}`;
    return `${of}${what}: ${shownAs(as, value)}, expected ${least !== undefined ? `at least ${shownAs(as, least)}` : `at most ${shownAs(as, most)}`}`;
  }

  /** Which digits were used, and what is missing. */
  function note(one, frame) {
    const lines = [];
    if (needsDigits(one) && frame) {
      const told = (n) => n.toLocaleString("en");
      const page = one.page ?? {};
      const all = frame.n_train;
      const train = Math.min(one.settings?.train ?? all, page.train ?? all, all);
      lines.push(
        `${frame.data === "mnist" ? "On MNIST" : "On the small digits that come along"}: trained on ${train < all ? `${told(train)} of ` : ""}${told(all)}${frame.times > 1 ? `, ${frame.times} times as often for about as many steps` : ""}, tested on ${told(Math.min(page.test ?? frame.n_test, frame.n_test))}.`,
      );
    }
    if (needsDigits(one) && (frame?.data ?? state.data) !== "mnist" && !isNotFor(one)) lines.push(words.small);
    return lines.map((line) => h("p", { class: "hint" }, line));
  }

  function asideOf(one, frame) {
    if (!one.aside || !frame) return [];
    const cell = ({ measures }, name) => {
      const { values = [], mean = null } = measures[name] ?? {};
      const as = table.measures[name].as;
      return h("td", { class: "number" }, mean === null ? "–" : as === "class" ? values.join(" ") : shownAs(as, mean));
    };
    return [
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": words.beside },
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("td", {}),
              one.aside.map((name) => h("th", { scope: "col", class: "number" }, table.measures[name].title)),
            ),
          ),
          h(
            "tbody",
            {},
            frame.runs.map((run) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, run.name),
                one.aside.map((name) => cell(run, name)),
              ),
            ),
          ),
        ),
      ),
    ];
  }

  return { element, wants, show };
}

/** A number as its measure is read. */
function shownAs(as, value) {
  if (as === "percent") return percent(value, 1);
  if (as === "seconds") return `${number(value, 2)} s`;
  if (as === "small") return number(value, 2);
  return Number.isInteger(value) || Math.abs(value) >= 10 ? Math.round(value).toLocaleString("en") : number(value, 3);
}
