#include "inspect/piecewise_linear.h"

#include <math.h>
#include <stdbool.h>

static bool is_piecewise_linear(const bh_layer *layer, bool is_last) {
    if (layer->skip_span) {
        return false;
    }
    if (is_last) {
        return true;
    }
    switch (layer->activation) {
    case BH_IDENTITY:
    case BH_RELU:
        return true;
    case BH_LEAKY_RELU:
        return layer->slope >= 0 && layer->slope <= 1;
    default:
        return false;
    }
}

static int32_t check_example(const net_view *net, const bh_example *e) {
    if (!(e->lowest < e->highest) || !isfinite(e->highest - e->lowest)) {
        return BH_BAD_SIZE;
    }
    for (int32_t k = 0; k < net_layer(net, 0)->n_in; k++) {
        if (!(e->raw[k] >= e->lowest && e->raw[k] <= e->highest)) {
            return BH_BAD_SIZE;
        }
    }
    return BH_OK;
}

int32_t piecewise_linear_init(net_view *net, const bh_network *network, const float *params,
                              const bh_example *example, const double *scratch) {
    const int32_t status = net_view_init(net, network, params);
    if (status != BH_OK) {
        return status;
    }
    if (!example || !example->raw || !example->scale || !example->shift || !scratch) {
        return BH_BAD_POINTER;
    }
    for (int l = 0; l < network->n_layers; l++) {
        if (!is_piecewise_linear(net_layer(net, l), l == net_last(net))) {
            return BH_BAD_SIZE;
        }
    }
    return check_example(net, example);
}

int64_t bh_robustness_scratch(const bh_network *network) {
    net_view net;
    const float no_params = 0; /* not read */
    const int32_t status = net_view_init(&net, network, &no_params);
    if (status != BH_OK) {
        return status;
    }
    return UNIT_ROWS * net.n_units + WIDTH_ROWS * (int64_t)net.max_width;
}

int32_t bh_preprocess_example(const bh_example *example, int32_t n, double *x) {
    if (!example || !example->raw || !example->scale || !example->shift || !x) {
        return BH_BAD_POINTER;
    }
    if (n < 1 || n > BH_MAX_WIDTH) {
        return BH_BAD_SIZE;
    }
    for (int32_t k = 0; k < n; k++) {
        x[k] = preprocess(example, k, example->raw[k]);
    }
    return BH_OK;
}

double negative_slope(const bh_layer *layer) {
    switch (layer->activation) {
    case BH_IDENTITY:
        return 1;
    case BH_RELU:
        return 0;
    default:
        return (double)layer->slope;
    }
}

void preprocess_all(const net_view *net, const bh_example *e, const double *raw, double *x) {
    for (int32_t k = 0; k < net_layer(net, 0)->n_in; k++) {
        x[k] = preprocess(e, k, raw[k]);
    }
}

const double *compute_logits(const net_view *net, const double *x, double *z, double *a) {
    for (int l = 0; l < net_last(net); l++) {
        const bh_layer *layer = net_layer(net, l);
        net_dense(net, l, x, z);
        for (int32_t j = 0; j < layer->n_out; j++) {
            a[j] = z[j] > 0 ? z[j] : negative_slope(layer) * z[j];
        }
        x = a;
        z += layer->n_out;
    }
    net_dense(net, net_last(net), x, z);
    return z;
}

void logit_margin_gradient(const net_view *net, const double *z, int32_t target, int32_t baseline,
                           double *dx, double *scratch) {
    double *dz = scratch;
    for (int32_t j = 0; j < net_n_classes(net); j++) {
        dz[j] = (j == target) - (j == baseline);
    }
    net_dense_backward(net, net_last(net), dz, dx);
    z += net->n_units - net_n_classes(net);
    for (int l = net_last(net) - 1; l >= 0; l--) {
        const bh_layer *layer = net_layer(net, l);
        z -= layer->n_out;
        for (int32_t j = 0; j < layer->n_out; j++) {
            dz[j] = dx[j] * (z[j] > 0 ? 1 : negative_slope(layer));
        }
        net_dense_backward(net, l, dz, dx);
    }
}
