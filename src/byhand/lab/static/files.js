// Files that are dropped on the page or chosen in it: a model, a table of points, or MNIST's four.

/** Return what takes files, and what opens a model; put sets what a file brought. */
export function fileTaker(app, { put, show, views }) {
  /** Say what is wrong with a file in the page, and that nothing was opened. */
  const opened = (work) => work().then(put, (error) => { app.tell(error.message); return false; });

  const openModel = (request) => opened(async () => {
    await app.engine.ask("openModel", request);
    app.models = await app.engine.ask("models");
    return { model: "given" };
  });
  const openTable = (file) => opened(async () => ({ view: "plane", ...await app.engine.ask("readTable", { file }) }));

  async function take(files) {
    const ending = (...endings) => files.find(({ name }) => endings.some((one) => name.toLowerCase().endsWith(one)));
    const model = ending(".safetensors"), table = views.plane && ending(".csv", ".txt");
    if (!files.length) return;
    const isOpen = model ? await openModel({ bytes: await model.arrayBuffer(), name: model.name.replace(/\.safetensors$/, "") })
      : table ? await openTable(table) : await app.open("mnist", files) && put({ data: "mnist" });
    if (isOpen) show(true);
  }

  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  return { take, openModel };
}
