/* a = f(z), and f′ told from a: the twin of layers/relu.py and its neighbours. Softmax bends a whole row: losses.h. */
#ifndef BYHAND_ACTIVATIONS_TEMPLATE_H
#define BYHAND_ACTIVATIONS_TEMPLATE_H

#include "byhand.h"
#include "gemm/simd.h"

INLINE vec activate(int activation, float slope, vec z) {
    switch (activation) {
    case BH_RELU: return v_max(z, v_set1(0));
    case BH_LEAKY_RELU: return v_select(z > 0, z, slope * z);
    case BH_SIGMOID: {
        vec e = v_exp(v_select(z < 0, z, -z)); /* e to the −|z|: never above 1 */
        return v_select(z < 0, e, v_set1(1)) / (1 + e);
    }
    case BH_TANH: {
        vec e = v_exp(v_select(z < 0, 2 * z, -2 * z));
        vec t = (1 - e) / (1 + e);
        return v_select(z < 0, -t, t);
    }
    default: return z;
    }
}

INLINE vec activate_backward(int activation, float slope, vec a, vec da) {
    switch (activation) {
    case BH_RELU: return v_select(a > 0, da, v_set1(0));
    case BH_LEAKY_RELU: return v_select(a > 0, da, slope * da);
    case BH_SIGMOID: return da * a * (1 - a);
    case BH_TANH: return da * (1 - a * a);
    default: return da;
    }
}

#endif
