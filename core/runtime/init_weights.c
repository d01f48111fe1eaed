/* Where weights begin: the twin of initializers.py. */
#include <math.h>
#include <string.h>

#include "byhand.h"

enum { INIT = 0 /* the stream, as in randomness.py */, BATCH = 1024 /* numbers, an even count */ };

static double weight_std(int32_t initializer, double factor, const bh_layer *layer) {
    if (initializer == BH_HE) return factor * sqrt(2.0 / layer->n_in);
    if (initializer == BH_GLOROT) return factor * sqrt(2.0 / ((double)layer->n_in + layer->n_out));
    return initializer == BH_ZEROS ? 0 : factor;
}

/* Fill W from a stream, row after row. */
static void init_weights(int32_t initializer, double std, bh_rng stream, const bh_layer *layer, int32_t stride, float *w) {
    double draws[BATCH];
    const int64_t n = (int64_t)layer->n_in * layer->n_out;
    for (int64_t from = 0; from < n; from += BATCH) {
        const int64_t some = n - from < BATCH ? n - from : BATCH;
        stream.counter = (uint64_t)from;
        if (initializer == BH_UNIFORM) bh_uniforms(&stream, some, draws);
        else bh_normals(&stream, some, draws);
        for (int64_t i = 0; i < some; i++) {
            const double value = initializer == BH_UNIFORM ? 2 * draws[i] - 1 : draws[i];
            w[(from + i) / layer->n_out * stride + (from + i) % layer->n_out] = (float)(std * value);
        }
    }
}

/* A γ and a variance of 1 leave what is normalised as it is. */
static void init_batch_norm(const bh_layer *layer, const bh_layer_offsets *at, float *params) {
    for (int32_t j = 0; j < layer->n_out; j++) params[at->gamma + j] = params[at->variance + j] = 1;
}

/* How many layers of network.py it is. */
static uint32_t n_python_layers(const bh_layer *layer) {
    if (layer->skip_span) return 1; /* with all that is in it */
    return 1 + (layer->activation != BH_IDENTITY) + (layer->batch_norm != 0) + (layer->dropout > 0);
}

int32_t bh_initialize(const bh_network *network, int32_t initializer, double factor, uint64_t seed, float *params) {
    bh_layer_offsets offsets[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, offsets);
    if (n_params < 0) return (int32_t)-n_params;
    if (!params) return BH_BAD_POINTER;
    if (initializer < BH_ZEROS || initializer > BH_GLOROT || !isfinite(factor)) return BH_BAD_SIZE;
    memset(params, 0, (size_t)n_params * sizeof *params);
    bh_rng stream = {.seed = seed, .stream = INIT};
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const double std = weight_std(initializer, factor, layer);
        if (initializer != BH_ZEROS) init_weights(initializer, std, stream, layer, offsets[l].stride, params + offsets[l].weights);
        if (layer->batch_norm) init_batch_norm(layer, &offsets[l], params);
        stream.epoch += n_python_layers(layer);
    }
    return BH_OK;
}
