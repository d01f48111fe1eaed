// View 6: the test set through the network: what is taken for what, and the mistakes, the surest first.

import { h, replaceChildren, term } from "../../ui/dom.js";
import { percent, scoreText } from "../../shared/numbers.js";
import { paintInk, picture } from "../../ui/palette.js";
import { TEXT } from "../../ui/strings.js";
import { unreadable } from "../../ui/unsupported-model.js";

const words = TEXT.mistakes;
const SHOWN = 60; // at first, and with each click on more

export function mistakesView(app, first) {
  const [verdict, matrix, list] = ["p", "div", "div"].map((tag) => h(tag));
  verdict.className = "verdict";
  verdict.setAttribute("role", "status");
  list.className = "thumbnails large";
  const heading = h("h3", {}, words.all);
  const more = h("button", {
    type: "button",
    onclick: () => {
      nShown += SHOWN;
      show(state, frames);
    },
  });
  const refusal = h("div");
  const columns = h(
    "div",
    { class: "columns" },
    h("div", { class: "card wide" }, matrix),
    h("div", { class: "card wide" }, heading, list, more),
  );
  const element = h(
    "section",
    {},
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    verdict,
    refusal,
    columns,
  );
  let nShown = SHOWN;
  let chosen = null;
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};
  let trained = null;

  function wants({ model }, { training }) {
    const shape = app.models[model]?.imageShape;
    trained = model === "trained" ? training?.step : null;
    if (!app.data || !shape || app.data.imageShape[0] !== shape[0]) return { mistakes: null };
    return { mistakes: { name: "confusions", request: { model }, stamp: `${app.data.name} ${trained}` } };
  }

  function show(now, given) {
    [state, frames] = [now, given];
    const { mistakes } = frames;
    const names = app.models[state.model]?.classNames;
    if (!mistakes || mistakes.request.model !== state.model) {
      const other = unreadable(app, state);
      const shape = app.models[state.model]?.imageShape;
      columns.hidden = true;
      replaceChildren(refusal, other);
      return replaceChildren(
        verdict,
        other ? null : h("small", {}, shape && app.data?.imageShape[0] === shape[0] ? words.testing : words.other),
      );
    }
    replaceChildren(refusal);
    columns.hidden = false;
    const { n, wrong, counts } = mistakes;
    replaceChildren(
      verdict,
      `${(n - wrong.length).toLocaleString("en")} of ${n.toLocaleString("en")} right: ${percent((n - wrong.length) / n, 2)}`,
    );
    replaceChildren(
      matrix,
      table(mistakes, names, chosen, (cell) => {
        [chosen, nShown] = [cell, SHOWN];
        show(state, frames);
      }),
    );
    const shown = wrong.filter(({ label, answer }) => !chosen || (label === chosen[0] && answer === chosen[1]));
    replaceChildren(
      heading,
      chosen
        ? `${names[chosen[0]]} taken for ${names[chosen[1]]}: ${counts[chosen[0] * names.length + chosen[1]]}`
        : words.all,
      shown.length > nShown ? `: ${nShown} of ${shown.length.toLocaleString("en")} shown` : null,
      chosen &&
        h(
          "button",
          {
            type: "button",
            class: "small",
            onclick: () => {
              [chosen, nShown] = [null, SHOWN];
              show(state, frames);
            },
          },
          "All",
        ),
    );
    const shape = app.models[state.model].imageShape;
    replaceChildren(
      list,
      shown.length
        ? shown
            .slice(0, nShown)
            .map((one) =>
              mistake(one, mistakes.output, shape, names, () =>
                app.set({ view: "draw", picture: one.stored, digit: one.index, label: -1 }),
              ),
            )
        : h("p", {}, words.none),
    );
    more.hidden = shown.length <= nShown;
    more.textContent = `Show ${Math.min(SHOWN, shown.length - nShown)} more`;
  }

  return { element, wants, show };
}

/** Counts as a table; each cell with mistakes is a button. */
function table({ counts, n_classes: k }, names, chosen, choose) {
  const worst = Math.max(1, ...counts.filter((_, i) => i % (k + 1) !== 0));
  const cell = (row, column) => {
    const count = counts[row * k + column];
    const isWrong = row !== column && count > 0;
    const shade = isWrong ? `--shade:${(0.15 + (0.85 * count) / worst).toFixed(2)}` : null;
    const isChosen = chosen && chosen[0] === row && chosen[1] === column;
    return h(
      "td",
      { class: row === column ? "right" : isWrong ? "wrong" : "none", style: shade },
      isWrong
        ? h(
            "button",
            {
              type: "button",
              "aria-pressed": String(Boolean(isChosen)),
              "aria-label": `${names[row]} taken for ${names[column]}, ${count} times`,
              onclick: () => choose([row, column]),
            },
            count,
          )
        : count || "·",
    );
  };
  return h(
    "div",
    { class: "scroll plain", tabindex: 0, role: "region", "aria-label": words.heading },
    h(
      "table",
      { class: "confusion" },
      h("caption", {}, term("confusion matrix")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td", {}),
          names.map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        names.map((name, row) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, name),
            names.map((_, column) => cell(row, column)),
          ),
        ),
      ),
    ),
  );
}

function mistake({ stored, label, answer, score }, output, shape, names, open) {
  const canvas = picture("", 84);
  paintInk(canvas, stored, shape, shape[0] === 8 ? 16 : 255);
  canvas.setAttribute("aria-hidden", "true");
  const shown = scoreText(output, score);
  const what = `${names[label]} → ${names[answer]}`;
  return h(
    "button",
    {
      type: "button",
      class: "thumbnail",
      onclick: open,
      "aria-label": `${what} ${shown}: a ${names[label]} taken for ${names[answer]}; open it in Draw`,
    },
    canvas,
    h("span", {}, what),
    h("small", {}, shown),
  );
}
