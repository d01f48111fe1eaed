/* Attribution for piecewise linear networks. Around an example such a network is a linear function
 * of its input, so a logit is exactly a sum: gradient times input for each input, and a bias term
 * that comes from the biases and shifts. */
#include "inspect/piecewise_linear.h"

int32_t bh_signed_sums(const double *values, int32_t n, double *positive, double *negative) {
    if (!values || !positive || !negative) {
        return BH_BAD_POINTER;
    }
    *positive = 0;
    *negative = 0;
    for (int32_t k = 0; k < n; k++) {
        if (values[k] > 0) {
            *positive += values[k];
        } else {
            *negative += values[k];
        }
    }
    return BH_OK;
}

int32_t bh_attributions(const bh_network *network, const float *params, const bh_example *example,
                        int32_t target_class, int32_t baseline_class, double *scratch,
                        double *attributions, double *bias_term) {
    net_view net;
    const int32_t status = piecewise_linear_init(&net, network, params, example, scratch);
    if (status != BH_OK) {
        return status;
    }
    if (!attributions || !bias_term) {
        return BH_BAD_POINTER;
    }
    const int32_t n_classes = net_n_classes(&net);
    if (target_class < 0 || target_class >= n_classes) {
        return BH_BAD_INDEX;
    }
    if (baseline_class < -1 || baseline_class >= n_classes) {
        return BH_BAD_INDEX;
    }
    double *z = scratch;
    double *x = width_row(&net, scratch, 0);
    double *a = width_row(&net, scratch, 1);
    double *dx = width_row(&net, scratch, 2);
    preprocess_all(&net, example, example->raw, x);
    const double *logits = compute_logits(&net, x, z, a);
    logit_margin_gradient(&net, z, target_class, baseline_class, dx, width_row(&net, scratch, 3));
    *bias_term = logits[target_class] - (baseline_class < 0 ? 0 : logits[baseline_class]);
    for (int32_t k = 0; k < net_layer(&net, 0)->n_in; k++) {
        attributions[k] = dx[k] * (double)example->scale[k] * example->raw[k];
        *bias_term -= attributions[k];
    }
    return BH_OK;
}
