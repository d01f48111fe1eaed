// View 1: draw a digit, see what the network sees, its answer, why, and how sure that is.

import { fill, h, select, term } from "../dom.js";
import { number, scoreText } from "../numbers.js";
import { legend, paintInk, paintSigned, picture } from "../pictures.js";
import { TEXT } from "../strings.js";

const INK = 112; // pixels a side that the core gets of the drawing: four times what the network sees
const PENS = { thin: 0.04, medium: 0.075, thick: 0.115 }; // of the side
const REST_MS = 150; // how long the pen must rest before the sureness is computed
const words = TEXT.draw;

export function drawView(app, first) {
  const pad = h("canvas", { width: 560, height: 560, class: "pad", "aria-label": words.canvas, role: "img" });
  const seen = picture(words.seen, 280, { tabindex: 0, class: "picture editable", "aria-label": words.seen });
  const [whyPicture, flipPicture] = [picture("", 280), picture("", 140)];
  const [bars, reason, sureness, pixel, rather] = ["div", "div", "div", "p", "span"].map((tag) => h(tag));
  pixel.setAttribute("aria-live", "polite");
  pixel.className = "readout";
  const strokes = [], seenHelp = h("p", { class: "hint" });
  let cursor = [14, 14], busy = false, again = false, state = first, frames = {};

  const shape = () => app.models[state.model]?.imageShape ?? [28, 28];

  /** Paint the strokes, each with its pen; small for the core, large for the eye. */
  function paintStrokes(canvas) {
    const context = canvas.getContext("2d", { willReadFrequently: true }), side = canvas.width;
    context.clearRect(0, 0, side, side);
    Object.assign(context, { lineCap: "round", lineJoin: "round" });
    context.strokeStyle = getComputedStyle(pad).color;
    for (const { pen, points } of strokes) {
      context.lineWidth = PENS[pen] * side;
      context.beginPath();
      points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x * side, y * side));
      if (points.length === 1) context.lineTo(points[0][0] * side + 0.01, points[0][1] * side);
      context.stroke();
    }
    return context;
  }

  const small = h("canvas", { width: INK, height: INK });

  /** Read the drawing; while one is being read, only the newest waits. */
  async function read() {
    paintStrokes(pad);
    if (shape()[0] !== 28) return app.tell(words.small);
    if (busy) { again = true; return; }
    busy = true;
    const rgba = paintStrokes(small).getImageData(0, 0, INK, INK).data;
    const ink = Float32Array.from({ length: INK * INK }, (_, i) => rgba[4 * i + 3]);
    try {
      const { stored } = await app.engine.ask("read", { ink, height: INK, width: INK });
      app.set({ picture: stored, digit: -1 });
    } catch (error) { app.tell(error.message); }
    busy = false;
    if (again) { again = false; read(); }
  }

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    strokes.push({ pen: state.pen, points: [place(event)] });
    read();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!event.buttons || !strokes.length || !pad.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? []; // a fast pen's places between two events
    for (const each of all.length ? all : [event]) strokes.at(-1).points.push(place(each));
    read();
  });

  const clear = () => { strokes.length = 0; paintStrokes(pad); app.set({ picture: null, digit: -1 }); };
  const undo = () => { strokes.pop(); if (strokes.length) read(); else clear(); };

  /** Ink or wipe one pixel of what the network sees. */
  function edit([row, column]) {
    const [height, width] = shape(), stored = state.picture ? state.picture.slice() : new Uint8Array(height * width);
    const full = height === 8 ? 16 : 255;
    stored[row * width + column] = stored[row * width + column] > full / 2 ? 0 : full;
    app.set({ picture: stored, digit: -1 });
  }
  function tellPixel([row, column]) {
    const [, width] = shape(), i = row * width + column, share = frames.why?.shares?.[i];
    fill(pixel, state.picture ? `Row ${row}, column ${column}: grey level ${state.picture[i]}${share === undefined || share === null ? "" : `, share ${number(share, 4)}`}` : "");
  }
  const cell = (event, canvas) => {
    const box = canvas.getBoundingClientRect(), [height, width] = shape();
    return [Math.min(height - 1, Math.max(0, Math.floor((event.clientY - box.top) / box.height * height))), Math.min(width - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * width)))];
  };
  seen.addEventListener("click", (event) => { cursor = cell(event, seen); edit(cursor); tellPixel(cursor); });
  for (const canvas of [seen, whyPicture]) canvas.addEventListener("pointermove", (event) => tellPixel(cell(event, canvas)));
  seen.addEventListener("keydown", (event) => {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }, [height, width] = shape();
    if (moves[event.key]) cursor = [(cursor[0] + moves[event.key][0] + height) % height, (cursor[1] + moves[event.key][1] + width) % width];
    else if (event.key === " " || event.key === "Enter") edit(cursor);
    else return;
    event.preventDefault();
    show(state, frames);
    tellPixel(cursor);
  });

  async function load(index) {
    try {
      const { stored, index: found } = await app.engine.ask("digit", { index });
      if (stored.length !== shape()[0] * shape()[1]) return app.tell(`this network wants ${shape().join(" × ")} pixels, and the digits of ${app.data.name} are others`);
      strokes.length = 0;
      paintStrokes(pad);
      app.set({ picture: stored, digit: found });
    } catch (error) { app.tell(error.message); }
  }
  const which = h("input", { type: "number", min: 0, max: 9999, value: Math.max(0, first.digit), "aria-label": words.random, onchange: (event) => load(Number(event.target.value)) });

  const penChoice = select(Object.keys(PENS), first.pen, (pen) => app.set({ pen }), words.pens);
  penChoice.setAttribute("aria-label", words.pen);

  const element = h("section", { class: "draw" },
    h("h2", {}, words.heading), h("p", { class: "lead" }, words.lead),
    h("div", { class: "columns" },
      h("div", { class: "card" }, pad,
        h("div", { class: "buttons" }, h("button", { type: "button", onclick: clear }, words.clear), h("button", { type: "button", onclick: undo }, words.undo), penChoice),
        app.data && h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => load(state.digit + 1) }, words.next), which)),
      h("div", { class: "card" }, h("h3", {}, words.seen), seen, pixel, seenHelp),
      h("div", { class: "card" }, h("h3", {}, words.answer), bars),
      h("div", { class: "card" }, h("h3", {}, `${words.why} `, rather), whyPicture, reason),
      h("div", { class: "card wide" }, h("h3", {}, words.sure), h("div", { class: "beside" }, sureness, flipPicture))));
  paintStrokes(pad);

  function wants({ model, picture: stored, against }, { answer }) {
    const [height, width] = app.models[model]?.imageShape ?? [28, 28];
    if (!stored || stored.length !== height * width) return { answer: null, why: null, sureness: null };
    const isNew = answer?.request.stored !== stored || answer.request.model !== model; // first the answer, then why
    return {
      answer: { ask: "forward", request: { model, stored } },
      why: isNew ? undefined : { ask: "why", request: { model, stored, toward: answer.winner, against: against === answer.winner ? -1 : against } },
      sureness: isNew ? undefined : { ask: "sure", request: { model, stored }, after: REST_MS },
    };
  }

  function show(now, given) {
    [state, frames] = [now, given];
    drawSeen();
    fill(bars, frames.answer && state.picture ? answerBars(frames.answer, app.models[state.model].classNames) : h("p", { class: "hint" }, words.empty));
    drawWhy();
    drawSure();
    for (const [part, key] of [[reason, "why"], [whyPicture, "why"], [sureness, "sureness"], [flipPicture, "sureness"]]) {
      part.classList.toggle("stale", frames[key]?.request.stored !== state.picture); // of a moment ago
    }
    if (document.activeElement !== which) which.value = Math.max(0, state.digit);
  }

  function drawSeen() {
    const size = shape(), top = size[0] === 8 ? 16 : 255, help = `${size.join(" × ")} ${words.seenHelp}`;
    if (seenHelp.textContent !== help) { fill(seenHelp, help); seen.setAttribute("aria-label", `${words.seen}. ${help}`); }
    paintInk(seen, state.picture?.length === size[0] * size[1] ? state.picture : new Uint8Array(size[0] * size[1]), size, top);
    if (!strokes.length) paintLoaded();
    if (document.activeElement !== seen) return;
    const context = seen.getContext("2d"), side = seen.width / size[1];
    Object.assign(context, { strokeStyle: "#d05000", lineWidth: 3 });
    context.strokeRect(cursor[1] * side + 1, cursor[0] * side + 1, side - 2, side - 2);
  }

  /** Without strokes, the pad shows the picture that was loaded, edited or linked. */
  function paintLoaded() {
    const context = paintStrokes(pad);
    context.imageSmoothingEnabled = true;
    if (state.picture) context.drawImage(seen, 0, 0, pad.width, pad.height);
  }

  function drawWhy() {
    const { answer, why } = frames, isThere = Boolean(answer && why && state.picture);
    whyPicture.hidden = !isThere || !why.shares;
    if (!isThere) { fill(rather); return fill(reason); }
    const others = [-1, ...answer.logits.keys()].filter((k) => k !== answer.winner), names = app.models[state.model].classNames;
    const control = select(others, state.against, (text) => app.set({ against: Number(text) }), { [-1]: words.nothing });
    control.setAttribute("aria-label", words.whyRather);
    fill(rather, `${names[answer.winner]}, ${words.whyRather} `, control, "?");
    if (!why.shares) return fill(reason, h("p", { class: "hint" }, notExact()));
    paintSigned(whyPicture, why.shares, shape());
    whyPicture.setAttribute("aria-label", `Shares of the pixels: for ${number(why.above)}, against ${number(why.below)}`);
    fill(reason, ...sumOfShares(why, names));
  }

  /** Why there are no shares and nothing is proved. */
  const notExact = () => app.models[state.model].layers.some(({ residual }) => residual) ? words.around : words.curved;

  function drawSure() {
    const { sureness: found, answer } = frames;
    flipPicture.hidden = !found?.flip || !state.picture;
    if (!found || !answer || !state.picture) return fill(sureness);
    const names = app.models[state.model].classNames;
    if (found.radius === null) return fill(sureness, h("p", { class: "hint" }, notExact()));
    fill(sureness,
      h("p", {}, h("strong", {}, "Proved: "), `no change of up to ±${number(Math.floor(10 * found.radius) / 10, 1)} `, term("grey level", "grey levels"), ` in any or all pixels alters the answer ${names[answer.winner]} (`, term("proved"), ")."),
      h("p", {}, h("strong", {}, "Found: "), found.flip ? `this change of up to ±${found.flip.radius} makes it ${names[found.flip.answer]} (` : "no change that alters it was found (", term("found"), ").",
        found.flip && h("button", { type: "button", class: "small", onclick: () => app.set({ picture: Uint8Array.from(found.flip.changed), digit: -1 }) }, "Take it")));
    if (!found.flip) return;
    paintInk(flipPicture, found.flip.changed, shape(), shape()[0] === 8 ? 16 : 255);
    flipPicture.setAttribute("aria-label", `The picture changed by up to ${found.flip.radius} grey levels, now read as ${names[found.flip.answer]}`);
  }

  return { element, wants, show };
}

/** A row a class: its bar, its probability or score, its logit. */
function answerBars({ logits, output, scores, winner }, names) {
  const row = (k) => h("tr", { class: k === winner ? "winner" : null },
    h("th", { scope: "row" }, names[k]),
    h("td", {}, h("meter", { min: 0, max: 1, value: scores[k].toFixed(4), "aria-label": `class ${names[k]}` })),
    h("td", { class: "number" }, scoreText(output, scores[k])),
    h("td", { class: "number", "data-logit": k }, number(logits[k])));
  return [
    h("p", { class: "verdict", role: "status" }, `${names[winner]}`, h("small", {}, output === "probabilities" ? ` with ${scoreText(output, scores[winner])}` : `, ${words.scores[output]} ${scoreText(output, scores[winner])}`)),
    h("table", { class: "bars" },
      h("thead", {}, h("tr", {}, h("th", {}, "digit"), h("td", {}), h("th", {}, term(words.scores[output])), h("th", {}, term("logit")))),
      h("tbody", {}, Array.from(logits.keys(), row))),
    output === "probabilities" ? null : h("p", { class: "hint" }, words.notShares),
  ];
}

/** above + below + rest = logit, or the lead over another. */
function sumOfShares({ above, below, rest, logits, toward, against }, names) {
  const sum = against < 0 ? `logit of ${names[toward]}` : `logit of ${names[toward]} less that of ${names[against]}`;
  const value = against < 0 ? number(logits[toward]) : `${number(logits[toward])} − ${logits[against] < 0 ? "(" : ""}${number(logits[against])}${logits[against] < 0 ? ")" : ""}`;
  return [
    legend({ plus: "speaks for", zero: "neither", minus: "speaks against" }),
    h("table", { class: "sum" },
      h("tr", {}, h("th", { scope: "row" }, "ink that speaks for (", term("share", "shares"), ")"), h("td", { class: "number" }, number(above))),
      h("tr", {}, h("th", { scope: "row" }, "ink that speaks against"), h("td", { class: "number" }, number(below))),
      h("tr", {}, h("th", { scope: "row" }, term("rest", "the rest")), h("td", { class: "number" }, number(rest))),
      h("tr", { class: "total" }, h("th", { scope: "row" }, sum), h("td", { class: "number" }, value))),
  ];
}
