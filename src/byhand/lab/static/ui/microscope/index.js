// The microscope: one example, one step, every number; any of them opens into the numbers it was made of. It is a view
// of its own, and a drawer over others.

import { codeOfCell } from "../../codegen/cell.js";
import { field, h, replaceChildren, select, term } from "../dom.js";
import { isOverviewed, matrix } from "../matrix-table.js";
import { general } from "../../shared/numbers.js";
import { PLACES } from "./source-lines.js";
import { legend } from "../palette.js";
import { planeSettings } from "../../shared/training-settings.js";
import { SETTINGS } from "../../shared/settings.js";
import { notesOf } from "../model-notes.js";
import { TEXT } from "../strings.js";
import { truthOf, truthWish } from "../../shared/true-label.js";
import { unreadable } from "../unsupported-model.js";

const words = TEXT.microscope;
const EXACT = 9;
const SHOWN = 6; // digits of the numbers a number is made of, and of itself
const BLOCK = 8;
const COLUMN = 16; // a vector is shown so wide; a short one as a column
const FEW = 10; // of the cells a number goes into
const LOW = "₀₁₂₃₄₅₆₇₈₉";
const SYMBOLS = {
  W: "W",
  b: "b",
  z: "z",
  a: "a",
  s: "f′(z",
  da: "∂L/∂a",
  dz: "∂L/∂z",
  dW: "∂L/∂W",
  db: "∂L/∂b",
  vW: "new W",
  vb: "new b",
  stored: "pixel value",
};

/** {what: "dW", layer: "2"} of dW2. */
function partsOf(name) {
  const layer = name.replace(/^\D*/, "");
  return { what: name.slice(0, name.length - layer.length), layer };
}

/** ∂L/∂W₂ for dW2. */
function symbol(name) {
  const { what, layer } = partsOf(name);
  return `${SYMBOLS[what] ?? what}${layer.replace(/\d/g, (digit) => LOW[digit])}${what === "s" ? ")" : ""}`;
}

const isMatrix = (name) => /^[dv]?W/.test(name);
const nameOf = ({ name, row, col }) =>
  name === "L" ? "L" : `${symbol(name)}[${isMatrix(name) ? `${row}, ` : ""}${col}]`;
const textOf = ({ name, row, col }) => `${name}.${row}.${col}`;

export function createMicroscope(app, first) {
  const [controls, strip, title, numbers, opened] = ["div", "div", "div", "div", "div"].map((tag) => h(tag));
  controls.className = "settings across";
  strip.className = "phases";
  opened.setAttribute("aria-live", "polite");
  const body = h(
    "div",
    {},
    strip,
    h(
      "div",
      { class: "columns" },
      h("div", { class: "card" }, title, numbers),
      h("div", { class: "card wide" }, opened),
    ),
  );
  const empty = h("div", { class: "readout" });
  const element = h(
    "section",
    { class: "microscope" },
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    controls,
    empty,
    body,
  );
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};
  let asking = false;
  let drawn = null;

  const go = (cell) => app.set({ cell: typeof cell === "string" ? cell : textOf(cell) });
  /** The chosen cell, kept inside the array that is there. */
  function chosen({ arrays }, wanted) {
    const [name, row, col] = wanted.split(".");
    const there = arrays[name] ? name : "z1";
    const { rows, cols } = arrays[there];
    return { name: there, row: Math.min(Number(row), rows - 1), col: Math.min(Number(col), cols - 1) };
  }

  function wants(now, { plane, step, training }) {
    const { model, picture, of, point, stepRate: rate } = now;
    const label = truthOf(app, now, app.frames);
    const request =
      of === "plane"
        ? onPlane({ of, point, rate }, plane, now)
        : onDigit({ of, model, stored: picture, label, rate, epoch: model === "trained" ? training?.step : 0 }, now);
    const cell =
      step && request.step?.request && matches(step.request, request.step.request) ? chosen(step, now.cell) : null;
    return {
      ...request,
      cell: cell ? { name: "cell", request: { ...step.request, ...cell }, stamp: step } : undefined,
    };
  }
  const matches = (one, other) => Object.keys(other).every((name) => one[name] === other[name]);

  function onDigit(request, now) {
    const { model, stored, label } = request;
    const shape = app.models[model]?.imageShape;
    if (!stored || !shape || stored.length !== shape[0] * shape[1]) return { step: null, truth: null };
    return {
      truth: truthWish(app, now),
      step: label === null ? null : label === undefined ? undefined : { name: "gradientStep", request },
    };
  }

  function onPlane(request, plane, now) {
    if (plane)
      return { step: { name: "gradientStep", request: { ...request, epoch: plane.epoch, edits: plane.edits } } };
    if (!asking) {
      asking = true;
      app.client.request("planeBegin", { settings: planeSettings(now) }).then(
        (frame) => {
          app.frames.plane = frame;
          app.refresh();
        },
        (error) => app.showError(error.message),
      );
    }
    return { step: undefined };
  }

  function show(now, given) {
    [state, frames] = [now, given];
    const { step, cell } = frames;
    drawControls(step);
    body.hidden = !step;
    replaceChildren(empty, state.of === "digit" ? aboutDigit(step) : "");
    if (!step) return;
    const at = chosen(step, state.cell);
    const key = JSON.stringify([textOf(at), state.theme, state.colours]);
    if (drawn?.step !== step || drawn.key !== key) {
      drawn = { step, key };
      drawStrip(step, at);
      drawArray(step, at);
    }
    if (cell && textOf(cell) === textOf(at)) drawCell(step, cell);
  }

  /**
   * What must be said of the digit and its network before any number: what is missing, or how the numbers came about.
   */
  function aboutDigit(step) {
    const model = app.models[state.model];
    const other = unreadable(app, state);
    if (other) return other;
    if (step) return notesOf(model).join(" ");
    const [height, width] = model.imageShape;
    return !state.picture
      ? words.empty
      : state.picture.length !== height * width
        ? TEXT.draw.otherSize.replace("{shape}", `${height} × ${width}`)
        : truthOf(app, state, frames) === null
          ? words.ask
          : "";
  }

  function drawControls(step) {
    const rate = h("input", {
      type: "text",
      inputmode: "decimal",
      value: state.stepRate,
      onchange: (event) => {
        const value = SETTINGS.stepRate.read(event.target.value.trim());
        event.target.setAttribute("aria-invalid", String(value === null));
        if (value !== null) app.set({ stepRate: value });
      },
    });
    const n = step?.target.length ?? 0;
    const names =
      state.of === "digit"
        ? (app.models[state.model]?.classNames ?? [])
        : Array.from({ length: n }, (_, k) => `class ${k}`);
    const truth = truthOf(app, state, frames) ?? -1;
    const subject =
      state.of === "digit"
        ? field(
            "It is a",
            select([-1, ...names.keys()], truth, (text) => app.set({ label: Number(text) }), {
              ...names,
              [-1]: TEXT.network.unknown,
            }),
          )
        : field(
            "Which point",
            h("input", {
              type: "number",
              min: 0,
              value: state.point,
              onchange: (event) => app.set({ point: SETTINGS.point.read(event.target.value) ?? 0 }),
            }),
          );
    const key = JSON.stringify([state.of, state.stepRate, state.point, truth, names.length]);
    if (controls.dataset.key === key) return;
    controls.dataset.key = key;
    replaceChildren(
      controls,
      field(
        "Look at",
        select(["digit", "plane"], state.of, (of) => app.set({ of, cell: "z1.0.0" }), words.of),
      ),
      subject,
      field(term("learning rate", "Learning rate"), rate),
    );
  }

  /** All arrays in the order in which they come to be. */
  function drawStrip({ phases, arrays }, { name }) {
    const all = phases.flatMap(([, names]) => names);
    const i = all.indexOf(name);
    const to = (next) => go(`${all[next]}.0.0`);
    const chip = (one) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "data-name": one,
          "data-rows": arrays[one].rows,
          "data-cols": arrays[one].cols,
          "aria-pressed": String(one === name),
          onclick: () => go(`${one}.0.0`),
        },
        symbol(one),
      );
    replaceChildren(
      strip,
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", disabled: i <= 0, onclick: () => to(i - 1) }, words.back),
        h(
          "button",
          { type: "button", disabled: i === all.length - 1, onclick: () => to(i + 1), class: "main" },
          words.step,
        ),
      ),
      phases.map(([phase, names]) =>
        h(
          "div",
          { class: "phase" },
          h("span", { class: "hint" }, words.phases[phase]),
          h("div", { class: "chips" }, names.map(chip)),
        ),
      ),
    );
  }

  function drawArray(step, at) {
    const { name } = at;
    const { rows, cols, numbers: values } = step.arrays[name];
    const isVector = !isMatrix(name);
    const shape = app.models[state.model]?.imageShape;
    const wide = name === "x" && state.of === "digit" && shape ? shape[1] : cols <= COLUMN ? 1 : BLOCK;
    const choose = isVector
      ? (r, c) => go({ name, row: 0, col: Math.min(r * wide + c, cols - 1) })
      : (row, col) => go({ name, row, col });
    const place = isVector
      ? {
          rows: Math.ceil(cols / wide),
          cols: wide,
          row: Math.floor(at.col / wide),
          col: at.col % wide,
          heads: [(r) => (wide === 1 ? r : `${r * wide} +`), (c) => (wide === 1 ? "" : c)],
        }
      : { rows, cols, row: at.row, col: at.col };
    replaceChildren(
      title,
      h("h3", {}, symbol(name)),
      h(
        "p",
        { class: "hint" },
        words.arrays[partsOf(name).what],
        name === "L"
          ? ""
          : isVector
            ? ` ${cols} numbers.`
            : ` ${rows} × ${cols} numbers: a row an input, a column a unit.`,
      ),
    );
    replaceChildren(
      numbers,
      matrix({ name: symbol(name), numbers: values, choose, heads: [String, String], ...place }),
      isOverviewed(place) && legend({ plus: "above zero", minus: "below zero" }),
    );
  }

  /** A number that can be followed to where it came from. */
  function link(ref, digits = EXACT) {
    const value = general(ref.value, digits);
    return ref.name in frames.step.arrays
      ? h(
          "button",
          {
            type: "button",
            class: "trace",
            "aria-label": `${nameOf(ref)} = ${value}: open it`,
            onclick: () => go(ref),
          },
          value,
        )
      : h("span", { class: "fixed" }, value);
  }
  const named = (ref) => h("span", { class: "ref" }, `${nameOf(ref)} `, link(ref));

  function drawCell(step, cell) {
    Object.assign(opened.dataset, { form: cell.form, cell: textOf(cell) });
    const code = codeOfCell(cell, nameOf);
    const pre = h("pre", {}, code);
    const copy = h(
      "button",
      {
        type: "button",
        onclick: async () => {
          try {
            await navigator.clipboard.writeText(code);
            copy.textContent = words.copied;
          } catch {
            getSelection()?.selectAllChildren(pre);
            copy.textContent = words.selected;
          }
        },
      },
      words.copy,
    );
    replaceChildren(
      opened,
      h("h3", { class: "value" }, `${nameOf(cell)} = `, h("span", { class: "result" }, general(cell.value, SHOWN))),
      h("p", { class: "formula" }, formula(cell)),
      filled(cell),
      cell.terms.length ? termsTable(cell) : null,
      cell.chain ? chainTable(cell.chain) : null,
      h("p", { class: "hint" }, words.place, h("code", {}, placeOf(cell, step))),
      goesInto(cell.goes),
      h(
        "details",
        { open: opened.querySelector("details")?.open },
        h("summary", {}, words.python),
        h("div", { class: "buttons" }, copy),
        pre,
      ),
    );
  }

  /** The three factors of a parameter's gradient, and the step. */
  function chainTable({ kind, factors: [da, slope, input], gradient, old, rate, new: moved }) {
    const row = (what, why, ref) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, what),
        h("td", {}, why),
        h("td", { class: "number" }, ref ? link(ref) : "1"),
      );
    return h(
      "div",
      { class: "chain" },
      h("h4", {}, term("chain rule", "Chain rule"), `: ${nameOf(gradient)} = ∂L/∂a · ∂a/∂z · ∂z/∂${kind}`),
      h(
        "table",
        { class: "sum factors" },
        h(
          "tbody",
          {},
          row(nameOf(da), words.factors.da, da),
          row(nameOf(slope), words.factors.s, slope),
          row(input ? nameOf(input) : "1", input ? words.factors.input : words.factors.one, input),
          h(
            "tr",
            { class: "total" },
            h("th", { scope: "row", colspan: 2 }, `multiplied: ${nameOf(gradient)}`),
            h("td", { class: "number" }, link(gradient)),
          ),
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row", colspan: 2 },
              `the step: ${nameOf(old)} − η · ${nameOf(gradient)} = ${general(old.value, EXACT)} − ${rate} · ${general(gradient.value, EXACT)}`,
            ),
            h("td", { class: "number" }, link(moved)),
          ),
        ),
      ),
    );
  }

  function goesInto(goes) {
    if (!goes.length) return null;
    return h(
      "p",
      { class: "goes" },
      words.goes,
      goes
        .slice(0, FEW)
        .map((ref) => h("button", { type: "button", class: "chip", onclick: () => go(ref) }, nameOf(ref))),
      goes.length > FEW ? ` and ${goes.length - FEW} more` : null,
    );
  }

  /** The numbers that are summed, the largest first; what is 0 because its input is, is only counted. */
  function termsTable(cell) {
    const { terms, form } = cell;
    const pair = terms[0].parts.length === 2;
    const heads = words.terms[form] ?? [...terms[0].parts.map((ref) => symbol(ref.name)), "product"];
    const active = terms
      .filter(({ parts, value }) => form !== "sum" || parts[0].value !== 0 || value !== 0)
      .sort((one, other) => (form === "sum" ? Math.abs(other.value) - Math.abs(one.value) : 0));
    const body = active.map(({ parts, value }) =>
      h(
        "tr",
        {},
        parts.flatMap((ref) => [h("th", { scope: "row" }, nameOf(ref)), h("td", { class: "number" }, link(ref))]),
        h("td", { class: "number product" }, general(value, EXACT)),
      ),
    );
    const silent = terms.length - active.length;
    return h(
      "div",
      { class: "scroll plain tall", tabindex: 0, role: "region", "aria-label": words.table },
      h(
        "table",
        { class: "sum terms" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.slice(0, pair ? 2 : 1).map((head) => h("th", { colspan: 2 }, head)),
            h("th", { class: "number" }, heads[2]),
          ),
        ),
        h(
          "tbody",
          {},
          body,
          silent
            ? h(
                "tr",
                {},
                h(
                  "td",
                  { colspan: pair ? 5 : 3 },
                  `and ${silent} more that are 0, because ${symbol(terms[0].parts[0].name)} is 0 there`,
                ),
              )
            : null,
        ),
        cell.sum === undefined
          ? null
          : h(
              "tfoot",
              {},
              h(
                "tr",
                { class: "total" },
                h("th", { scope: "row", colspan: 4 }, "the sum"),
                h("td", { class: "number" }, general(cell.sum, EXACT)),
              ),
            ),
      ),
    );
  }

  /** The formula of a cell, in letters. */
  function formula({ form, name, activation, slope, terms, parts, lossName }) {
    const [first, second] = terms[0]?.parts ?? parts;
    const letter = (ref) => symbol(ref.name);
    const filledIn = (text) => `= ${text.replace("{slope}", general(slope, EXACT))}`;
    const texts = {
      given: () =>
        name === "x" ? "The input as it is." : name === "t" ? words.target : "A parameter: training changes it.",
      prepared: () => `${nameOf({ name: "x", row: 0, col: parts[0].col })} = pixel value · scale + shift`,
      sum: () => `= Σ ${letter(first)} · ${letter(second)}${parts.length ? ` + ${letter(parts[0])}` : ""}`,
      activation: () => filledIn(words.activations[activation]),
      sigmoid: () => "= 1 / (1 + e⁻ᶻ)",
      odds: () =>
        `= e^z / Σ e^z, with z the numbers of ${letter(first)}; every z less the largest, which changes nothing`,
      target: () => "= (1 − ε) · target + ε / classes, where ε is the label smoothing",
      "loss softmax_cross_entropy": () => "= −Σ t · ln p",
      "loss squared_error": () => "= Σ (a − t)²",
      "loss binary_cross_entropy": () => "= −Σ (t · ln p + (1 − t) · ln (1 − p))",
      difference: () => `= p − t, of ${lossName.replaceAll("_", " ")}`,
      twice: () => "= 2 (a − t)",
      product: () => `= ${letter(parts[0])} · ${letter(parts[1])}`,
      same: () => `= ${letter(parts[0])}`,
      slope: () => filledIn(words.slopes[activation]),
      "softmax back": () => "= a · (∂L/∂a − Σ ∂L/∂a · a)",
      step: () => `= ${letter(parts[0])} − η · ${letter(parts[1])}`,
    };
    return texts[form]();
  }

  /** The numbers filled in, where they are few. */
  function filled(cell) {
    const { form, parts, rate, labelSmoothing, nClasses, most, value, col, terms } = cell;
    const [one, other, third] = parts.map((ref) => named(ref));
    const result = [" = ", general(value, SHOWN)];
    const texts = {
      prepared: () => [one, " · ", other, " + ", third, ...result],
      sum: () => [`the sum below, ${general(cell.sum, EXACT)}`, ...(parts.length ? [" + ", one] : []), ...result],
      activation: () => [one, ...result],
      sigmoid: () => [one, ...result],
      odds: () => [
        `largest z: ${general(most, EXACT)}; ${general(terms[col].value, EXACT)} over the sum of the last column`,
        ...result,
      ],
      target: () => [`(1 − ${labelSmoothing}) · `, one, ` + ${labelSmoothing} / ${nClasses}`, ...result],
      difference: () => [one, " − ", other, ...result],
      twice: () => ["2 · (", one, " − ", other, ")", ...result],
      product: () => [one, " · ", other, ...result],
      same: () => [one],
      slope: () => [one, ", ", other, ...result],
      "softmax back": () => [one, " · (", other, ` − the sum below, ${general(cell.sum, EXACT)})`, ...result],
      step: () => [one, ` − ${rate} · `, other, ...result],
    };
    return texts[form] ? h("p", { class: "filled" }, texts[form]()) : null;
  }

  function placeOf({ name, form, activation, lossName }, { layers }) {
    const { what } = partsOf(name);
    const isOutput = form === "difference" || form === "twice";
    const key =
      {
        W: "z",
        b: "z",
        vW: "step",
        vb: "step",
        a: `a ${activation}`,
        s: `s ${activation}`,
        dz: `s ${activation}`,
        L: `L ${lossName}`,
        t: lossName === "softmax_cross_entropy" ? "t" : `L ${lossName}`,
        p: lossName === "binary_cross_entropy" ? `da ${lossName}` : "p",
      }[what] ?? (isOutput ? `da ${lossName}` : what);
    return layers.length ? `byhand/${PLACES[key]}` : "";
  }

  return { element, wants, show };
}
