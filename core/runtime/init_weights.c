/* Weight initialisation, as in Python's initializers. */
#include <math.h>
#include <string.h>

#include "byhand.h"

enum { BATCH = 1024 /* random numbers drawn at once; even, because normals come in pairs */ };

/* Standard deviation, or, for BH_UNIFORM, limit. */
static double weight_std(int32_t initializer, double factor, const bh_layer *layer) {
    switch (initializer) {
    case BH_ZEROS:
        return 0;
    case BH_HE:
        return factor * sqrt(2.0 / layer->n_in);
    case BH_GLOROT:
        return factor * sqrt(2.0 / ((double)layer->n_in + layer->n_out));
    default:
        return factor;
    }
}

/* Fill W (n_in, n_out), rows `stride` floats apart, with std * draws, row after row. */
static void init_weights(int32_t initializer, double std, bh_rng rng, const bh_layer *layer,
                         int32_t stride, float *w) {
    double draws[BATCH];
    const int64_t n = (int64_t)layer->n_in * layer->n_out;
    for (int64_t from = 0; from < n; from += BATCH) {
        const int64_t count = n - from < BATCH ? n - from : BATCH;
        rng.counter = (uint64_t)from;
        if (initializer == BH_UNIFORM) {
            bh_uniforms(&rng, count, draws);
        } else {
            bh_normals(&rng, count, draws);
        }
        for (int64_t i = 0; i < count; i++) {
            const double value = initializer == BH_UNIFORM ? 2 * draws[i] - 1 : draws[i];
            const int64_t row = (from + i) / layer->n_out;
            const int64_t column = (from + i) % layer->n_out;
            w[row * stride + column] = (float)(std * value);
        }
    }
}

/* gamma = variance = 1 and beta = mean = 0: the identity. */
static void init_batch_norm(const bh_layer *layer, const bh_layer_offsets *at, float *params) {
    for (int32_t j = 0; j < layer->n_out; j++) {
        params[at->gamma + j] = 1;
        params[at->variance + j] = 1;
    }
}

/* The number of layers of the Python network that this one stands for. */
static uint32_t n_python_layers(const bh_layer *layer) {
    if (layer->skip_span) {
        return 1; /* a residual block is one layer */
    }
    uint32_t n = 1;
    n += layer->activation != BH_IDENTITY;
    n += layer->batch_norm != 0;
    n += layer->dropout > 0;
    return n;
}

int32_t bh_initialize(const bh_network *network, int32_t initializer, double factor, uint64_t seed,
                      float *params) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets);
    if (n_params < 0) {
        return (int32_t)n_params;
    }
    if (!params) {
        return BH_BAD_POINTER;
    }
    if (initializer < BH_ZEROS || initializer > BH_GLOROT || !isfinite(factor) ||
        network->embedding || network->n_heads) {
        return BH_BAD_SIZE;
    }
    memset(params, 0, (size_t)n_params * sizeof *params);
    for (int32_t k = 0; network->scaled_inputs && k < network->layers[0].n_in; k++) {
        params[k] = 1;
    }
    bh_rng rng = {.seed = seed, .stream = BH_STREAM_INIT};
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        float *w = params + offsets[l].weights;
        if (initializer != BH_ZEROS) {
            const double std = weight_std(initializer, factor, layer);
            init_weights(initializer, std, rng, layer, offsets[l].stride, w);
        }
        if (layer->batch_norm) {
            init_batch_norm(layer, &offsets[l], params);
        }
        for (int32_t j = 0; layer->parametric && j < layer->n_out; j++) {
            params[offsets[l].alpha + j] = 1;
        }
        rng.epoch += n_python_layers(layer);
    }
    return BH_OK;
}
