// Files that are dropped on the page or chosen in it: a model, a picture of a digit, a table of points, or MNIST's four.

const PICTURES = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];
const MAX_BYTES = 64 << 20;
const MAX_PIXELS = 64e6; // of a picture: the same pixels as byhand predict takes

/** Return what takes files, and what opens a model; put sets what a file brought. */
export function fileTaker(app, { put, show, views }) {
  /** Say what is wrong with a file in the page, and that nothing was opened. */
  const opened = (work) =>
    work().then(put, (error) => {
      app.tell(error.message);
      return false;
    });

  const openModel = (request) =>
    opened(async () => {
      await app.engine.ask("openModel", request);
      app.models = await app.engine.ask("models");
      return { model: "given" };
    });
  const openTable = (file) => opened(async () => ({ view: "plane", ...(await app.engine.ask("readTable", { file })) }));

  const openPicture = (file) =>
    opened(async () => {
      const { stored } = await app.engine.ask("readPicture", await pixelsOf(file));
      return { view: "draw", picture: stored, digit: -1, label: -1 };
    });

  async function take(files) {
    const ending = (...endings) => files.find(({ name }) => endings.some((one) => name.toLowerCase().endsWith(one)));
    const model = ending(".safetensors");
    const table = views.plane && ending(".csv", ".txt");
    const drawn = ending(...PICTURES);
    if (!files.length) return;
    const isOpen = model
      ? await openModel({ bytes: await model.arrayBuffer(), name: model.name.replace(/\.safetensors$/, "") })
      : drawn
        ? await openPicture(drawn)
        : table
          ? await openTable(table)
          : (await app.open("mnist", files)) && put({ data: "mnist" });
    if (isOpen) show(true);
  }

  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  return { take, openModel };
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
  if (height * width > MAX_PIXELS)
    throw new Error(
      `the file ${file.name} has ${(height * width).toLocaleString("en")} pixels; expected ${MAX_PIXELS.toLocaleString("en")} at most`,
    );
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  return { rgba: context.getImageData(0, 0, width, height).data, height, width };
}
