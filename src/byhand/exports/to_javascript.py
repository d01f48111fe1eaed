"""A model as a JavaScript module that imports nothing, for pages and node."""

from byhand.arrays import Array
from byhand.exports.inference_layers import ABOUT_EMBEDDING, ABOUT_HEADS, InferenceHeads, InferenceLayer
from byhand.exports.inference_model import InferenceModel, about, exact_number, missing_rule, number

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

# the terms v of an embedded input x; k: which one it is
_TERMS = {
    "periodic_embedding": "OMEGA[k].map((w, i) => Math.cos(w * x + PHASE[k][i]))",
    "periodic_linear_embedding": "[Math.cos, Math.sin].flatMap((wave) => OMEGA[k].map((w) => wave(w * x)))",
    "piecewise_embedding": """EDGES[k].slice(1).map((high, i) => {
    const width = high - EDGES[k][i], share = width > 0 ? (x - EDGES[k][i]) / width : 0;
    return Math.min(Math.max(share, 0), 1);
  })""",
}

_EMBED = """// {about}
function embed(inputs) {{
  const terms = (x, k) => {terms};
  return [...{kept}, ...COLUMNS.flatMap((column, k) => dense(terms(inputs[column], k), V[k], C[k]))];
}}

"""

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
    if model.scale:
        body += _scale(model)
    body += ["  x = embed(x);"] if model.embedding else []
    body += _heads(model, model.heads) if model.heads else _layers(model)
    if model.output_activation != "identity":
        body += ["  z = x;", f"  x = {_ACTIVATIONS[model.output_activation]};"]
    if model.limits:
        limits = ", ".join(f"[{number(low)}, {number(high)}]" for low, high in model.limits)
        body += [f"  const limits = [{limits}];"]
        body += ["  x = Array.from(x, (v, j) => Math.min(Math.max(v, limits[j][0]), limits[j][1]));"]
    body += ["  return [1 - x[0], x[0]];" if model.is_single else "  return x;", "}"]
    code, numbers = "\n".join(body), "".join(_numbers(i, layer) for i, layer in enumerate(model.layers))
    head = _HEAD.format(about=about(model), n_in=model.n_given, what=what, names=_names(model), missing=_missing(model))
    signs = _rows("R", model.heads.R) if model.heads else ""
    arrays = f"{_means(model)}{_scaling(model)}{_embedding_numbers(model)}{signs}{numbers}"
    return f"{head}{_embed(model)}{code}\n\n{arrays}".encode()


def _layers(model: InferenceModel) -> list[str]:
    """Return the lines of the dense layers."""
    lines = []
    for i, layer in enumerate(model.layers):
        head = "[head]" if layer.W.ndim == 3 else ""
        lines += [f"  z = dense(x, W{i}{head}, B{i}{head});", f"  x = {_activate(i, layer)};"]
    return lines


def _heads(model: InferenceModel, heads: InferenceHeads) -> list[str]:
    """Return the lines of all heads and of their mean."""
    k = len(heads.R)
    return [
        f"  // {ABOUT_HEADS}",
        "  const given = Array.from(x), answers = [];",
        f"  for (let head = 0; head < {k}; head++) {{",
        "    x = given.map((v, i) => v * R[head][i]);",
        *(f"  {line}" for line in _layers(model)),
        f"    answers.push({'softmax(x)' if heads.has_softmax else 'x'});",
        "  }",
        f"  x = answers[0].map((_, j) => answers.reduce((sum, answer) => sum + answer[j], 0) / {k});",
    ]


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
    means = ", ".join(exact_number(mean) if mean == mean else "NaN" for mean in model.means)
    return f"{sources}const MEANS = [{means}];\n"


def _scale(model: InferenceModel) -> list[str]:
    """Return the lines that scale the inputs and, where they are clipped, do so smoothly."""
    if not model.clip:
        return ["  x = Array.from(x, (v, i) => v * SCALE[i] + SHIFT[i]);"]
    return [
        "  x = Array.from(x, (v, i) => {",
        "    const s = v * SCALE[i] + SHIFT[i];",
        f"    return s / Math.sqrt(1 + (s / {number(model.clip)}) ** 2);",
        "  });",
    ]


def _scaling(model: InferenceModel) -> str:
    """Return the arrays of scales and shifts; nothing where the first layer has them."""
    arrays = {"SCALE": model.scale, "SHIFT": model.shift}
    return "".join(
        f"const {name} = [{', '.join(map(exact_number, values))}];\n" for name, values in arrays.items() if values
    )


def _embed(model: InferenceModel) -> str:
    """Return the function that embeds the inputs, if they are."""
    one = model.embedding
    if one is None:
        return ""
    kept = "inputs" if one.keeps_all else "KEPT.map((i) => inputs[i])"
    return _EMBED.format(about=ABOUT_EMBEDDING[one.kind], terms=_TERMS[one.kind], kept=kept)


def _embedding_numbers(model: InferenceModel) -> str:
    """Return the arrays of the embedding, one row for each embedded input, if there is one."""
    one = model.embedding
    if one is None:
        return ""
    integers = "".join(f"const {name} = {list(values)};\n" for name, values in one.places.items())
    return integers + "".join(_rows(name, array) for name, array in one.tables.items())


def _rows(name: str, array: Array) -> str:
    """Return an array of arrays, one for each place of the first axis."""
    rows = ",\n".join(f"[{','.join(map(number, row))}]" for row in array.reshape(len(array), -1))
    return f"const {name} = [\n{rows}\n];\n"


def _refusal(n_in: int) -> str:
    return f"throw new RangeError(`answer got ${{stored.length}} numbers; expected {n_in}`);"


def _names(model: InferenceModel) -> str:
    """Return the arrays of class names and of input names, if there are any."""
    arrays = {"classes": model.class_names, "inputs": model.input_names}
    joined = {name: ", ".join(text.for_javascript() for text in texts) for name, texts in arrays.items() if texts}
    return "".join(f"\nexport const {name} = [{texts}];\n" for name, texts in joined.items())


def _activate(i: int, layer: InferenceLayer) -> str:
    """Return the activation of z; of a parametric one, each unit has its share alpha."""
    a = _ACTIVATIONS[layer.activation].format(slope=number(layer.negative_slope))
    return a if layer.alpha is None else f"{a}.map((a, j) => (1 - ALPHA{i}[j]) * z[j] + ALPHA{i}[j] * a)"


def _numbers(i: int, layer: InferenceLayer) -> str:
    arrays = {"W": layer.W, "B": layer.b, "ALPHA": layer.alpha}
    is_by_head = layer.W.ndim == 3
    return "".join(
        f"const {name}{i} = {_by_head(array) if is_by_head else _floats(array)};\n"
        for name, array in arrays.items()
        if array is not None
    )


def _by_head(array: Array) -> str:
    items = ",\n".join(map(_floats, array))
    return f"[\n{items}\n]"


def _floats(array: Array) -> str:
    """Return a typed array; each row of a matrix is a line."""
    if array.ndim == 1:
        return f"Float32Array.from([{','.join(map(number, array))}])"
    rows = ",\n".join(",".join(map(number, row)) for row in array)
    return f"Float32Array.from([\n{rows}\n])"
