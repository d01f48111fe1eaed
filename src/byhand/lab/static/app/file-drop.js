// Files that are dropped on the page or chosen in it: a model, a picture of a digit, a table of points, or MNIST.

const PICTURES = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];
const MAX_BYTES = 64 << 20;
const MAX_PIXELS = 64e6; // of a picture: the same pixels as byhand predict takes

/** Return what opens files, and what opens a model. apply: sets what a file brought. */
export function createFileOpeners(app, { apply, redraw }) {
  /** Apply what came of a file; where something is wrong with it, say so, and that nothing was opened. */
  const attempt = (work) =>
    work.then(apply, (error) => {
      app.showError(error.message);
      return false;
    });

  const openModel = (request) => attempt(readModel(app, request));

  const openMnist = async (files) => (await app.openData("mnist", files)) && apply({ data: "mnist" });

  async function openFiles(files) {
    if (!files.length) return;
    const ending = (...endings) => files.find(({ name }) => endings.some((one) => name.toLowerCase().endsWith(one)));
    const model = ending(".safetensors");
    const picture = app.has("draw") && ending(...PICTURES);
    const table = app.has("plane") && ending(".csv", ".tsv", ".txt");
    let isOpen;
    if (model) isOpen = await openModel(await uploadOf(model));
    else if (picture) isOpen = await attempt(readPicture(app, picture));
    else if (table) isOpen = await attempt(readTable(app, table));
    else isOpen = await openMnist(files);
    if (isOpen) redraw();
  }

  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    openFiles([...(event.dataTransfer?.files ?? [])]);
  });
  return { openFiles, openModel };
}

const uploadOf = async (file) => ({ bytes: await file.arrayBuffer(), name: file.name.replace(/\.safetensors$/, "") });

async function readModel(app, request) {
  await app.client.request("openModel", request);
  app.models = await app.client.request("models");
  return { model: "uploaded" };
}

const readTable = async (app, file) => ({ view: "plane", ...(await app.client.request("readTable", { file })) });

async function readPicture(app, file) {
  const { stored } = await app.client.request("readPicture", await pixelsOf(file));
  return { view: "draw", picture: stored, digit: -1, label: -1 };
}

/** A picture file's pixels, turned as its camera says: {rgba, height, width}. */
async function pixelsOf(file) {
  if (file.size > MAX_BYTES) throw new Error(`the file ${file.name} is larger than 64 MB; expected a smaller picture`);
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new Error(
      `the file ${file.name} is not a picture that this browser reads; expected a PNG or JPEG of one digit`,
    );
  });
  const { height, width } = bitmap;
  if (height * width > MAX_PIXELS) {
    const [found, most] = [height * width, MAX_PIXELS].map((n) => n.toLocaleString("en"));
    throw new Error(`the file ${file.name} has ${found} pixels; expected ${most} at most`);
  }
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("this browser cannot draw on a canvas off the screen, which reading a picture needs");
  context.drawImage(bitmap, 0, 0);
  return { rgba: context.getImageData(0, 0, width, height).data, height, width };
}
