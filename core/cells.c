/* The parts that single numbers of a step are made of, for a page that opens any of them:
 *
 *     z, da      a sum of products               bh_products
 *     dz         da · f′(z)                      bh_slopes
 *     p          e^z over the sum of all e^z     bh_odds
 *     L          a sum of one term an output     bh_loss_terms
 *     W, b       W − η dW                        bh_moved */
#include <math.h>

#include "inside.h"

static int missing(const void *a, const void *b, const void *c, int64_t n) {
    if (!a || !b || !c) return BH_BAD_POINTER;
    return n < 1 || n > (int64_t)1 << 32 ? BH_BAD_SIZE : BH_OK;
}

int32_t bh_products(const double *left, const double *right, int64_t n, double *products, double *sum) {
    const int status = missing(left, right, products, n);
    if (status != BH_OK || !sum) return status != BH_OK ? status : BH_BAD_POINTER;
    *sum = 0;
    for (int64_t i = 0; i < n; i++) *sum += products[i] = left[i] * right[i];
    return BH_OK;
}

int32_t bh_moved(const double *numbers, const double *gradients, int64_t n, double rate, double *moved) {
    const int status = missing(numbers, gradients, moved, n);
    for (int64_t i = 0; i < n && status == BH_OK; i++) moved[i] = numbers[i] - rate * gradients[i];
    return status;
}

int32_t bh_odds(const double *z, int64_t n, double *odds, double *most) {
    const int status = missing(z, odds, most, n);
    if (status != BH_OK) return status;
    *most = z[0];
    for (int64_t j = 1; j < n; j++) *most = fmax(*most, z[j]);
    for (int64_t j = 0; j < n; j++) odds[j] = exp(z[j] - *most);
    return BH_OK;
}

int32_t bh_slopes(const bh_network *network, const double *z, const double *a, double *slopes) {
    bh_place places[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, places); /* looks at the network */
    if (n_params < 0) return (int32_t)-n_params;
    if (!z || !a || !slopes) return BH_BAD_POINTER;
    for (int l = 0; l < network->n_layers; l++)
        for (int32_t j = 0; j < network->layers[l].n_out; j++, z++, a++)
            *slopes++ = network->layers[l].activation == BH_SOFTMAX ? *a * (1 - *a) : bh_steepness(&network->layers[l], *z);
    return BH_OK;
}

int32_t bh_loss_terms(const bh_network *network, const double *output, const double *target, double *learned,
                      double *terms) {
    bh_place places[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, places);
    if (n_params < 0) return (int32_t)-n_params;
    if (!output || !target || !learned || !terms) return BH_BAD_POINTER;
    const int32_t n = network->layers[network->n_layers - 1].n_out;
    const double smooth = network->loss == BH_SOFTMAX_CROSS_ENTROPY ? (double)network->label_smoothing : 0;
    double most = output[0], total = 0;
    for (int32_t j = 1; j < n; j++) most = fmax(most, output[j]);
    for (int32_t j = 0; j < n; j++) total += exp(output[j] - most);
    for (int32_t j = 0; j < n; j++) {
        const double t = learned[j] = (1 - smooth) * target[j] + smooth / n, out = output[j];
        switch (network->loss) {
        case BH_SOFTMAX_CROSS_ENTROPY: terms[j] = t * (most + log(total) - out); break;
        case BH_SQUARED_ERROR: terms[j] = (out - t) * (out - t); break;
        default: terms[j] = fmax(out, 0) + log1p(exp(-fabs(out))) - t * out;
        }
    }
    return BH_OK;
}
