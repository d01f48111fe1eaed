/* Where each parameter lies in the flat array. First the scales of inputs, the embedding and R, if
 * the network has them; then, layer after layer, what else is trained: W (n_in rows of `stride`),
 * b, with batch normalisation gamma and beta, with a parametric activation alpha; then all running
 * statistics, so that no gradient, norm or weight decay touches them. */
#include "api/layout.h"

#include "api/validate.h"
#include "train/blocking.h"
#include "train/embedding_layout.h"

/* Lay out one layer's trainable parameters from float `at` on; return where they end. */
static int64_t place_trainable(const bh_layer *layer, int32_t matrices, int64_t at,
                               bh_layer_offsets *offsets) {
    const int32_t stride = row_stride(layer->n_out);
    const int64_t biases = at + (int64_t)layer->n_in * stride;
    int64_t end = at + matrices * (biases + stride - at);
    *offsets = (bh_layer_offsets){at, biases, -1, -1, -1, -1, stride, -1};
    if (layer->batch_norm) {
        offsets->gamma = end;
        offsets->beta = end + stride;
        end += 2 * stride;
    }
    if (is_parametric(layer)) {
        offsets->alpha = end;
        end += stride;
    }
    return end;
}

int64_t compute_layout(const bh_network *network, bh_layer_offsets *offsets, int64_t *n_trainable) {
    const int32_t status = check_network(network);
    if (status != BH_OK) {
        return status;
    }
    int64_t at = n_front_floats(network);
    for (int l = 0; l < network->n_layers; l++) {
        at = place_trainable(&network->layers[l], n_matrices(network, l), at, &offsets[l]);
        if (at > INT64_MAX / 16) {
            return BH_BAD_SIZE;
        }
    }
    *n_trainable = at;
    for (int l = 0; l < network->n_layers; l++) {
        if (network->layers[l].batch_norm) {
            offsets[l].mean = at;
            offsets[l].variance = at + offsets[l].stride;
            at += 2 * offsets[l].stride;
        }
    }
    return at;
}

/* Place b, gamma, beta and alpha behind the weights, which end at `at`; return where they end. */
static int64_t place_vectors(const bh_layer *layer, int64_t at, layer_offsets *offsets) {
    const int32_t n = padded(layer->n_out);
    offsets->biases = at;
    at += n;
    if (layer->batch_norm) {
        offsets->gamma = at;
        offsets->beta = at + n;
        at += 2 * n;
    }
    if (is_parametric(layer)) {
        offsets->alpha = at;
        at += n;
    }
    return at;
}

/* Micropanels are an odd number of cache lines apart, for the same reason as rows in row_stride. */
int64_t packed_layout(const bh_network *network, layer_offsets *offsets, int64_t *n_trainable) {
    int64_t at = n_front_floats(network);
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const ptrdiff_t micropanel = (ptrdiff_t)(layer->n_in | 1) * MICROPANEL;
        int64_t end = at + padded(layer->n_out) / MICROPANEL * micropanel;
        offsets[l] = (layer_offsets){
            .weights = at, .row_stride = MICROPANEL, .micropanel_stride = micropanel};
        end = place_vectors(layer, end, &offsets[l]);
        offsets[l].head_stride = end - at;
        at += n_matrices(network, l) * (end - at);
    }
    *n_trainable = at;
    for (int l = 0; l < network->n_layers; l++) {
        if (network->layers[l].batch_norm) {
            offsets[l].mean = at;
            offsets[l].variance = at + padded(network->layers[l].n_out);
            at += 2 * padded(network->layers[l].n_out);
        }
    }
    return at;
}

void unpacked_layout(const bh_network *network, const bh_layer_offsets *caller,
                     layer_offsets *offsets) {
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer_offsets *c = &caller[l];
        offsets[l] =
            (layer_offsets){c->weights, c->biases,
                            c->gamma,   c->beta,
                            c->mean,    c->variance,
                            c->alpha,   c->stride,
                            MICROPANEL, (network->layers[l].n_in + (int64_t)1) * c->stride};
    }
}

int64_t bh_layout(const bh_network *network, bh_layer_offsets *offsets) {
    int64_t n_trainable;
    return offsets ? compute_layout(network, offsets, &n_trainable) : BH_BAD_POINTER;
}
