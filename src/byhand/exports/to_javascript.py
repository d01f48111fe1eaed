"""A model as a JavaScript module that imports nothing, for pages and node."""

from byhand.exports.inference_model import InferenceModel, about, missing_rule, number
from byhand.lowering import FusedDense

_ACTIVATIONS = {
    "identity": "z",
    "relu": "z.map((v) => Math.max(v, 0))",
    "leaky_relu": "z.map((v) => (v > 0 ? v : {slope} * v))",
    "sigmoid": "z.map((v) => 1 / (1 + Math.exp(-v)))",
    "tanh": "z.map(Math.tanh)",
    "exp": "z.map(Math.exp)",
    "selu": "z.map((v) => (v > 0 ? 1.05070099 * v : 1.75809934 * Math.expm1(v)))",
    "mish": "z.map((v) => v * Math.tanh(Math.log1p(Math.exp(v))))",
    "softmax": "softmax(z)",
}

_HEAD = """// {about}
// answer(stored) takes {n_in} numbers and returns {what}. It throws a RangeError given another number of them.
{missing}{names}
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


def to_javascript(model: InferenceModel) -> bytes:
    """Return the module: export function answer(stored)."""
    what = "the values" if model.is_values else "a score for each class; the largest wins"
    body = [
        "export function answer(stored) {",
        f"  if (stored.length !== {model.n_given}) {_refusal(model.n_given)}",
        *_read(model),
    ]
    if model.clip:
        body += ["  x = Array.from(x, (v, i) => {", "    const s = v * SCALE[i] + SHIFT[i];"]
        body += [f"    return s / Math.sqrt(1 + (s / {number(model.clip)}) ** 2);", "  });"]
    for i, layer in enumerate(model.layers):
        body += [f"  z = dense(x, W{i}, B{i});", f"  x = {_activate(layer)};"]
    if model.output_activation != "identity":
        body += ["  z = x;", f"  x = {_ACTIVATIONS[model.output_activation]};"]
    if model.limits:
        limits = ", ".join(f"[{number(low)}, {number(high)}]" for low, high in model.limits)
        body += [f"  const limits = [{limits}];"]
        body += ["  x = Array.from(x, (v, j) => Math.min(Math.max(v, limits[j][0]), limits[j][1]));"]
    body += ["  return [1 - x[0], x[0]];" if model.is_single else "  return x;", "}"]
    code, numbers = "\n".join(body), "".join(_numbers(i, layer) for i, layer in enumerate(model.layers))
    head = _HEAD.format(about=about(model), n_in=model.n_given, what=what, names=_names(model), missing=_missing(model))
    return f"{head}{code}\n\n{_means(model)}{_clipping(model)}{numbers}".encode()


def _missing(model: InferenceModel) -> str:
    rule = missing_rule(model)
    return f"// {rule.replace('nan,', 'NaN, null or undefined,')}\n" if rule else ""


def _read(model: InferenceModel) -> list[str]:
    """Return the lines that take the input; of a table, its missing cells are filled or refused."""
    if not model.is_table:
        return ["  let x = stored, z;"]
    gap = "v == null || Number.isNaN(v)"
    refusal = 'throw new RangeError("answer got a missing number and has no mean for it; expected a number");'
    if model.sources:
        return [
            f"  const isMissing = (v) => {gap};",
            "  const input = (i, k) =>",
            "    i < 0 ? Number(isMissing(stored[~i])) : isMissing(stored[i]) ? MEANS[k] : stored[i];",
            "  let x = SOURCES.map(input), z;",
            f"  if (x.some(isMissing)) {refusal}",
        ]
    x = f"Array.from(stored, (v, i) => ({gap} ? MEANS[i] : v))" if model.means else "stored"
    return [f"  let x = {x}, z;", f"  if (Array.from(x).some((v) => {gap})) {refusal}"]


def _means(model: InferenceModel) -> str:
    """Return the arrays of sources and means; nothing where there are none."""
    if not model.means:
        return ""
    sources = f"const SOURCES = {list(model.sources)};\n" if model.sources else ""
    return f"{sources}const MEANS = [{', '.join(number(mean) if mean == mean else 'NaN' for mean in model.means)}];\n"


def _clipping(model: InferenceModel) -> str:
    """Return the arrays of scales and shifts; nothing where the first layer has them."""
    arrays = {"SCALE": model.scale, "SHIFT": model.shift}
    return "".join(f"const {name} = [{', '.join(map(number, values))}];\n" for name, values in arrays.items() if values)


def _refusal(n_in: int) -> str:
    return f"throw new RangeError(`answer got ${{stored.length}} numbers; expected {n_in}`);"


def _names(model: InferenceModel) -> str:
    """Return the arrays of class names and of input names, if there are any."""
    arrays = {"classes": model.class_names, "inputs": model.input_names}
    joined = {name: ", ".join(text.for_javascript() for text in texts) for name, texts in arrays.items() if texts}
    return "".join(f"\nexport const {name} = [{texts}];\n" for name, texts in joined.items())


def _activate(layer: FusedDense) -> str:
    return _ACTIVATIONS[layer.activation].format(slope=number(layer.negative_slope))


def _numbers(i: int, layer: FusedDense) -> str:
    rows = ",\n".join(",".join(map(number, row)) for row in layer.W)
    biases = ",".join(map(number, layer.b))
    return f"const W{i} = Float32Array.from([\n{rows}\n]);\nconst B{i} = Float32Array.from([{biases}]);\n"
