// View 1: draw a digit, see what the network sees, its prediction, why, and how robust that is.

import { h, replaceChildren, select, term } from "../../ui/dom.js";
import { number, roundedDown, scoreText } from "../../shared/numbers.js";
import { legend, paintInk, paintSigned, picture } from "../../ui/palette.js";
import { follow, hasStepBack, putSheet, sheet, stepBack } from "./sheet.js";
import { TEXT } from "../../ui/strings.js";
import { truthOf, truthWish } from "../../shared/true-label.js";
import { unreadable } from "../../ui/unsupported-model.js";

const INK = 112; // pixels a side that the core gets of the drawing: four times what the network sees
const PENS = { thin: 0.04, medium: 0.075, thick: 0.115 }; // of the side
const REST_MS = 150; // how long the pen must rest before the robustness is computed
const words = TEXT.draw;

const topOf = ({ length }) => (length === 64 ? 16 : 255); // full ink in a picture of so many pixels
const sizeOf = ({ length }) => [Math.sqrt(length), Math.sqrt(length)];

export function drawView(app, first) {
  const pad = h("canvas", { width: 560, height: 560, class: "pad", "aria-label": words.canvas, role: "img" });
  const seen = picture(words.seen, 280, { tabindex: 0, class: "picture editable", "aria-label": words.seen });
  const [attributionPicture, flipPicture] = [picture("", 280), picture("", 140)];
  const [bars, reason, robustness, pixel, rather] = ["div", "div", "div", "p", "span"].map((tag) => h(tag));
  pixel.setAttribute("aria-live", "polite");
  pixel.className = "readout";
  const seenHelp = h("p", { class: "hint" });
  const isA = h("p", { class: "readout", "aria-live": "polite" });
  const refusal = h("div");
  const small = h("canvas", { width: INK, height: INK });
  const under = h("canvas", { width: 280, height: 280 });
  const coarse = h("canvas");
  /** @type {[number, number]} */
  let cursor = [14, 14]; // row and column
  let told = null;
  let busy = false;
  let again = false;
  let state = first;
  /** @type {Record<string, any>} */
  let frames = {};

  const shape = () => app.models[state.model]?.imageShape ?? [28, 28];

  /** Paint the strokes, each with its pen; small for the core, large for the eye. */
  function paintStrokes(canvas) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const side = canvas.width;
    context.clearRect(0, 0, side, side);
    Object.assign(context, { lineCap: "round", lineJoin: "round" });
    context.strokeStyle = getComputedStyle(pad).color;
    for (const { pen, points } of sheet().strokes) {
      context.lineWidth = PENS[pen] * side;
      context.beginPath();
      points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x * side, y * side));
      if (points.length === 1) context.lineTo(points[0][0] * side + 0.01, points[0][1] * side);
      context.stroke();
    }
    return context;
  }

  /** The pad: what lies under, and the strokes on it. */
  function paintPad() {
    const context = paintStrokes(pad);
    const { under: stored } = sheet();
    if (!stored) return;
    paintInk(under, stored, sizeOf(stored), topOf(stored));
    context.globalCompositeOperation = "destination-over"; // below the strokes
    context.drawImage(under, 0, 0, pad.width, pad.height);
    context.globalCompositeOperation = "source-over";
  }

  /**
   * What the network sees of the sheet: centred as MNIST's digits, or as it lies where something lies under it or the
   * picture is small.
   */
  async function storedOf({ under: stored }) {
    const [height, width] = shape();
    const base = stored?.length === height * width ? stored : null;
    if (!base && height === 28)
      return (await app.client.request("preprocess", { ink: inkIn(small), height: INK, width: INK })).stored;
    Object.assign(coarse, { height, width });
    const top = topOf({ length: height * width });
    return Uint8Array.from(inkIn(coarse), (alpha, i) => Math.max(base?.[i] ?? 0, Math.round((alpha * top) / 255)));
  }

  function inkIn(canvas) {
    const { width, height } = canvas;
    const rgba = paintStrokes(canvas).getImageData(0, 0, width, height).data;
    return Float32Array.from({ length: width * height }, (_, i) => rgba[4 * i + 3]);
  }

  /** Read the sheet; while it is being read, only the newest waits. */
  async function read() {
    paintPad();
    if (!app.models[state.model]?.imageShape) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const one = sheet();
    try {
      const stored = await storedOf(one);
      if (sheet() === one) {
        one.picture = stored;
        app.set({ picture: stored, digit: -1, label: -1 });
      }
    } catch (error) {
      app.showError(error.message);
    }
    busy = false;
    if (again) {
      again = false;
      read();
    }
  }

  /** Show the newest sheet and what the network sees of it. */
  function settle() {
    const { picture: stored, digit } = sheet();
    paintPad();
    app.set({ picture: stored, digit, label: -1 });
  }
  const lay = (stored, digit = -1) => {
    putSheet({ under: stored, strokes: [], picture: stored, digit });
    settle();
  };

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    putSheet({ strokes: [...sheet().strokes, { pen: state.pen, points: [place(event)] }] });
    read();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!event.buttons || !sheet().strokes.length || !pad.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? []; // a fast pen's places between two events
    for (const each of all.length ? all : [event]) sheet().strokes.at(-1)?.points.push(place(each));
    read();
  });

  const clear = () => {
    if (sheet().picture || sheet().strokes.length) lay(null);
  };
  const undo = () => {
    stepBack();
    settle();
  };
  const undoButton = h("button", { type: "button", onclick: undo }, words.undo);

  /** Ink or wipe one pixel of what the network sees. */
  function edit([row, column]) {
    const [height, width] = shape();
    const size = height * width;
    const stored = state.picture?.length === size ? state.picture.slice() : new Uint8Array(size);
    const full = topOf(stored);
    stored[row * width + column] = stored[row * width + column] > full / 2 ? 0 : full;
    lay(stored);
  }
  /** Say what a pixel holds, again whenever the picture or its attributions have changed. */
  function tellPixel([row, column]) {
    told = [row, column];
    const [, width] = shape();
    const i = row * width + column;
    const share = frames.attribution?.request.stored === state.picture ? frames.attribution.attributions?.[i] : null;
    replaceChildren(
      pixel,
      state.picture
        ? `Row ${row}, column ${column}: pixel value ${state.picture[i]}${share === undefined || share === null ? "" : `, attribution ${number(share, 4)}`}`
        : "",
    );
  }
  /** @type {(event: MouseEvent, canvas: any) => [number, number]} */
  const cell = (event, canvas) => {
    const box = canvas.getBoundingClientRect();
    const [height, width] = shape();
    return [
      Math.min(height - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height))),
      Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width))),
    ];
  };
  seen.addEventListener("click", (event) => {
    cursor = cell(event, seen);
    edit(cursor);
    tellPixel(cursor);
  });
  for (const canvas of [seen, attributionPicture])
    canvas.addEventListener("pointermove", (event) => tellPixel(cell(event, canvas)));
  seen.addEventListener("keydown", (event) => {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const [height, width] = shape();
    if (moves[event.key])
      cursor = [(cursor[0] + moves[event.key][0] + height) % height, (cursor[1] + moves[event.key][1] + width) % width];
    else if (event.key === " " || event.key === "Enter") edit(cursor);
    else return;
    event.preventDefault();
    show(state, frames);
    tellPixel(cursor);
  });

  async function load(index) {
    try {
      const { stored, index: found } = await app.client.request("digit", { index });
      app.showError();
      lay(stored, found);
    } catch (error) {
      app.showError(error.message);
    }
  }
  const last = (app.data?.n_test ?? 1) - 1;
  const which = h("input", {
    type: "number",
    min: 0,
    max: last,
    value: Math.max(0, first.digit),
    "aria-label": words.random,
    onchange: ({ target }) => {
      const fits = Number.isInteger(target.valueAsNumber) && target.valueAsNumber >= 0 && target.valueAsNumber <= last;
      target.setAttribute("aria-invalid", String(!fits));
      if (fits) load(target.valueAsNumber);
      else app.showError(words.wrongNumber.replace("{last}", last.toLocaleString("en")));
    },
  });
  /** Test digits, where those at hand are of the network's size; else a sentence on how to get some. */
  const testDigits = h(
    "div",
    { class: "buttons" },
    h("button", { type: "button", onclick: () => load(state.digit + 1) }, words.next),
    which,
  );
  const otherData = h("p", { class: "hint" });

  const penChoice = select(Object.keys(PENS), first.pen, (pen) => app.set({ pen }), words.pens);
  penChoice.setAttribute("aria-label", words.pen);

  const columns = h(
    "div",
    { class: "columns" },
    h(
      "div",
      { class: "card" },
      pad,
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", onclick: clear }, words.clear),
        undoButton,
        penChoice,
      ),
      app.data && [testDigits, otherData, isA],
    ),
    h("div", { class: "card" }, h("h3", {}, words.seen), seen, pixel, seenHelp),
    h("div", { class: "card" }, h("h3", {}, words.answer), bars),
    h("div", { class: "card" }, h("h3", {}, `${words.why} `, rather), attributionPicture, reason),
    h("div", { class: "card wide" }, h("h3", {}, words.sure), h("div", { class: "beside" }, robustness, flipPicture)),
  );
  const element = h(
    "section",
    { class: "draw" },
    h("h2", {}, words.heading),
    h("p", { class: "lead" }, words.lead),
    refusal,
    columns,
  );
  follow(first);
  paintPad();

  function wants(now, { prediction, training }) {
    const { model, picture: stored, against } = now;
    const stamp = model === "trained" ? training?.step : undefined; // it learns meanwhile
    const size = app.models[model]?.imageShape;
    const truth = truthWish(app, now);
    if (!stored || !size || stored.length !== size[0] * size[1])
      return { truth, prediction: null, attribution: null, robustness: null };
    // first the prediction, then why
    const isNew = prediction?.request.stored !== stored || prediction.request.model !== model;
    return {
      truth,
      prediction: { name: "forward", request: { model, stored }, stamp },
      attribution: isNew
        ? undefined
        : {
            name: "attribution",
            request: {
              model,
              stored,
              toward: prediction.winner,
              against: against === prediction.winner ? -1 : against,
            },
            stamp,
          },
      robustness: isNew ? undefined : { name: "robustness", request: { model, stored }, stamp, after: REST_MS },
    };
  }

  function show(now, given) {
    [state, frames] = [now, given];
    const other = unreadable(app, state);
    replaceChildren(refusal, other);
    columns.hidden = Boolean(other);
    if (other) return;
    followSheet();
    drawSeen();
    drawTestDigit();
    replaceChildren(
      bars,
      frames.prediction && state.picture
        ? answerBars(frames.prediction, app.models[state.model].classNames)
        : h(
            "p",
            { class: "hint" },
            fitsShape() || !state.picture ? words.empty : words.otherSize.replace("{shape}", shape().join(" × ")),
          ),
    );
    drawAttribution();
    drawRobustness();
    for (const [part, key] of [
      [reason, "attribution"],
      [attributionPicture, "attribution"],
      [robustness, "robustness"],
      [flipPicture, "robustness"],
    ]) {
      part.classList.toggle("stale", frames[key]?.request.stored !== state.picture); // of a moment ago
    }
    if (told) tellPixel(told);
    if (document.activeElement !== which) which.value = Math.max(0, state.digit);
  }

  const fitsShape = () => state.picture?.length === shape()[0] * shape()[1];

  /** Take a picture that came from elsewhere; read the strokes again for a network of another size. */
  function followSheet() {
    const before = sheet();
    if (!busy) follow(state);
    if (sheet() !== before) paintPad();
    if (sheet().strokes.length && state.picture && !fitsShape()) read();
    undoButton.disabled = !hasStepBack();
  }

  /** What the test digit is, and which test digits there are for this network. */
  function drawTestDigit() {
    if (!app.data) return;
    const { imageShape } = app.data;
    const fits = imageShape.join() === shape().join();
    const truth = truthOf(app, { ...state, label: -1 }, frames) ?? -1;
    testDigits.hidden = !fits;
    otherData.hidden = fits;
    otherData.textContent = words.otherData
      .replace("{theirs}", imageShape.join(" × "))
      .replace("{shape}", shape().join(" × "));
    isA.textContent =
      truth >= 0
        ? words.isA.replace("{digit}", state.digit).replace("{name}", app.models[state.model].classNames[truth])
        : "";
  }

  function drawSeen() {
    const size = shape();
    const top = topOf({ length: size[0] * size[1] });
    const help = `${size.join(" × ")} ${words.seenHelp}${size[0] === 8 ? ` ${words.small}` : ""}`;
    if (seenHelp.textContent !== help) {
      replaceChildren(seenHelp, help);
      seen.setAttribute("aria-label", `${words.seen}. ${help}`);
    }
    paintInk(
      seen,
      state.picture?.length === size[0] * size[1] ? state.picture : new Uint8Array(size[0] * size[1]),
      size,
      top,
    );
    if (document.activeElement !== seen) return;
    const context = seen.getContext("2d");
    const side = seen.width / size[1];
    Object.assign(context, { strokeStyle: "#d05000", lineWidth: 3 });
    context.strokeRect(cursor[1] * side + 1, cursor[0] * side + 1, side - 2, side - 2);
  }

  function drawAttribution() {
    const { prediction, attribution } = frames;
    const isThere = Boolean(prediction && attribution && state.picture);
    attributionPicture.hidden = !isThere || !attribution.attributions;
    if (!isThere) {
      replaceChildren(rather);
      return replaceChildren(reason);
    }
    const others = [-1, ...prediction.logits.keys()].filter((k) => k !== prediction.winner);
    const names = app.models[state.model].classNames;
    const control = select(others, state.against, (text) => app.set({ against: Number(text) }), {
      [-1]: words.nothing,
    });
    control.setAttribute("aria-label", words.whyRather);
    replaceChildren(rather, `${names[prediction.winner]}, ${words.whyRather} `, control, "?");
    if (!attribution.attributions) return replaceChildren(reason, h("p", { class: "hint" }, notExact()));
    paintSigned(attributionPicture, attribution.attributions, shape());
    attributionPicture.setAttribute(
      "aria-label",
      `Attributions of the pixels: for ${number(attribution.positive)}, against ${number(attribution.negative)}`,
    );
    replaceChildren(reason, ...sumOfAttributions(attribution, names));
  }

  /** Why there are no attributions and nothing is proved. */
  const notExact = () =>
    app.models[state.model].layers.some(({ residual }) => residual) ? words.around : words.curved;

  function drawRobustness() {
    const { robustness: found, prediction } = frames;
    flipPicture.hidden = !found?.flip || !state.picture;
    if (!found || !prediction || !state.picture) return replaceChildren(robustness);
    const names = app.models[state.model].classNames;
    if (found.radius === null) return replaceChildren(robustness, h("p", { class: "hint" }, notExact()));
    replaceChildren(
      robustness,
      h(
        "p",
        {},
        h("strong", {}, "Certified: "),
        `no change of up to ±${roundedDown(found.radius)} `,
        term("pixel value", "pixel values"),
        ` in any or all pixels alters the answer ${names[prediction.winner]} (`,
        term("certified"),
        ").",
      ),
      h(
        "p",
        {},
        h("strong", {}, "Adversarial example: "),
        found.flip
          ? `this change of up to ±${found.flip.radius} makes it ${names[found.flip.answer]} (`
          : "no change that alters it was found (",
        term("adversarial example"),
        ").",
        found.flip &&
          h(
            "button",
            { type: "button", class: "small", onclick: () => lay(Uint8Array.from(found.flip.changed)) },
            "Take it",
          ),
      ),
    );
    if (!found.flip) return;
    paintInk(flipPicture, found.flip.changed, shape(), topOf(found.flip.changed));
    flipPicture.setAttribute(
      "aria-label",
      `The picture changed by up to ${found.flip.radius} in pixel value, now read as ${names[found.flip.answer]}`,
    );
  }

  return { element, wants, show };
}

/** A row a class: its bar, its probability or score, its logit. */
function answerBars({ logits, output, scores, winner }, names) {
  const row = (k) =>
    h(
      "tr",
      { class: k === winner ? "winner" : null },
      h("th", { scope: "row" }, names[k]),
      h("td", {}, h("meter", { min: 0, max: 1, value: scores[k].toFixed(4), "aria-label": `class ${names[k]}` })),
      h("td", { class: "number" }, scoreText(output, scores[k])),
      h("td", { class: "number", "data-logit": k }, number(logits[k])),
    );
  return [
    h(
      "p",
      { class: "verdict", role: "status" },
      `${names[winner]}`,
      h(
        "small",
        {},
        output === "probabilities"
          ? ` with ${scoreText(output, scores[winner])}`
          : `, ${words.scores[output]} ${scoreText(output, scores[winner])}`,
      ),
    ),
    h(
      "table",
      { class: "bars" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {}, "digit"),
          h("td", {}),
          h("th", {}, term(words.scores[output])),
          h("th", {}, term("logit")),
        ),
      ),
      h("tbody", {}, Array.from(logits.keys(), row)),
    ),
    output === "probabilities" ? null : h("p", { class: "hint" }, words.notShares),
  ];
}

/** positive + negative + bias term = logit, or the lead over another. */
function sumOfAttributions({ positive, negative, biasTerm, logits, toward, against }, names) {
  const sum = against < 0 ? `logit of ${names[toward]}` : `logit of ${names[toward]} less that of ${names[against]}`;
  const value =
    against < 0
      ? number(logits[toward])
      : `${number(logits[toward])} − ${logits[against] < 0 ? "(" : ""}${number(logits[against])}${logits[against] < 0 ? ")" : ""}`;
  return [
    legend({ plus: "for", zero: "neither", minus: "against" }),
    h(
      "table",
      { class: "sum" },
      h(
        "tr",
        {},
        h("th", { scope: "row" }, "ink that is evidence for it (", term("attribution", "attributions"), ")"),
        h("td", { class: "number" }, number(positive)),
      ),
      h(
        "tr",
        {},
        h("th", { scope: "row" }, "ink that is evidence against it"),
        h("td", { class: "number" }, number(negative)),
      ),
      h("tr", {}, h("th", { scope: "row" }, term("bias term")), h("td", { class: "number" }, number(biasTerm))),
      h("tr", { class: "total" }, h("th", { scope: "row" }, sum), h("td", { class: "number" }, value)),
    ),
  ];
}
