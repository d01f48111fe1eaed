/* One example through the network in double, phase by phase, with every intermediate number:
 *
 *     forward     z = x W + b, a = f(z) + skip, layer after layer
 *     loss        and da of the last layer
 *     backward    dz = da * f'(z), da of the layer before = dz W^T + skip gradients
 *     gradients   dW = x^T dz, db = dz
 *
 * Arrays of (units) hold all layers' numbers, one layer after the other. */
#include <string.h>

#include "inspect/elementwise.h"
#include "inspect/net_view.h"

/* a = f(z) of one layer. */
static void activate_layer(const bh_layer *layer, const double *z, double *a) {
    if (layer->activation == BH_SOFTMAX) {
        softmax(z, layer->n_out, a);
        return;
    }
    for (int32_t j = 0; j < layer->n_out; j++) {
        a[j] = activate(layer, z[j]);
    }
}

int32_t bh_forward(const bh_network *network, const float *params, const double *x, double *z,
                   double *a) {
    net_view net;
    const int32_t status = net_view_init(&net, network, params);
    if (status != BH_OK) {
        return status;
    }
    if (!x || !z || !a) {
        return BH_BAD_POINTER;
    }
    const double *outputs[BH_MAX_LAYERS];
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = net_layer(&net, l);
        net_dense(&net, l, x, z);
        activate_layer(layer, z, a);
        outputs[l] = a;
        for (int32_t j = 0; layer->skip_span && j < layer->n_out; j++) {
            a[j] += outputs[l - layer->skip_span][j];
        }
        x = a;
        z += layer->n_out;
        a += layer->n_out;
    }
    return BH_OK;
}

/* Fill d (n_out) with the loss's gradient with respect to the output, and return the loss. */
static double loss_and_grad(const bh_network *network, const double *output, const double *target,
                            double *d) {
    const int32_t n = network->layers[network->n_layers - 1].n_out;
    const double log_sum_exp = softmax(output, n, d);
    double loss = 0;
    for (int32_t j = 0; j < n; j++) {
        const double t = smooth_target(network, target[j], n);
        loss += loss_term(network, output[j], t, log_sum_exp);
        d[j] = loss_derivative(network, output[j], t, d[j]);
    }
    return loss;
}

/* dz from da of one layer. */
static void activate_layer_backward(const bh_layer *layer, const double *z, const double *a,
                                    const double *da, double *dz) {
    if (layer->activation != BH_SOFTMAX) {
        for (int32_t j = 0; j < layer->n_out; j++) {
            dz[j] = da[j] * activation_derivative(layer, z[j]);
        }
        return;
    }
    double mean = 0;
    for (int32_t j = 0; j < layer->n_out; j++) {
        mean += da[j] * a[j];
    }
    for (int32_t j = 0; j < layer->n_out; j++) {
        dz[j] = a[j] * (da[j] - mean);
    }
}

/* Add to da of layer l, which begins at `at` in (units), the gradients of the skip connections that
 * start from its output. */
static void add_skip_gradients(const net_view *net, int l, int64_t at, double *da) {
    const bh_layer *layers = net->network->layers;
    int64_t end_at = at;
    for (int end = l + 1; end <= net_last(net); end++) {
        end_at += layers[end - 1].n_out;
        if (!layers[end].skip_span || end - layers[end].skip_span != l) {
            continue;
        }
        for (int32_t j = 0; j < layers[l].n_out; j++) {
            da[at + j] += da[end_at + j];
        }
    }
}

int32_t bh_backward(const bh_network *network, const float *params, const double *target,
                    const double *z, const double *a, double *da, double *dz, double *loss) {
    net_view net;
    const int32_t status = net_view_init(&net, network, params);
    if (status != BH_OK) {
        return status;
    }
    if (!target || !z || !a || !da || !dz || !loss) {
        return BH_BAD_POINTER;
    }
    int64_t at = net.n_units;
    for (int l = net_last(&net); l >= 0; l--) {
        const bh_layer *layer = net_layer(&net, l);
        const int64_t above = at; /* where layer l + 1 begins */
        at -= layer->n_out;
        if (l == net_last(&net)) {
            *loss = loss_and_grad(network, a + at, target, da + at);
        } else {
            net_dense_backward(&net, l + 1, dz + above, da + at);
        }
        add_skip_gradients(&net, l, at, da);
        activate_layer_backward(layer, z + at, a + at, da + at, dz + at);
    }
    return BH_OK;
}

/* dW (n_in, n_out), rows `stride` apart, = x^T dz. */
static void outer_product(const bh_layer *layer, const double *x, const double *dz, double *dw,
                          int32_t stride) {
    for (int32_t k = 0; k < layer->n_in; k++) {
        for (int32_t j = 0; j < layer->n_out; j++) {
            dw[(int64_t)k * stride + j] = x[k] * dz[j];
        }
    }
}

int32_t bh_gradients(const bh_network *network, const double *x, const double *a, const double *dz,
                     double *grads) {
    net_view net;
    const float no_params = 0; /* not read */
    const int32_t status = net_view_init(&net, network, &no_params);
    if (status != BH_OK) {
        return status;
    }
    if (!x || !a || !dz || !grads) {
        return BH_BAD_POINTER;
    }
    memset(grads, 0, (size_t)net.n_params * sizeof *grads);
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = net_layer(&net, l);
        const bh_layer_offsets *at = &net.offsets[l];
        memcpy(grads + at->biases, dz, (size_t)layer->n_out * sizeof *dz);
        outer_product(layer, x, dz, grads + at->weights, at->stride);
        x = a;
        a += layer->n_out;
        dz += layer->n_out;
    }
    return BH_OK;
}
