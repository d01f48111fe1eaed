/* Per-element decomposition of a training step, for the page's Microscope view:
 *
 *     z, da      a sum of products                   bh_multiply_accumulate
 *     dz         da * f'(z)                          bh_activation_derivatives
 *     p          e^z over the sum of all e^z         bh_softmax_numerators
 *     loss       a sum with one term per output      bh_loss_terms
 *     W, b       W - rate * dW                       bh_sgd_step */
#include "inspect/elementwise.h"

static int32_t check_arguments(const void *a, const void *b, const void *c, int64_t n) {
    if (!a || !b || !c) {
        return BH_BAD_POINTER;
    }
    return n < 1 || n > (int64_t)1 << 32 ? BH_BAD_SIZE : BH_OK;
}

static int32_t check_network(const bh_network *network) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets);
    return n_params < 0 ? (int32_t)n_params : BH_OK;
}

int32_t bh_multiply_accumulate(const double *left, const double *right, int64_t n, double *products,
                               double *sum) {
    const int32_t status = check_arguments(left, right, products, n);
    if (status != BH_OK) {
        return status;
    }
    if (!sum) {
        return BH_BAD_POINTER;
    }
    *sum = 0;
    for (int64_t i = 0; i < n; i++) {
        products[i] = left[i] * right[i];
        *sum += products[i];
    }
    return BH_OK;
}

int32_t bh_sgd_step(const double *values, const double *gradients, int64_t n, double rate,
                    double *updated) {
    const int32_t status = check_arguments(values, gradients, updated, n);
    if (status != BH_OK) {
        return status;
    }
    for (int64_t i = 0; i < n; i++) {
        updated[i] = values[i] - rate * gradients[i];
    }
    return BH_OK;
}

int32_t bh_softmax_numerators(const double *z, int64_t n, double *numerators, double *max_z) {
    const int32_t status = check_arguments(z, numerators, max_z, n);
    if (status != BH_OK) {
        return status;
    }
    *max_z = softmax_numerators(z, n, numerators);
    return BH_OK;
}

int32_t bh_activation_derivatives(const bh_network *network, const double *z, const double *a,
                                  double *derivatives) {
    const int32_t status = check_network(network);
    if (status != BH_OK) {
        return status;
    }
    if (!z || !a || !derivatives) {
        return BH_BAD_POINTER;
    }
    int64_t i = 0;
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        for (int32_t j = 0; j < layer->n_out; j++, i++) {
            derivatives[i] = layer->activation == BH_SOFTMAX ? a[i] * (1 - a[i])
                                                             : activation_derivative(layer, z[i]);
        }
    }
    return BH_OK;
}

int32_t bh_loss_terms(const bh_network *network, const double *output, const double *target,
                      double *smoothed_target, double *terms) {
    const int32_t status = check_network(network);
    if (status != BH_OK) {
        return status;
    }
    if (!output || !target || !smoothed_target || !terms) {
        return BH_BAD_POINTER;
    }
    const int32_t n = network->layers[network->n_layers - 1].n_out;
    const double log_sum_exp = softmax(output, n, terms); /* terms: as scratch */
    for (int32_t j = 0; j < n; j++) {
        smoothed_target[j] = smooth_target(network, target[j], n);
        terms[j] = loss_term(network, output[j], smoothed_target[j], log_sum_exp);
    }
    return BH_OK;
}
