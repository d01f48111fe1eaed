"""A model as a C99 header: one function, no memory taken but a few arrays on the stack."""

from byhand.exports.plain import PlainLayer, PlainModel, about, number

_BENDS = {
    "relu": "z[j] = z[j] > 0 ? z[j] : 0;",
    "leaky_relu": "z[j] = z[j] > 0 ? z[j] : {slope}f * z[j];",
    "sigmoid": "z[j] = 1 / (1 + expf(-z[j]));",
    "tanh": "z[j] = tanhf(z[j]);",
}

_HEAD = """/* {about}
 * byhand_answer(stored, scores) takes {n_in} numbers and fills {n_scores}: {what}.
 * Link with -lm. */
#ifndef BYHAND_MODEL_H
#define BYHAND_MODEL_H

#include <math.h>

#define BYHAND_INPUTS {n_in}
#define BYHAND_SCORES {n_scores}

static void byhand_dense(const float *x, int n_in, const float *W, const float *b, int n_out, float *z) {{
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


def as_c(plain: PlainModel) -> bytes:
    """Return the header: static void byhand_answer(const float *stored, float *scores)."""
    what = "the values" if plain.is_values else "a score for each class, the largest wins"
    head = _HEAD.format(about=about(plain), n_in=plain.n_in, n_scores=plain.n_scores, what=what)
    body, x = ["static void byhand_answer(const float *stored, float *scores) {"], "stored"
    for i, layer in enumerate(plain.layers):
        n_in, n_out = layer.W.shape
        body += [
            f"    float z{i}[{n_out}];",
            f"    byhand_dense({x}, {n_in}, byhand_W{i}, byhand_b{i}, {n_out}, z{i});",
        ]
        body += _bent(layer.bend, layer.slope, f"z{i}", n_out)
        x = f"z{i}"
    body += _bent(plain.end, 0.0, x, int(plain.layers[-1].W.shape[1]))
    if plain.is_single:
        body += [f"    scores[0] = 1 - {x}[0];", f"    scores[1] = {x}[0];"]
    else:
        body += [f"    for (int j = 0; j < {plain.n_scores}; j++) scores[j] = {x}[j];"]
    numbers, code = "".join(_numbers(i, layer) for i, layer in enumerate(plain.layers)), "\n".join([*body, "}"])
    return f"{head}{numbers}\n{code}\n\n#endif\n".encode()


def _bent(bend: str, slope: float, z: str, n: int) -> list[str]:
    if not bend:
        return []
    if bend == "softmax":
        return [_SOFTMAX.format(z=z, n=n)]
    return [f"    for (int j = 0; j < {n}; j++) {_BENDS[bend].format(slope=number(slope)).replace('z[', f'{z}[')}"]


def _numbers(i: int, layer: PlainLayer) -> str:
    rows = ",\n".join(",".join(f"{number(value)}f" for value in row) for row in layer.W)
    biases = ",".join(f"{number(value)}f" for value in layer.b)
    return f"static const float byhand_W{i}[] = {{\n{rows}}};\nstatic const float byhand_b{i}[] = {{{biases}}};\n"
