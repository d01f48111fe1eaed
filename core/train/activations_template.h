/* Elementwise activations on vectors; softmax, which needs whole rows, is in losses_template.h. The
 * same formulas as in Python's layers. */
#ifndef BYHAND_ACTIVATIONS_TEMPLATE_H
#define BYHAND_ACTIVATIONS_TEMPLATE_H

#include "byhand.h"
#include "gemm/simd.h"

/* 1 / (1 + e^-z), from e^-|z|, which cannot overflow. */
INLINE vec sigmoid(vec z) {
    const vec e = v_exp(v_select(z < 0, z, -z));
    return v_select(z < 0, e, v_set1(1)) / (1 + e);
}

/* tanh z, from e^-2|z|. */
INLINE vec hyperbolic_tangent(vec z) {
    const vec e = v_exp(v_select(z < 0, 2 * z, -2 * z));
    const vec t = (1 - e) / (1 + e);
    return v_select(z < 0, -t, t);
}

/* a = f(z). slope: of leaky ReLU. */
INLINE vec activate(int kind, float slope, vec z) {
    switch (kind) {
    case BH_RELU:
        return v_max(z, v_set1(0));
    case BH_LEAKY_RELU:
        return v_select(z > 0, z, slope * z);
    case BH_SIGMOID:
        return sigmoid(z);
    case BH_TANH:
        return hyperbolic_tangent(z);
    default:
        return z;
    }
}

/* dz = da * f'(z), with f' computed from a = f(z). */
INLINE vec activate_backward(int kind, float slope, vec a, vec da) {
    switch (kind) {
    case BH_RELU:
        return v_select(a > 0, da, v_set1(0));
    case BH_LEAKY_RELU:
        return v_select(a > 0, da, slope * da);
    case BH_SIGMOID:
        return da * a * (1 - a);
    case BH_TANH:
        return da * (1 - a * a);
    default:
        return da;
    }
}

#endif
