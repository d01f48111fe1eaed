/* Elementwise activations on vectors; softmax, which needs whole rows, is in losses_template.h. The
 * same formulas as in Python's layers. */
#ifndef BYHAND_ACTIVATIONS_TEMPLATE_H
#define BYHAND_ACTIVATIONS_TEMPLATE_H

#include "byhand.h"
#include "gemm/simd.h"

/* A page downloads core.wasm: code there is not inlined for the little that this gains in speed. */
#ifdef __wasm__
#define INLINE_IF_NATIVE NOINLINE
#else
#define INLINE_IF_NATIVE INLINE
#endif

/* 1 / (1 + e^-z), from e^-|z|, which cannot overflow. */
INLINE_IF_NATIVE vec sigmoid(vec z) {
    const vec e = v_exp(v_select(z < 0, z, -z));
    return v_select(z < 0, e, v_set1(1)) / (1 + e);
}

/* tanh z, from e^-2|z|. */
INLINE_IF_NATIVE vec hyperbolic_tangent(vec z) {
    const vec e = v_exp(v_select(z < 0, 2 * z, -2 * z));
    const vec t = (1 - e) / (1 + e);
    return v_select(z < 0, -t, t);
}

/* The rarer ones are functions of their own: inlined everywhere they would be a tenth of core.wasm.
 */

NOINLINE vec exponential(vec z) {
    return v_exp(z);
}

/* lambda z, or lambda alpha (e^z - 1). */
NOINLINE vec selu(vec z) {
    const float scale = (float)BH_SELU_SCALE, floor = (float)(BH_SELU_SCALE * BH_SELU_ALPHA);
    return v_select(z > 0, scale * z, floor * (v_exp(z) - 1));
}

/* tanh(log(1 + e^z)), from e^-|z|, which cannot overflow. */
NOINLINE vec tanh_softplus(vec z) {
    const vec e = v_exp(v_select(z < 0, z, -z));
    const vec above = v_select(z < 0, e * (e + 2), 1 + 2 * e);
    return above / (above + v_select(z < 0, v_set1(2), 2 * e * e));
}

/* mish'(z) */
NOINLINE vec mish_derivative(vec z) {
    const vec t = tanh_softplus(z);
    return t + z * (1 - t * t) * sigmoid(z);
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
    case BH_EXP:
        return exponential(z);
    case BH_SELU:
        return selu(z);
    case BH_MISH:
        return z * tanh_softplus(z);
    default:
        return z;
    }
}

/* dz = da * f'(z), with f' computed from a = f(z), as is possible for all but Mish, whose z the
 * post-ops keep. */
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
    case BH_EXP:
        return da * a;
    case BH_SELU:
        return da * v_select(a > 0, v_set1((float)BH_SELU_SCALE),
                             a + (float)(BH_SELU_SCALE * BH_SELU_ALPHA));
    default:
        return da;
    }
}

#endif
