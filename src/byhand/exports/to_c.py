"""A model as a C99 header: one function that allocates only a few arrays on the stack."""

import hashlib
from textwrap import indent

from byhand.arrays import Array
from byhand.exports.inference_layers import ABOUT_EMBEDDING, ABOUT_HEADS, InferenceHeads, InferenceLayer
from byhand.exports.inference_model import InferenceModel, about, missing_rule, number

_ACTIVATIONS = {
    "relu": "z[j] = z[j] > 0 ? z[j] : 0;",
    "leaky_relu": "z[j] = z[j] > 0 ? z[j] : {slope}f * z[j];",
    "sigmoid": "z[j] = 1 / (1 + expf(-z[j]));",
    "tanh": "z[j] = tanhf(z[j]);",
    "exp": "z[j] = expf(z[j]);",
    "selu": "z[j] = z[j] > 0 ? 1.05070099f * z[j] : 1.75809934f * expm1f(z[j]);",
    "mish": "z[j] *= tanhf(log1pf(expf(z[j])));",
}

# the terms v of an embedded input x; k: which one it is, i: which of its f frequencies or bins
_TERMS = {
    "periodic_embedding": "v[i] = cosf({s}_omega[{f} * k + i] * x + {s}_phase[{f} * k + i]);",
    "periodic_linear_embedding": """float u = {s}_omega[{f} * k + i] * x;
            v[i] = cosf(u);
            v[{f} + i] = sinf(u);""",
    "piecewise_embedding": """const float *edge = {s}_edges + ({f} + 1) * k + i;
            float width = edge[1] - edge[0], share = width > 0 ? (x - edge[0]) / width : 0;
            v[i] = share > 0 ? (share < 1 ? share : 1) : 0;""",
}

_EMBED = """/* {about} */
static void {s}_embed(const float *inputs, float *embedded) {{
{keep}    for (int k = 0; k < {d}; k++) {{
        float x = inputs[{s}_columns[k]], v[{n_terms}];
        for (int i = 0; i < {f}; i++) {{
            {terms}
        }}
        {s}_dense(v, {n_terms}, {s}_V + {size} * k, {s}_c + {m} * k, {m}, embedded + {n_kept} + {m} * k);
    }}
}}

"""

_HEAD = """/* {about}
 * {s}_answer(stored, n, scores) takes n = {n_in} numbers, fills {n_scores}: {what},
 * and returns 0. Given another n it fills nothing and returns -1. Link with -lm.{missing} */
#ifndef BYHAND_{guard}_H
#define BYHAND_{guard}_H

#include <math.h>

enum {{ {s}_inputs = {n_in}, {s}_scores = {n_scores} }};
{names}
static void {s}_dense(const float *x, int n_in, const float *W, const float *b, int n_out, float *z) {{
    for (int j = 0; j < n_out; j++) z[j] = b[j];
    for (int k = 0; k < n_in; k++)
        for (int j = 0; x[k] != 0 && j < n_out; j++) z[j] += x[k] * W[k * n_out + j];
}}

"""

_SOFTMAX = """    {{
        float most = {z}[0], sum = 0;
        for (int j = 1; j < {n}; j++) most = {z}[j] > most ? {z}[j] : most;
        for (int j = 0; j < {n}; j++) sum += {z}[j] = expf({z}[j] - most);
        for (int j = 0; j < {n}; j++) {z}[j] /= sum;
    }}"""


def to_c(model: InferenceModel) -> bytes:
    """Return the header: static int SYMBOL_answer(const float *stored, int n, float *scores).

    All its names begin with the model's symbol, so that one program can include several; the guard has a digest of the
    weights too, so that including two models of one name is a compiler error instead of silently using the first.
    """
    s = model.symbol
    numbers = (
        _sources(model)
        + _means(model)
        + _scaling(model)
        + _embedding_numbers(model)
        + (_floats(f"{s}_R", model.heads.R) if model.heads else "")
        + "".join(_numbers(s, i, layer) for i, layer in enumerate(model.layers))
    )
    head = _HEAD.format(
        about=about(model),
        s=s,
        guard=f"{s}_{hashlib.sha256(numbers.encode()).hexdigest()[:8]}",
        n_in=model.n_given,
        n_scores=model.n_scores,
        what="the values" if model.is_values else "a score for each class, the largest wins",
        names=_names(model),
        missing=_missing(model),
    )
    code = "\n".join(_body(model))
    return f"{head}{numbers}\n{_embed(model)}{code}\n\n#endif\n".encode()


def _names(model: InferenceModel) -> str:
    """Return the arrays of class names and of input names, if there are any."""
    arrays = {"classes": model.class_names, "input_names": model.input_names}
    joined = {name: ", ".join(text.for_c() for text in texts) for name, texts in arrays.items() if texts}
    return "".join(
        f"static const char *const {model.symbol}_{name}[] = {{{texts}}};\n" for name, texts in joined.items()
    )


def _body(model: InferenceModel) -> list[str]:
    """Return the lines of the function."""
    s, x = model.symbol, "stored"
    body = [
        f"static int {s}_answer(const float *stored, int n, float *scores) {{",
        f"    if (n != {s}_inputs) return -1;",
    ]
    if model.is_table:
        body += _read(model)
        x = "given"
    if model.scale:
        body += _scale(model, x)
        x = "scaled"
    if model.embedding:
        body += [f"    float embedded[{model.embedding.n_out}];", f"    {s}_embed({x}, embedded);"]
        x = "embedded"
    if model.heads:
        body += _heads(model, model.heads, x)
        x = "mean"
    else:
        lines, x = _layers(model, x)
        body += lines
    body += _apply(model.output_activation, 0.0, x, model.layers[-1].n_out)
    if model.is_single:
        body += [f"    scores[0] = 1 - {x}[0];", f"    scores[1] = {x}[0];"]
    else:
        body += [f"    for (int j = 0; j < {model.n_scores}; j++) scores[j] = {x}[j];"]
    for j, (low, high) in enumerate(model.limits):
        inside = f"scores[{j}] < {number(low)}f ? {number(low)}f : scores[{j}] > {number(high)}f ? {number(high)}f"
        body.append(f"    scores[{j}] = {inside} : scores[{j}];")
    return [*body, "    return 0;", "}"]


def _layers(model: InferenceModel, x: str) -> tuple[list[str], str]:
    """Return the lines of the dense layers, and the name of the array with their result."""
    s, lines = model.symbol, []
    for i, layer in enumerate(model.layers):
        n_in, n_out, alpha = layer.n_in, layer.n_out, "" if layer.alpha is None else f"{s}_alpha{i}"
        W, b = f"{s}_W{i}", f"{s}_b{i}"
        if layer.W.ndim == 3:
            W, b = f"{W} + {n_in * n_out} * head", f"{b} + {n_out} * head"
        lines += [f"    float z{i}[{n_out}];", f"    {s}_dense({x}, {n_in}, {W}, {b}, {n_out}, z{i});"]
        lines += _apply(layer.activation, layer.negative_slope, f"z{i}", n_out, alpha)
        x = f"z{i}"
    return lines, x


def _heads(model: InferenceModel, heads: InferenceHeads, x: str) -> list[str]:
    """Return the lines of all heads, with their mean in an array of this name."""
    (k, n), c = heads.R.shape, model.layers[-1].n_out
    layers, z = _layers(model, "copy")
    layers += _apply("softmax" if heads.has_softmax else "identity", 0.0, z, c)
    return [
        f"    float mean[{c}] = {{0}};",
        f"    /* {ABOUT_HEADS} */",
        f"    for (int head = 0; head < {k}; head++) {{",
        f"        float copy[{n}];",
        f"        for (int k = 0; k < {n}; k++) copy[k] = {x}[k] * {model.symbol}_R[{n} * head + k];",
        indent("\n".join(layers), "    "),
        f"        for (int j = 0; j < {c}; j++) mean[j] += {z}[j] / {k};",
        "    }",
    ]


def _missing(model: InferenceModel) -> str:
    rule = missing_rule(model)
    return f"\n * {rule.replace('refused', 'refused with -1')}" if rule else ""


def _read(model: InferenceModel) -> list[str]:
    """Return the lines that copy the cells of a table into `given`; missing ones are filled or refused."""
    if model.sources:
        return [
            f"    float given[{model.n_in}];",
            f"    for (int k = 0; k < {model.n_in}; k++) {{",
            f"        int i = {model.symbol}_sources[k];",
            "        float v = stored[i < 0 ? -1 - i : i];",
            f"        given[k] = i < 0 ? (isnan(v) ? 1.0f : 0.0f) : isnan(v) ? {model.symbol}_means[k] : v;",
            "        if (isnan(given[k])) return -1;",
            "    }",
        ]
    value = f"isnan(stored[k]) ? {model.symbol}_means[k] : stored[k]" if model.means else "stored[k]"
    return [
        f"    float given[{model.n_in}];",
        "    for (int k = 0; k < n; k++) {",
        f"        given[k] = {value};",
        "        if (isnan(given[k])) return -1;",
        "    }",
    ]


def _scale(model: InferenceModel, x: str) -> list[str]:
    """Return the lines that scale the inputs and, where they are clipped, do so smoothly."""
    s, c = model.symbol, number(model.clip)
    return [
        f"    float scaled[{model.n_in}];",
        f"    for (int k = 0; k < {model.n_in}; k++) {{",
        f"        float v = {x}[k] * {s}_scale[k] + {s}_shift[k];",
        f"        scaled[k] = v / sqrtf(1 + v / {c}f * (v / {c}f));" if model.clip else "        scaled[k] = v;",
        "    }",
    ]


def _scaling(model: InferenceModel) -> str:
    """Return the arrays of scales and shifts; nothing where the first layer has them."""
    arrays = {"scale": model.scale, "shift": model.shift}
    texts = {name: ",".join(f"{number(value)}f" for value in values) for name, values in arrays.items() if values}
    return "".join(f"static const float {model.symbol}_{name}[] = {{{text}}};\n" for name, text in texts.items())


def _embed(model: InferenceModel) -> str:
    """Return the function that embeds the inputs, if they are."""
    s, one = model.symbol, model.embedding
    if one is None:
        return ""
    (d, n_terms, m), n_kept = one.V.shape, len(one.kept)
    f = n_terms // 2 if one.kind == "periodic_linear_embedding" else n_terms
    source = "k" if one.keeps_all else f"{s}_kept[k]"
    keep = f"    for (int k = 0; k < {n_kept}; k++) embedded[k] = inputs[{source}];\n" if n_kept else ""
    terms = _TERMS[one.kind].format(s=s, f=f)
    sizes = {"d": d, "n_terms": n_terms, "m": m, "size": n_terms * m, "n_kept": n_kept, "f": f}
    return _EMBED.format(about=ABOUT_EMBEDDING[one.kind], s=s, keep=keep, terms=terms, **sizes)


def _embedding_numbers(model: InferenceModel) -> str:
    """Return the arrays of the embedding, if there is one."""
    one = model.embedding
    if one is None:
        return ""
    places = {"columns": one.columns, "kept": () if one.keeps_all else one.kept}
    integers = "".join(
        f"static const int {model.symbol}_{name}[] = {{{','.join(map(str, values))}}};\n"
        for name, values in places.items()
        if values
    )
    arrays = {**one.arrays, "V": one.V, "c": one.c}
    return integers + "".join(_floats(f"{model.symbol}_{name}", array) for name, array in arrays.items())


def _sources(model: InferenceModel) -> str:
    """Return the array of each input's source: i for number i, -1 - i where it indicates that number i is missing."""
    if not model.sources:
        return ""
    return f"static const int {model.symbol}_sources[] = {{{','.join(map(str, model.sources))}}};\n"


def _means(model: InferenceModel) -> str:
    """Return the array of means; nothing where there are none."""
    if not model.means:
        return ""
    means = ",".join(f"{number(mean)}f" if mean == mean else "NAN" for mean in model.means)
    return f"static const float {model.symbol}_means[] = {{{means}}};\n"


def _apply(activation: str, slope: float, z: str, n: int, alpha: str = "") -> list[str]:
    """Return the lines of an activation of z. alpha : name of the array of units' shares, where it is parametric"""
    if activation == "identity":
        return []
    if activation == "softmax":
        return [_SOFTMAX.format(z=z, n=n)]
    statement = _ACTIVATIONS[activation].format(slope=number(slope)).replace("z[", f"{z}[")
    if not alpha:
        return [f"    for (int j = 0; j < {n}; j++) {statement}"]
    return [
        f"    for (int j = 0; j < {n}; j++) {{ /* a share alpha of each unit's activation */",
        f"        float linear = {z}[j];",
        f"        {statement}",
        f"        {z}[j] = (1 - {alpha}[j]) * linear + {alpha}[j] * {z}[j];",
        "    }",
    ]


def _numbers(s: str, i: int, layer: InferenceLayer) -> str:
    arrays = {"W": layer.W, "b": layer.b, "alpha": layer.alpha}
    return "".join(_floats(f"{s}_{name}{i}", array) for name, array in arrays.items() if array is not None)


def _floats(name: str, array: Array) -> str:
    """Return an array in C; each of its rows is a line."""
    rows = ",\n".join(",".join(f"{number(value)}f" for value in row) for row in array.reshape(-1, array.shape[-1]))
    start = "\n" if array.ndim > 1 else ""
    return f"static const float {name}[] = {{{start}{rows}}};\n"
