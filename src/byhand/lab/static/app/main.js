// The page's heart: one state, one engine, one view at a time. A view says which frames it wants for a state; they are
// asked for, newest first, and the view is shown with what has come.

import { awayMenu, codeMenu } from "../ui/export-menu.js";
import { fill, h, select } from "../ui/dom.js";
import { Engine } from "./worker-client.js";
import { fileTaker } from "./file-drop.js";
import { setColours } from "../ui/palette.js";
import { fragmentOf, stateFrom } from "../shared/settings.js";
import { TEXT } from "../ui/strings.js";
import { VIEWS } from "../views/views.js";

const PLACES = ["view", "model", "digit"]; // what Back leads back to
const WRITE_MS = 300; // the address is written when the state has rested so long

const main = document.querySelector("#main");
const problem = document.querySelector("#problem");
const engine = new Engine();
const app = { engine, set, refresh, tell, open, frames: {}, models: {}, data: null, hello: null, token: takeToken() };
const asked = {};
const flying = {};
const next = {}; // what the view wants, by key
let state = stateFrom(location.hash);
let view;
let shownName;
let writing;

/** The token comes in the address once, is kept for this tab, and does not stay in links that are passed on. */
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) sessionStorage.setItem("byhand-token", given);
  return given ?? sessionStorage.getItem("byhand-token");
}

/** Change the state; the view, its frames and the address follow. */
function set(changes) {
  const before = state;
  const isPlace = PLACES.some((name) => name in changes && changes[name] !== before[name]);
  state = { ...state, ...changes };
  clearTimeout(writing);
  if (isPlace) visit(before);
  else write();
  show(state.view !== before.view);
}

/** Write the address when the state has rested; the page says meanwhile that it is not written yet. */
function write() {
  const { dataset } = document.documentElement;
  dataset.address = "unwritten";
  writing = setTimeout(() => {
    history.replaceState(null, "", fragmentOf(state));
    delete dataset.address;
  }, WRITE_MS);
}

/** A place of its own in the browser's history: Back leads to where we were, as it was when we left it. */
function visit(before) {
  history.replaceState(null, "", fragmentOf(before));
  history.pushState(null, "", fragmentOf(state));
  delete document.documentElement.dataset.address;
}

function show(isNew) {
  document.documentElement.dataset.theme = state.theme;
  setColours(state.colours);
  if (isNew || !view) {
    view?.leave?.(shownName !== state.view);
    Object.keys(asked).forEach((key) => delete asked[key]); // networks may have learned since
    if (!VIEWS[state.view]) state.view = "draw";
    shownName = state.view;
    view = VIEWS[state.view](app, state);
    fill(main, view.element);
    document.title = `${TEXT.views[state.view]} · ${TEXT.title}`;
    drawNavigation();
  }
  refresh();
}

let drawnModels = "";
const menus = [codeMenu(app, () => state), awayMenu(app, () => state)];

function refresh() {
  const models = Object.keys(app.models).join();
  if (models !== drawnModels) {
    drawnModels = models;
    drawNavigation();
  }
  want(view.wants(state, app.frames));
  view.show(state, app.frames);
}

function drawNavigation() {
  const link = ([name, words]) =>
    h(
      "a",
      {
        href: fragmentOf({ ...state, view: name }),
        "aria-current": name === state.view ? "page" : null,
        onclick: (event) => {
          event.preventDefault();
          set({ view: name });
          main.focus({ preventScroll: true });
        },
      },
      words,
    );
  fill(
    document.querySelector("#views"),
    Object.keys(VIEWS).map((name) => link([name, TEXT.views[name]])),
  );
  const sizes = ({ layers }) => [layers[0].n_in, ...layers.map(({ n_out }) => n_out)].join("-");
  const choices = Object.fromEntries(
    Object.entries(app.models).map(([name, model]) => [name, `${TEXT.models[name]}: ${sizes(model)}`]),
  );
  const labelled = (label, control) => {
    control.setAttribute("aria-label", label);
    return control;
  };
  fill(
    document.querySelector("#settings"),
    labelled(
      "Network",
      select(Object.keys(choices), state.model, (model) => set({ model }), choices),
    ),
    labelled(
      "Theme",
      select(
        Object.keys(TEXT.theme),
        state.theme,
        (theme) => {
          set({ theme });
          show(true);
        },
        TEXT.theme,
      ),
    ),
    labelled(
      "Colours",
      select(
        Object.keys(TEXT.colours),
        state.colours,
        (colours) => {
          set({ colours });
          show(true);
        },
        TEXT.colours,
      ),
    ),
    VIEWS.train && menus,
  );
}

// What a view wants is asked once; while one answer is on its way only the newest next question is kept.

function want(wants) {
  for (const [key, wish] of Object.entries(wants)) {
    if (wish === null) drop(key);
    if (!wish || same(asked[key], wish)) continue; // undefined: not now
    asked[key] = wish;
    if (flying[key]) next[key] = wish;
    else fly(key, wish);
  }
}

function drop(key) {
  for (const table of [asked, next, app.frames]) delete table[key];
}

function same(a, b) {
  return (
    a &&
    a.ask === b.ask &&
    a.stamp === b.stamp &&
    Object.keys(b.request).every((name) => a.request[name] === b.request[name])
  );
}

async function fly(key, wish) {
  flying[key] = true;
  if (wish.after) await new Promise((resolve) => setTimeout(resolve, wish.after));
  try {
    if (same(asked[key], wish)) {
      const frame = await engine.ask(wish.ask, wish.request);
      if (same(asked[key], wish)) app.frames[key] = { ...frame, request: wish.request };
    }
  } catch (error) {
    tell(error.message);
    if (same(asked[key], wish)) delete app.frames[key]; // what was there answers something else
  }
  flying[key] = false;
  const following = next[key];
  delete next[key];
  if (following) fly(key, following);
  refresh();
}

/** Say what went wrong, in one sentence; without a sentence, nothing is wrong. */
function tell(sentence) {
  problem.hidden = !sentence;
  fill(
    problem,
    sentence
      ? [
          `${sentence[0].toUpperCase()}${sentence.slice(1)}. `,
          h("button", { type: "button", onclick: () => tell() }, "Close"),
        ]
      : [],
  );
}

/** Open data by its name; true when it is there. */
async function open(name, files) {
  if (app.data?.name === name && !files) return true;
  try {
    app.data = await engine.ask("openData", { name, files, token: app.token });
    tell();
    return true;
  } catch (error) {
    tell(name !== "mnist" || files ? error.message : error.message.includes("401") ? TEXT.noToken : TEXT.noData);
    return false;
  }
}

/** The server has these data: they are fetched when they are first needed, not before the page is there. */
async function choose({ image_shape: imageShape }) {
  await engine.ask("chooseData", { name: "mnist", token: app.token });
  app.data = { name: "mnist", imageShape };
}

/** Set what a file brought; nothing is wrong any more. */
function put(changes) {
  tell();
  set(changes);
  return true;
}

const { take, openModel } = fileTaker(app, { put, show, views: VIEWS });
app.take = take;

async function hello() {
  if (!app.token) return null;
  const reply = await fetch("api/hello", { headers: { "X-Byhand-Token": app.token } }).catch(() => null);
  return reply?.ok ? reply.json() : null;
}

addEventListener("hashchange", () => {
  clearTimeout(writing);
  takeToken();
  state = withModelAtHand(stateFrom(location.hash));
  show(true);
});

let painting = false; // frames may come faster than they can be painted: only the newest is

engine.onFrame((frame) => {
  app.frames[frame.kind] = frame;
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    if (state.model === "trained" && state.view !== "train" && frame.kind === "training")
      refresh(); // what is shown learns
    else view.show(state, app.frames);
  });
});
document.querySelector("#skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
fill(document.querySelector("#footer"), h("p", {}, VIEWS.train ? TEXT.drop : TEXT.exported));

/** Watch a training on the desk: the server sends its newest frame. */
function watch() {
  const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws").replace(/#.*/, "")));
  socket.onopen = () => socket.send(app.token);
  socket.onclose = () => {
    if (app.frames.live) {
      app.frames.live.ended = true;
      view?.show(state, app.frames);
    }
  };
  socket.onmessage = ({ data }) => {
    app.frames.live = JSON.parse(data);
    if (view) view.show(state, app.frames);
  };
}

/** A link can ask for a network that was trained in another tab: the ready one is shown then, and that is said. */
function withModelAtHand(wanted) {
  if (app.models[wanted.model]) return wanted;
  tell(TEXT.absent[wanted.model] ?? TEXT.absent.trained);
  return { ...wanted, model: "shipped" };
}

/** What the address asks for goes before what the server offers. */
async function begin() {
  const asks = new URLSearchParams(location.hash.slice(1));
  const wanted = state;
  app.models = await engine.ask("models");
  app.hello = await hello();
  if (app.hello?.live) watch();
  if (app.hello?.model) await openModel({ token: app.token, name: app.hello.model });
  const model = asks.has("model") ? wanted.model : app.models.given ? "given" : "shipped";
  const data = asks.has("data") || !app.hello?.data ? wanted.data : "mnist";
  const view = app.hello?.live && !asks.has("view") ? "train" : wanted.view; // who follows a training came for that
  state = { ...wanted, data, view };
  if (VIEWS.train) await (app.hello?.data ? choose(app.hello.data) : open("digits")); // an exported page has no data
  state = withModelAtHand({ ...state, model });
}

try {
  await begin();
} catch (error) {
  tell(error.message);
}
clearTimeout(writing);
show(true);
document.documentElement.dataset.ready = "yes";
