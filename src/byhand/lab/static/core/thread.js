// One more thread of the core: the same module on the same memory, with a stack of its own.

onmessage = ({ data: { module, memory, stack } }) => {
  const exports = /** @type {any} */ (new WebAssembly.Instance(module, { env: { memory } }).exports);
  exports.__stack_pointer.value = stack;
  postMessage("ready");
  exports.bh_work(); // for good
};
