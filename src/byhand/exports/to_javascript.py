"""A model as a JavaScript module that imports nothing, for pages and node."""

from byhand.exports.inference_model import InferenceLayer, InferenceModel, about, number

_BENDS = {
    "": "z",
    "relu": "z.map((v) => Math.max(v, 0))",
    "leaky_relu": "z.map((v) => (v > 0 ? v : {slope} * v))",
    "sigmoid": "z.map((v) => 1 / (1 + Math.exp(-v)))",
    "tanh": "z.map(Math.tanh)",
    "softmax": "softmax(z)",
}

_HEAD = """// {about}
// answer(stored) takes {n_in} numbers and returns {what}. It throws a RangeError given another number of them.
{names}
function softmax(z) {{
  const most = Math.max(...z), powers = z.map((v) => Math.exp(v - most)), sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}}

function dense(x, W, b) {{
  const z = Array.from(b), n = z.length;
  for (let k = 0; k < x.length; k++) if (x[k]) for (let j = 0; j < n; j++) z[j] += x[k] * W[k * n + j];
  return z;
}}

"""


def to_javascript(plain: InferenceModel) -> bytes:
    """Return the module: export function answer(stored)."""
    what = "the values" if plain.is_values else "a score for each class; the largest wins"
    body = [
        "export function answer(stored) {",
        f"  if (stored.length !== {plain.n_in}) {_refusal(plain.n_in)}",
        "  let x = stored, z;",
    ]
    for i, layer in enumerate(plain.layers):
        body += [f"  z = dense(x, W{i}, B{i});", f"  x = {_BENDS[layer.bend].format(slope=number(layer.slope))};"]
    if plain.end:
        body += ["  z = x;", f"  x = {_BENDS[plain.end]};"]
    body += ["  return [1 - x[0], x[0]];" if plain.is_single else "  return x;", "}"]
    code, numbers = "\n".join(body), "".join(_numbers(i, layer) for i, layer in enumerate(plain.layers))
    head = _HEAD.format(about=about(plain), n_in=plain.n_in, what=what, names=_names(plain))
    return f"{head}{code}\n\n{numbers}".encode()


def _refusal(n_in: int) -> str:
    return f"throw new RangeError(`answer got ${{stored.length}} numbers; expected {n_in}`);"


def _names(plain: InferenceModel) -> str:
    """Return the arrays of class names and of input names; nothing where there are none."""
    arrays = {"classes": plain.class_names, "inputs": plain.input_names}
    joined = {name: ", ".join(text.for_javascript() for text in texts) for name, texts in arrays.items() if texts}
    return "".join(f"\nexport const {name} = [{texts}];\n" for name, texts in joined.items())


def _numbers(i: int, layer: InferenceLayer) -> str:
    rows = ",\n".join(",".join(map(number, row)) for row in layer.W)
    biases = ",".join(map(number, layer.b))
    return f"const W{i} = Float32Array.from([\n{rows}\n]);\nconst B{i} = Float32Array.from([{biases}]);\n"
