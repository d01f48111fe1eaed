/* The parts that single numbers of a step are made of, for a page that opens any of them:
 *
 *     z, da      a sum of products               bh_products
 *     dz         da · f′(z)                      bh_slopes
 *     p          e^z over the sum of all e^z     bh_odds
 *     L          a sum of one term an output     bh_loss_terms
 *     W, b       W − η dW                        bh_moved */
#include <math.h>

#include "inspect/net_view.h"

static int check_arguments(const void *a, const void *b, const void *c, int64_t n) {
    if (!a || !b || !c) return BH_BAD_POINTER;
    return n < 1 || n > (int64_t)1 << 32 ? BH_BAD_SIZE : BH_OK;
}

int32_t bh_multiply_accumulate(const double *left, const double *right, int64_t n, double *products, double *sum) {
    const int status = check_arguments(left, right, products, n);
    if (status != BH_OK || !sum) return status != BH_OK ? status : BH_BAD_POINTER;
    *sum = 0;
    for (int64_t i = 0; i < n; i++) *sum += products[i] = left[i] * right[i];
    return BH_OK;
}

int32_t bh_sgd_step(const double *values, const double *gradients, int64_t n, double rate, double *updated) {
    const int status = check_arguments(values, gradients, updated, n);
    for (int64_t i = 0; i < n && status == BH_OK; i++) updated[i] = values[i] - rate * gradients[i];
    return status;
}

int32_t bh_softmax_numerators(const double *z, int64_t n, double *numerators, double *max_z) {
    const int status = check_arguments(z, numerators, max_z, n);
    if (status != BH_OK) return status;
    *max_z = z[0];
    for (int64_t j = 1; j < n; j++) *max_z = fmax(*max_z, z[j]);
    for (int64_t j = 0; j < n; j++) numerators[j] = exp(z[j] - *max_z);
    return BH_OK;
}

int32_t bh_activation_derivatives(const bh_network *network, const double *z, const double *a, double *derivatives) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets); /* looks at the network */
    if (n_params < 0) return (int32_t)-n_params;
    if (!z || !a || !derivatives) return BH_BAD_POINTER;
    for (int l = 0; l < network->n_layers; l++)
        for (int32_t j = 0; j < network->layers[l].n_out; j++, z++, a++)
            *derivatives++ = network->layers[l].activation == BH_SOFTMAX ? *a * (1 - *a) : activation_derivative(&network->layers[l], *z);
    return BH_OK;
}

int32_t bh_loss_terms(const bh_network *network, const double *output, const double *target, double *smoothed_target,
                      double *terms) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets);
    if (n_params < 0) return (int32_t)-n_params;
    if (!output || !target || !smoothed_target || !terms) return BH_BAD_POINTER;
    const int32_t n = network->layers[network->n_layers - 1].n_out;
    const double smoothing = network->loss == BH_SOFTMAX_CROSS_ENTROPY ? (double)network->label_smoothing : 0;
    double max_z = output[0], total = 0;
    for (int32_t j = 1; j < n; j++) max_z = fmax(max_z, output[j]);
    for (int32_t j = 0; j < n; j++) total += exp(output[j] - max_z);
    for (int32_t j = 0; j < n; j++) {
        const double t = smoothed_target[j] = (1 - smoothing) * target[j] + smoothing / n, out = output[j];
        switch (network->loss) {
        case BH_SOFTMAX_CROSS_ENTROPY: terms[j] = t * (max_z + log(total) - out); break;
        case BH_SQUARED_ERROR: terms[j] = (out - t) * (out - t); break;
        default: terms[j] = fmax(out, 0) + log1p(exp(-fabs(out))) - t * out;
        }
    }
    return BH_OK;
}
