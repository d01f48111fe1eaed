// Starts an exported page: one HTML file that carries the lab's files as they are, in script elements that the
// browser does not run. It loads no module of its own from disk, so the modules are put into one script, each as a
// function that returns what it exports. They are written in one manner: imports are whole lines that name a file,
// exports stand before a declaration. The worker is the same kind of script, made into a Blob.

{
  const IMPORT = /^import \{([^}]*)\} from "([^"]+)";$/gm;
  const LATER = /await import\("([^"]+)"\)/g; // a module of a part that is not always used
  const REEXPORT = /^export \{ (\w+) \};$/gm;
  const EXPORT = /^export ((?:async )?(?:function|const|class) (\w+))/gm;
  const texts = {};
  const bytes = {};
  /** @type {NodeListOf<HTMLElement>} */
  const carried = document.querySelectorAll("script[type='text/plain']");
  for (const { dataset, textContent } of carried) {
    const { file, bytes: name } = dataset;
    if (file) texts[file] = textContent;
    else bytes[`/${name}`] = textContent?.trim();
  }

  const resolve = (name, target) => new URL(target, `lab:/${name}`).pathname.slice(1);

  /** List the modules so that each comes after what it imports. */
  const visit = (name, order) => {
    const targets = [...texts[name].matchAll(IMPORT), ...texts[name].matchAll(LATER)].map((found) => found.at(-1));
    for (const target of targets) if (!order.includes(resolve(name, target))) visit(resolve(name, target), order);
    if (!order.includes(name)) order.push(name);
  };

  /** A module's text as a function's body that returns its exports. */
  const bodyOf = (name, order) => {
    const text = texts[name];
    const module = (target) => `byhandModule${order.indexOf(resolve(name, target))}`;
    const exported = [...text.matchAll(REEXPORT), ...text.matchAll(EXPORT)].map((found) => found.at(-1));
    const alone = text
      .replace(IMPORT, (_, names, target) => `const {${names}} = ${module(target)};`)
      .replace(LATER, (_, target) => module(target))
      .replace(REEXPORT, "")
      .replace(EXPORT, "$1");
    return `${alone.replaceAll("import.meta.url", JSON.stringify(`lab:/${name}`))}\nreturn { ${exported.join(", ")} };`;
  };

  const script = (entry) => {
    const order = [];
    visit(entry, order);
    return order
      .map((name, i) => `const byhandModule${i} = await (async () => {\n${bodyOf(name, order)}\n})();`)
      .join("\n");
  };

  globalThis.byhandWorker = () => {
    const files = `globalThis.byhandFiles = ${JSON.stringify(bytes)};`;
    const text = `${files}\n(async () => {\n${script("worker/worker.js")}\n})();`;
    return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  };
  document.head.append(
    Object.assign(document.createElement("script"), { type: "module", textContent: script("app/main.js") }),
  );
}
