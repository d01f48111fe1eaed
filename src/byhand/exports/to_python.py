"""A model as a Python file without imports."""

from byhand.arrays import Array
from byhand.exports.inference_layers import ABOUT_EMBEDDING, ABOUT_HEADS, InferenceHeads, InferenceLayer
from byhand.exports.inference_model import InferenceModel, about, exact_number, missing_rule, number

_ACTIVATIONS = {
    "identity": "z",
    "relu": "[max(v, 0.0) for v in z]",
    "leaky_relu": "[v if v > 0 else {slope} * v for v in z]",
    "sigmoid": "[_sigmoid(v) for v in z]",
    "tanh": "[2 * _sigmoid(2 * v) - 1 for v in z]",
    "exp": "[E ** min(v, 700.0) for v in z]",
    "selu": "[1.05070099 * v if v > 0 else 1.75809934 * (E**v - 1.0) for v in z]",
    "mish": "[_mish(v) for v in z]",
    "softmax": "_softmax(z)",
}

# how the terms v of an embedded input x are computed; k: which one it is
_TERMS = {
    "periodic_embedding": """
    waves = [E ** (1j * (w * x + p)) for w, p in zip(OMEGA[k], PHASE[k])]  # E ** (1j * u) is cos u + i sin u
    return [wave.real for wave in waves]""",
    "periodic_linear_embedding": """
    waves = [E ** (1j * w * x) for w in OMEGA[k]]  # E ** (1j * u) is cos u + i sin u
    return [wave.real for wave in waves] + [wave.imag for wave in waves]""",
    "piecewise_embedding": """
    bins = zip(EDGES[k], EDGES[k][1:])
    return [min(max(0.0, (x - low) / (high - low)), 1.0) if high > low else 0.0 for low, high in bins]""",
}

_EMBED = """
# {about}
def _terms(x, k):{terms}


def _embed(inputs):
    x = {kept}
    for k, i in enumerate(COLUMNS):
        x += _dense(_terms(inputs[i], k), V[k], C[k])
    return x

"""

_HEAD = '''"""{about}

answer(stored) takes {n_in} numbers and returns {what}. It raises a ValueError given another number of them.
{missing}"""
{names}
E = 2.718281828459045


def _sigmoid(v):
    e = E ** -abs(v)
    return (1.0 if v > 0 else e) / (1.0 + e)


def _mish(v):
    e = E ** -abs(v)
    above, rest = (1.0 + 2.0 * e, 2.0 * e * e) if v > 0 else (e * (e + 2.0), 2.0)
    return v * above / (above + rest)


def _softmax(z):
    most = max(z)
    powers = [E ** (v - most) for v in z]
    return [p / sum(powers) for p in powers]


def _dense(x, W, b):
    z = list(b)
    for v, row in zip(x, W):
        if v:
            z = [s + v * w for s, w in zip(z, row)]
    return z

'''


def to_python(model: InferenceModel) -> bytes:
    """Return the file: answer(stored) -> scores."""
    what = "the values" if model.is_values else "a score for each class; the largest wins"
    refusal = f'raise ValueError(f"answer got {{len(stored)}} numbers; expected {model.n_given}")'
    body = ["\ndef answer(stored):", f"    if len(stored) != {model.n_given}:", f"        {refusal}", *_read(model)]
    if model.scale:
        body += _scale(model)
    body += ["    x = _embed(x)"] if model.embedding else []
    body += _heads(model, model.heads) if model.heads else _layers(model)
    if model.output_activation != "identity":
        body += ["    z = x", f"    x = {_ACTIVATIONS[model.output_activation]}"]
    if model.limits:
        limits = ", ".join(f"({number(low)}, {number(high)})" for low, high in model.limits)
        body.append(f"    x = [min(max(v, low), high) for v, (low, high) in zip(x, [{limits}])]")
    body += ["    return [1 - x[0], x[0]]" if model.is_single else "    return x"]
    numbers = "".join(_numbers(i, layer) for i, layer in enumerate(model.layers))
    head = _HEAD.format(about=about(model), n_in=model.n_given, what=what, names=_names(model), missing=_missing(model))
    code = "\n".join(body)
    signs = _list("R", model.heads.R) if model.heads else ""
    arrays = f"{_means(model)}{_scaling(model)}{_embedding_numbers(model)}{signs}{numbers}"
    return f"{head}{_embed(model)}{code}\n\n\n{arrays}".encode()


def _layers(model: InferenceModel) -> list[str]:
    """Return the lines of the dense layers."""
    lines = []
    for i, layer in enumerate(model.layers):
        head = "[head]" if layer.W.ndim == 3 else ""
        lines += [f"    z = _dense(x, W{i}{head}, B{i}{head})", f"    x = {_activate(i, layer)}"]
    return lines


def _heads(model: InferenceModel, heads: InferenceHeads) -> list[str]:
    """Return the lines of all heads and of their mean."""
    return [
        f"    # {ABOUT_HEADS}",
        "    given, answers = x, []",
        f"    for head in range({len(heads.R)}):",
        "        x = [v * r for v, r in zip(given, R[head])]",
        *(f"    {line}" for line in _layers(model)),
        f"        answers.append({'_softmax(x)' if heads.has_softmax else 'x'})",
        f"    x = [sum(numbers) / {len(heads.R)} for numbers in zip(*answers)]",
    ]


def _missing(model: InferenceModel) -> str:
    rule = missing_rule(model)
    return f"{rule.replace('nan,', 'nan or None,')}\n" if rule else ""


def _read(model: InferenceModel) -> list[str]:
    """Return the lines that take the input; of a table, its missing cells are filled or refused."""
    if not model.is_table:
        return ["    x = stored"]
    gap, lines = "v is None or v != v", ["    x = stored"]
    if model.sources:
        lines = [
            f"    gaps = [{gap} for v in stored]",
            "    x = [float(gaps[~i]) if i < 0 else m if gaps[i] else stored[i] for i, m in zip(SOURCES, MEANS)]",
        ]
    elif model.means:
        lines = [f"    x = [m if {gap} else v for v, m in zip(stored, MEANS)]"]
    refusal = 'raise ValueError("answer got a missing number and has no mean for it; expected a number")'
    return [*lines, f"    if any({gap} for v in x):", f"        {refusal}"]


def _means(model: InferenceModel) -> str:
    """Return the lists of sources and means; nothing where there are none."""
    if not model.means:
        return ""
    sources = f"SOURCES = {list(model.sources)}\n" if model.sources else ""
    return f"{sources}MEANS = [{', '.join(exact_number(mean) if mean == mean else 'None' for mean in model.means)}]\n"


def _scale(model: InferenceModel) -> list[str]:
    """Return the lines that scale the inputs and, where they are clipped, do so smoothly."""
    scaled = "v * s + t for v, s, t in zip(x, SCALE, SHIFT)"
    if not model.clip:
        return [f"    x = [{scaled}]"]
    return [f"    x = [v / (1 + (v / {number(model.clip)}) ** 2) ** 0.5 for v in ({scaled})]"]


def _scaling(model: InferenceModel) -> str:
    """Return the lists of scales and shifts; nothing where the first layer has them."""
    lists = {"SCALE": model.scale, "SHIFT": model.shift}
    return "".join(f"{name} = [{', '.join(map(exact_number, values))}]\n" for name, values in lists.items() if values)


def _embed(model: InferenceModel) -> str:
    """Return the functions that embed the inputs, if they are."""
    one = model.embedding
    if one is None:
        return ""
    kept = "list(inputs)" if one.keeps_all else "[inputs[i] for i in KEPT]"
    return _EMBED.format(about=ABOUT_EMBEDDING[one.kind], terms=_TERMS[one.kind], kept=kept)


def _embedding_numbers(model: InferenceModel) -> str:
    """Return the lists of the embedding, with one item for each embedded input, if there is one."""
    one = model.embedding
    if one is None:
        return ""
    integers = "".join(f"{name} = {list(values)}\n" for name, values in one.places.items())
    return integers + "".join(_list(name, array) for name, array in one.tables.items())


def _names(model: InferenceModel) -> str:
    """Return the lists of class names and of input names, if there are any."""
    lists = {"CLASSES": model.class_names, "INPUTS": model.input_names}
    joined = {name: ", ".join(text.for_python() for text in texts) for name, texts in lists.items() if texts}
    return "".join(f"\n{name} = [{texts}]\n" for name, texts in joined.items())


def _activate(i: int, layer: InferenceLayer) -> str:
    """Return the activation of z; of a parametric one, each unit has its share alpha."""
    a = _ACTIVATIONS[layer.activation].format(slope=number(layer.negative_slope))
    return a if layer.alpha is None else f"[(1 - s) * v + s * a for v, a, s in zip(z, {a}, ALPHA{i})]"


def _numbers(i: int, layer: InferenceLayer) -> str:
    arrays = {"W": layer.W, "B": layer.b, "ALPHA": layer.alpha}
    return "".join(_list(f"{name}{i}", array) for name, array in arrays.items() if array is not None)


def _list(name: str, array: Array) -> str:
    """Return an array as a list of numbers, of rows, or of matrices."""
    if array.ndim == 1:
        return f"{name} = [{', '.join(map(number, array))}]\n"
    items = _lines(array) if array.ndim == 2 else "".join(f"[\n{_lines(matrix)}],\n" for matrix in array)
    return f"{name} = [\n{items}]\n"


def _lines(matrix: Array) -> str:
    """Return the rows of a matrix as lists, a line each."""
    return "".join(f"    [{', '.join(map(number, row))}],\n" for row in matrix)
