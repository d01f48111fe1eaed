/* a = f(z), and f′ told from a: the twin of layers/relu.py and its neighbours. Softmax bends a whole row: losses.h. */
#ifndef BYHAND_ACTIVATIONS_H
#define BYHAND_ACTIVATIONS_H

#include "byhand.h"
#include "vectors.h"

INLINE vec bend(int activation, float slope, vec z) {
    switch (activation) {
    case BH_RELU: return larger(z, all(0));
    case BH_LEAKY_RELU: return choose(z > 0, z, slope * z);
    case BH_SIGMOID: {
        vec e = exponential(choose(z < 0, z, -z)); /* e to the −|z|: never above 1 */
        return choose(z < 0, e, all(1)) / (1 + e);
    }
    case BH_TANH: {
        vec e = exponential(choose(z < 0, 2 * z, -2 * z));
        vec t = (1 - e) / (1 + e);
        return choose(z < 0, -t, t);
    }
    default: return z;
    }
}

INLINE vec bent_back(int activation, float slope, vec a, vec da) {
    switch (activation) {
    case BH_RELU: return choose(a > 0, da, all(0));
    case BH_LEAKY_RELU: return choose(a > 0, da, slope * da);
    case BH_SIGMOID: return da * a * (1 - a);
    case BH_TANH: return da * (1 - a * a);
    default: return da;
    }
}

#endif
