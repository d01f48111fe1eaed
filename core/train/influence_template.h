/* Influence: how much a step of gradient descent on a training example would lower the loss of
 * another example, the query, to first order: the dot product of their gradients with respect to
 * all weights and biases. Gradients of dense layers are outer products, so it factorises, and no
 * gradient is ever formed:
 *
 *     score = sum over layers of (x . x_query + 1) (dz . dz_query)
 *
 * Pruthi, Liu, Kale, Sundararajan 2020, "Estimating training data influence by tracing gradient
 * descent". */
#ifndef BYHAND_INFLUENCE_TEMPLATE_H
#define BYHAND_INFLUENCE_TEMPLATE_H

#include "gemm/simd.h"
#include "train/context.h"

/* The same as dot, for raw bytes. */
INLINE float dot_bytes(const unsigned char *x, const float *q, int32_t n) {
    vec sum = v_set1(0);
    for (int32_t k = 0; k < n; k += LANES) {
        sum += v_load_u8(x + k) * v_load(q + k);
    }
    return v_reduce_add(sum);
}

/* Copy what the query's pass left in row 0 of the buffers: inputs and dz of every layer. */
static void keep_query(const bh_network *network, const network_buffers *net, influence_query *q) {
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        memset(q->x[l], 0, (size_t)padded(layer->n_in) * sizeof(float));
        memset(q->dz[l], 0, (size_t)padded(layer->n_out) * sizeof(float));
        memcpy(q->x[l], net->x[l].data, (size_t)layer->n_in * sizeof(float));
        memcpy(q->dz[l], net->dz[l].data, (size_t)layer->n_out * sizeof(float));
    }
}

/* For raw bytes x = raw * scale + shift: x . q = raw . (scale * q) + shift . q. */
static void fold_scale_into_query(const bh_epoch_data *d, int32_t n_in, influence_query *q) {
    q->constant = 0;
    memset(q->scaled, 0, (size_t)padded(n_in) * sizeof(float));
    for (int32_t k = 0; k < n_in; k++) {
        q->scaled[k] = d->scale[k] * q->x[0][k];
        q->constant += d->shift[k] * q->x[0][k];
    }
}

/* x[0] . x_query for row i of the microbatch, or of its raw bytes, if they are kept. */
static float first_layer_dot(const unsigned char *raw, const network_buffers *net,
                             const influence_query *q, int64_t i, int32_t n_in) {
    if (raw) {
        return dot_bytes(raw, q->scaled, padded(n_in)) + q->constant;
    }
    return dot(net->x[0].data + i * net->x[0].stride, q->x[0], padded(n_in));
}

/* The score of row i of the microbatch. */
static float influence_score(const bh_network *network, const network_buffers *net,
                             const unsigned char *raw, const influence_query *q, int64_t i) {
    float score = 0;
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const float *x = net->x[l].data + i * net->x[l].stride;
        const float *dz = net->dz[l].data + i * net->dz[l].stride;
        const float inputs = l == 0 ? first_layer_dot(raw, net, q, i, layer->n_in)
                                    : dot(x, q->x[l], padded(layer->n_in));
        score += (inputs + 1) * dot(dz, q->dz[l], padded(layer->n_out));
    }
    return score;
}

#endif
