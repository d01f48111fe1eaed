/* One example through the network, phase by phase, with every number kept: the twin of network.py and layers/ for a
 * page that shows them all. In double, so that what is shown can be recomputed to the last digit shown.
 *
 *     forward     z = x W + b, a = f(z) and what comes around, layer after layer
 *     loss        and da of the last layer
 *     backward    dz = da · f′(z), da of the layer before = dz Wᵀ
 *     gradients   dW = xᵀ dz, db = dz */
#include "inspect/net_view.h"

#include <math.h>
#include <string.h>

/* Dropout does nothing to one example that is looked at. */
static int is_supported(const bh_layer *layer) { return !layer->batch_norm; }

int net_view_init(net_view *in, const bh_network *network, const float *params) {
    *in = (net_view){.network = network, .params = params};
    in->n_params = bh_layout(network, in->offsets); /* looks at the network */
    if (in->n_params < 0) return (int)-in->n_params;
    if (!params) return BH_BAD_POINTER;
    for (int l = 0; l < network->n_layers; l++)
        if (!is_supported(&network->layers[l])) return BH_BAD_SIZE;
    in->max_width = network->layers[0].n_in;
    for (int l = 0; l < network->n_layers; l++) {
        const int32_t n_out = network->layers[l].n_out;
        in->n_units += n_out;
        in->max_width = n_out > in->max_width ? n_out : in->max_width;
    }
    return BH_OK;
}

void net_dense(const net_view *in, int l, const double *from, double *to) {
    const bh_layer *layer = net_layer(in, l);
    const bh_layer_offsets at = in->offsets[l];
    for (int32_t j = 0; j < layer->n_out; j++) to[j] = in->params[at.biases + j];
    for (int32_t k = 0; k < layer->n_in; k++) {
        const float *w = in->params + at.weights + (int64_t)k * at.stride;
        if (from[k] == 0) continue; /* most of a digit's picture */
        for (int32_t j = 0; j < layer->n_out; j++) to[j] += from[k] * w[j];
    }
}

void net_dense_backward(const net_view *in, int l, const double *dz, double *to) {
    const bh_layer *layer = net_layer(in, l);
    const bh_layer_offsets at = in->offsets[l];
    for (int32_t k = 0; k < layer->n_in; k++) {
        const float *w = in->params + at.weights + (int64_t)k * at.stride;
        to[k] = 0;
        for (int32_t j = 0; j < layer->n_out; j++) to[k] += dz[j] * w[j];
    }
}

/* a = softmax(z). Returns log Σ exp z. */
static double softmax(const double *z, int32_t n, double *a) {
    double max_z = z[0], total = 0;
    for (int32_t j = 1; j < n; j++) max_z = fmax(max_z, z[j]);
    for (int32_t j = 0; j < n; j++) total += a[j] = exp(z[j] - max_z);
    for (int32_t j = 0; j < n; j++) a[j] /= total;
    return max_z + log(total);
}

static double activate(const bh_layer *layer, double z) {
    switch (layer->activation) {
    case BH_RELU: return z > 0 ? z : 0;
    case BH_LEAKY_RELU: return z > 0 ? z : layer->slope * z;
    case BH_SIGMOID: return z < 0 ? exp(z) / (1 + exp(z)) : 1 / (1 + exp(-z));
    case BH_TANH: return tanh(z);
    default: return z;
    }
}

int32_t bh_forward(const bh_network *network, const float *params, const double *x, double *z, double *a) {
    net_view in;
    const int status = net_view_init(&in, network, params);
    if (status != BH_OK) return status;
    if (!x || !z || !a) return BH_BAD_POINTER;
    const double *outputs[BH_MAX_LAYERS];
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = net_layer(&in, l);
        net_dense(&in, l, x, z);
        if (layer->activation == BH_SOFTMAX) softmax(z, layer->n_out, a);
        else
            for (int32_t j = 0; j < layer->n_out; j++) a[j] = activate(layer, z[j]);
        outputs[l] = a;
        for (int32_t j = 0; layer->skip_span && j < layer->n_out; j++) a[j] += outputs[l - layer->skip_span][j];
        x = a;
        z += layer->n_out, a += layer->n_out;
    }
    return BH_OK;
}

/* Of the network's output, fill its share of the gradient and return the loss. */
static double loss_and_grad(const bh_network *network, const double *output, const double *target, double *d) {
    const int32_t n = network->layers[network->n_layers - 1].n_out;
    double loss = 0;
    if (network->loss == BH_SOFTMAX_CROSS_ENTROPY) {
        const double smoothing = network->label_smoothing, log_total = softmax(output, n, d);
        for (int32_t j = 0; j < n; j++) {
            const double t = (1 - smoothing) * target[j] + smoothing / n;
            loss += t * (log_total - output[j]);
            d[j] -= t;
        }
    }
    for (int32_t j = 0; j < n && network->loss == BH_SQUARED_ERROR; j++) {
        d[j] = 2 * (output[j] - target[j]);
        loss += (output[j] - target[j]) * (output[j] - target[j]);
    }
    for (int32_t j = 0; j < n && network->loss == BH_BINARY_CROSS_ENTROPY; j++) {
        const double e = exp(-fabs(output[j]));
        d[j] = (output[j] < 0 ? e : 1) / (1 + e) - target[j];
        loss += fmax(output[j], 0) + log1p(e) - target[j] * output[j];
    }
    return loss;
}

double activation_derivative(const bh_layer *layer, double z) {
    const double a = activate(layer, z);
    switch (layer->activation) {
    case BH_RELU: return z > 0;
    case BH_LEAKY_RELU: return z > 0 ? 1 : layer->slope;
    case BH_SIGMOID: return a * (1 - a);
    case BH_TANH: return 1 - a * a;
    default: return 1;
    }
}

/* dz from da. */
static void activate_backward(const bh_layer *layer, const double *z, const double *a, const double *da, double *dz) {
    double mean = 0;
    for (int32_t j = 0; j < layer->n_out && layer->activation == BH_SOFTMAX; j++) mean += da[j] * a[j];
    for (int32_t j = 0; j < layer->n_out; j++)
        if (layer->activation == BH_SOFTMAX) dz[j] = a[j] * (da[j] - mean);
        else dz[j] = da[j] * activation_derivative(layer, z[j]);
}

/* Add to da of layer l, which begins at `at` of all units, what comes back on the ways around that begin behind it. */
static void add_skip_gradients(const net_view *in, int l, int64_t at, double *da) {
    const bh_layer *layers = in->network->layers;
    int64_t end_at = at;
    for (int end = l + 1; end <= net_last(in); end++) {
        end_at += layers[end - 1].n_out;
        if (!layers[end].skip_span || end - layers[end].skip_span != l) continue;
        for (int32_t j = 0; j < layers[l].n_out; j++) da[at + j] += da[end_at + j];
    }
}

int32_t bh_backward(const bh_network *network, const float *params, const double *target, const double *z,
                    const double *a, double *da, double *dz, double *loss) {
    net_view in;
    const int status = net_view_init(&in, network, params);
    if (status != BH_OK) return status;
    if (!target || !z || !a || !da || !dz || !loss) return BH_BAD_POINTER;
    int64_t at = in.n_units;
    for (int l = net_last(&in); l >= 0; l--) {
        const bh_layer *layer = net_layer(&in, l);
        if (l < net_last(&in)) net_dense_backward(&in, l + 1, dz + at, da + at - layer->n_out);
        at -= layer->n_out;
        if (l == net_last(&in)) *loss = loss_and_grad(network, a + at, target, da + at);
        add_skip_gradients(&in, l, at, da);
        activate_backward(layer, z + at, a + at, da + at, dz + at);
    }
    return BH_OK;
}

int32_t bh_gradients(const bh_network *network, const double *x, const double *a, const double *dz, double *grads) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets);
    if (n_params < 0) return (int32_t)-n_params;
    if (!x || !a || !dz || !grads) return BH_BAD_POINTER;
    for (int l = 0; l < network->n_layers; l++)
        if (!is_supported(&network->layers[l])) return BH_BAD_SIZE;
    memset(grads, 0, (size_t)n_params * sizeof *grads);
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        memcpy(grads + offsets[l].biases, dz, (size_t)layer->n_out * sizeof *dz);
        for (int32_t k = 0; k < layer->n_in; k++)
            for (int32_t j = 0; j < layer->n_out; j++)
                grads[offsets[l].weights + (int64_t)k * offsets[l].stride + j] = x[k] * dz[j];
        x = a;
        a += layer->n_out, dz += layer->n_out;
    }
    return BH_OK;
}

int32_t bh_confusion(const float *output, const int32_t *labels, int64_t n, int32_t n_classes, int64_t *counts) {
    if (!output || !labels || !counts) return BH_BAD_POINTER;
    if (n < 1 || n > (int64_t)1 << 40 || n_classes < 2 || n_classes > 1 << 12) return BH_BAD_SIZE;
    memset(counts, 0, (size_t)n_classes * (size_t)n_classes * sizeof *counts);
    for (int64_t i = 0; i < n; i++, output += n_classes) {
        if (labels[i] < 0 || labels[i] >= n_classes) return BH_BAD_INDEX;
        int32_t best = 0;
        for (int32_t j = 1; j < n_classes; j++)
            if (output[j] > output[best]) best = j;
        counts[(int64_t)labels[i] * n_classes + best]++;
    }
    return BH_OK;
}
