// The page's heart: one state, one worker, one view at a time. A view says which frames it wants for a state; they are
// requested, newest first, and the view is shown with what has come.

import { fragmentOf, offerViews } from "../shared/settings.js";
import { element, h, replaceChildren } from "../ui/dom.js";
import { applyDepth } from "../ui/depth.js";
import { setColours, themeOf } from "../ui/palette.js";
import { TEXT } from "../ui/strings.js";
import { createLessons } from "../lessons/lessons.js";
import { HAS_DIGITS, IS_EXPORTED, VIEWS } from "../views/views.js";
import { beginEmbedding } from "./embed.js";
import { createFileOpeners } from "./file-drop.js";
import { listenToKeys } from "./keys.js";
import { exchangeToken, fetchHello, watchLive } from "./live.js";
import { createNavigation } from "./navigation.js";
import { waitForFirstAnswers } from "./opening.js";
import { Requests } from "./requests.js";
import { Store } from "./store.js";
import { WorkerClient } from "./worker-client.js";

const DIGITS = { name: "digits", imageShape: [8, 8], n_test: 360 }; // those that come with the page
const main = element("#main");
const problem = element("#problem");
const admission = exchangeToken(); // before anything reads the address
const client = new WorkerClient();
offerViews(Object.keys(VIEWS)); // before the store reads the address
const store = new Store((before) => show(VIEWS[store.state.view] !== VIEWS[before.view]));

/** @type {import("../shared/types.js").App} */
const app = {
  client,
  frames: {},
  models: {},
  data: null,
  hello: null,
  has: (name) => name in VIEWS,
  set: (changes) => store.set(changes),
  refresh,
  showError,
  openData,
  openFiles: async () => {},
  beginLesson: (id) => lessons?.begin(id),
};
const lessons = createLessons(app, () => store.state);
const requests = new Requests(client, app.frames, { showError, refresh });
const navigation = createNavigation(app, store, { redraw: () => show(true), listKeys: () => keys.list() });
const { openFiles, openModel } = createFileOpeners(app, {
  apply,
  redraw: () => show(true),
});
app.openFiles = openFiles;

/** @type {import("../shared/types.js").View} */
let view;
let shownName;
let drawnModels = "";
/** @type {(() => void) | null} */
let tellPlace = null; // to the page around
let isPainting = false; // frames may come faster than they can be painted: only the newest is

function show(isNew) {
  const { state } = store;
  const theme = themeOf(state.theme);
  Object.assign(document.documentElement.dataset, { theme, colours: state.colours });
  document.documentElement.toggleAttribute("data-projector", state.projector);
  if (!state.projector) document.documentElement.removeAttribute("data-blank");
  setColours(state.colours, theme);
  if (isNew || !view) create();
  else if (shownName !== state.view) name(); // a drawer of it was opened or closed
  refresh();
  tellPlace?.();
}

/** Make the view that the state asks for. */
function create() {
  const { state } = store;
  view?.leave?.(VIEWS[shownName] !== VIEWS[state.view]);
  requests.forget(); // networks may have learned since
  view = VIEWS[state.view](app, state);
  replaceChildren(main, view.element);
  name();
}

/** Name the view in the title and the header. */
function name() {
  shownName = store.state.view;
  document.title = `${TEXT.views[shownName]} · ${TEXT.title}`;
  navigation.draw();
}

function refresh() {
  const models = Object.keys(app.models).join();
  if (models !== drawnModels) {
    drawnModels = models;
    navigation.draw();
  }
  navigation.show();
  requests.requestAll(view.wants(store.state, app.frames));
  view.show(store.state, app.frames);
  lessons?.follow();
}

/** Say what went wrong, in one sentence; without a sentence, nothing is wrong. */
function showError(sentence = "") {
  problem.hidden = !sentence;
  const close = h("button", { onclick: () => showError() }, "Close");
  replaceChildren(problem, sentence ? [`${sentence[0].toUpperCase()}${sentence.slice(1)}. `, close] : []);
}

/** Open data by its name; true when it is there. */
async function openData(name, files) {
  if (app.data?.name === name && !files) return true;
  try {
    app.data = await client.request("openData", { name, files });
    showError();
    return true;
  } catch (error) {
    if (name !== "mnist" || files) showError(error.message);
    else showError(error.message.includes("401") ? TEXT.guest.none : TEXT.noData);
    return false;
  }
}

/** These data are at hand: they are fetched when they are first needed, not before the page is there. */
async function chooseData(data) {
  await client.request("chooseData", { name: data.name });
  app.data = data;
}

/** Set what a file brought; nothing is wrong any more. */
function apply(changes) {
  showError();
  store.set(changes);
  return true;
}

/** A link can ask for a network that was trained in another tab: the pretrained one is shown then, and that is said. */
function withModelAtHand(wanted) {
  if (app.models[wanted.model]) return wanted;
  showError(TEXT.absent[wanted.model] ?? TEXT.absent.trained);
  return { ...wanted, model: "pretrained" };
}

/** What the steps of a lesson have set up to the one that the link names, unless the link has it otherwise. */
async function stepOfLesson({ lesson }, asks) {
  const changes = (await lessons?.stateFor(lesson)) ?? {};
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !asks.has(name)));
}

/** Ask what the server has, and choose its data; a guest reads how to get in. */
async function enter(admitted) {
  const { hello, isGuest } = await fetchHello();
  const how = await admitted;
  if (isGuest && !store.state.embed) showError(TEXT.guest[how]);
  app.hello = hello;
  if (HAS_DIGITS) await chooseOffer();
  return hello;
}

/** The server's data, else those that come with the page. */
const chooseOffer = () =>
  chooseData(app.hello?.data ? { name: "mnist", imageShape: app.hello.data.image_shape } : DIGITS);

/** What an address names. */
const parseAddress = () => new URLSearchParams(location.hash.slice(1));

/** A state as an address asks for it, and, of what it does not name, what the server offers. */
function withOffers(wanted, asks) {
  const offered = app.hello?.model && app.models.uploaded ? "uploaded" : "pretrained";
  const model = asks.has("model") ? wanted.model : offered;
  const data = asks.has("data") || !app.hello?.data ? wanted.data : "mnist";
  return { ...wanted, model, data };
}

/** What the address asks for goes before what the server offers. */
async function begin() {
  const asks = parseAddress();
  const wanted = store.state;
  app.models = await client.request("models");
  const hello = await enter(admission);
  if (hello?.live) watchLive({ onFrame: showLive, onClose: endLive });
  if (hello?.model) await openModel({ name: hello.model });
  const view = hello?.live && !asks.has("view") ? "train" : wanted.view; // who follows a training came for that
  store.state = { ...withOffers(wanted, asks), view };
  store.state = withModelAtHand({ ...store.state, ...(await stepOfLesson(wanted, asks)) });
}

/** In a frame of another page: the view that is asked for, and no lesson. */
function embed() {
  store.state = { ...store.state, view: store.state.embed, lesson: "" };
  const page = {
    stateNow: () => store.state,
    set: (changes) => store.set(changes),
    address: () => fragmentOf(store.state),
  };
  tellPlace = beginEmbedding(page);
}

function showLive(frame) {
  app.frames.live = frame;
  view?.show(store.state, app.frames);
}

function endLive() {
  if (!app.frames.live) return;
  app.frames.live.ended = true;
  view?.show(store.state, app.frames);
}

/** Paint the newest frame. A view that shows a network that is being trained is asked what it wants, too. */
function paint(frame) {
  isPainting = false;
  const { model, view: name } = store.state;
  navigation.show();
  if (frame.kind === "training" && (model === "trained" || name === "train")) refresh();
  else {
    view.show(store.state, app.frames);
    lessons?.follow();
  }
}

client.onFrame((frame) => {
  app.frames[frame.kind] = frame;
  if (isPainting) return;
  isPainting = true;
  requestAnimationFrame(() => paint(frame));
});

addEventListener("hashchange", async () => {
  const admitted = exchangeToken();
  const before = store.state;
  store.read();
  if (store.isWrittenByHand) {
    store.state = withOffers(store.state, parseAddress());
    if (app.hello?.data && app.data?.name !== "mnist") await chooseOffer();
  }
  store.state = withModelAtHand(store.state);
  store.write();
  show(!isOfDrawerOnly(before, store.state));
  store.restoreViewState();
  if ((await admitted) === "none") return;
  showError();
  await enter(admitted);
  show(true);
});

/** Was nothing done between two states but a drawer of the view opened or closed? Then the focus can go back. */
function isOfDrawerOnly(before, after) {
  const { view: name, confusion } = before;
  const isSameView = name !== after.view && VIEWS[name] === VIEWS[after.view];
  return isSameView && fragmentOf({ ...after, view: name, confusion }) === fragmentOf(before);
}
addEventListener("pagehide", () => store.saveViewState());

/** Press the button of the view that is marked as this: undo, clear, start. */
function press(what) {
  /** @type {HTMLElement | null} */
  const found = document.querySelector(`main [data-key="${what}"], main [data-lesson$="-${what}"]`);
  found?.click();
  return Boolean(found);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(true));
element("#skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
const keys = listenToKeys({
  stateNow: () => store.state,
  set: (changes) => store.set(changes),
  isIn: app.has,
  press,
  turn: (steps) => lessons?.turn(steps) ?? false,
});
replaceChildren(element("#footer"), h("p", {}, IS_EXPORTED ? TEXT.exported : TEXT.drop));

applyDepth();
navigation.draw(); // the header is there before the worker is
try {
  await begin();
} catch (error) {
  showError(error.message);
}
if (store.state.embed) embed();
store.write();
show(true);
await waitForFirstAnswers(() => requests.isIdle && client.isIdle);
store.restoreViewState();
document.documentElement.removeAttribute("data-opening");
document.documentElement.dataset.ready = "yes";
