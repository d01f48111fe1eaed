"""A model as a Python file without imports."""

from byhand.exports.inference_model import InferenceModel, about, missing_rule, number
from byhand.lowering import FusedDense

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
    if model.clip:
        scaled = "v * s + t for v, s, t in zip(x, SCALE, SHIFT)"
        body += [f"    x = [v / (1 + (v / {number(model.clip)}) ** 2) ** 0.5 for v in ({scaled})]"]
    for i, layer in enumerate(model.layers):
        body += [f"    z = _dense(x, W{i}, B{i})", f"    x = {_activate(layer)}"]
    if model.output_activation != "identity":
        body += ["    z = x", f"    x = {_ACTIVATIONS[model.output_activation]}"]
    if model.limits:
        limits = ", ".join(f"({number(low)}, {number(high)})" for low, high in model.limits)
        body.append(f"    x = [min(max(v, low), high) for v, (low, high) in zip(x, [{limits}])]")
    body += ["    return [1 - x[0], x[0]]" if model.is_single else "    return x"]
    numbers = "".join(_numbers(i, layer) for i, layer in enumerate(model.layers))
    head = _HEAD.format(about=about(model), n_in=model.n_given, what=what, names=_names(model), missing=_missing(model))
    code = "\n".join(body)
    return f"{head}{code}\n\n\n{_means(model)}{_clipping(model)}{numbers}".encode()


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
    return f"{sources}MEANS = [{', '.join(number(mean) if mean == mean else 'None' for mean in model.means)}]\n"


def _clipping(model: InferenceModel) -> str:
    """Return the lists of scales and shifts; nothing where the first layer has them."""
    lists = {"SCALE": model.scale, "SHIFT": model.shift}
    return "".join(f"{name} = [{', '.join(map(number, values))}]\n" for name, values in lists.items() if values)


def _names(model: InferenceModel) -> str:
    """Return the lists of class names and of input names, if there are any."""
    lists = {"CLASSES": model.class_names, "INPUTS": model.input_names}
    joined = {name: ", ".join(text.for_python() for text in texts) for name, texts in lists.items() if texts}
    return "".join(f"\n{name} = [{texts}]\n" for name, texts in joined.items())


def _activate(layer: FusedDense) -> str:
    return _ACTIVATIONS[layer.activation].format(slope=number(layer.negative_slope))


def _numbers(i: int, layer: FusedDense) -> str:
    rows = "\n".join(f"    [{', '.join(map(number, row))}]," for row in layer.W)
    return f"W{i} = [\n{rows}\n]\nB{i} = [{', '.join(map(number, layer.b))}]\n"
