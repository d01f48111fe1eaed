/* Where weights begin: the twin of initializers.py. */
#include <math.h>
#include <string.h>

#include "byhand.h"

enum { INIT = 0 /* the stream, as in randomness.py */, AT_ONCE = 1024 /* numbers, an even count */ };

static double deviation(int32_t initializer, double factor, const bh_layer *layer) {
    if (initializer == BH_HE) return factor * sqrt(2.0 / layer->n_in);
    if (initializer == BH_GLOROT) return factor * sqrt(2.0 / ((double)layer->n_in + layer->n_out));
    return initializer == BH_ZEROS ? 0 : factor;
}

/* Fill W from a stream, row after row. */
static void begin(int32_t initializer, double size, bh_stream stream, const bh_layer *layer, int32_t stride, float *w) {
    double drawn[AT_ONCE];
    const int64_t n = (int64_t)layer->n_in * layer->n_out;
    for (int64_t from = 0; from < n; from += AT_ONCE) {
        const int64_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        stream.position = (uint64_t)from;
        if (initializer == BH_UNIFORM) bh_uniforms(&stream, some, drawn);
        else bh_normals(&stream, some, drawn);
        for (int64_t i = 0; i < some; i++) {
            const double number = initializer == BH_UNIFORM ? 2 * drawn[i] - 1 : drawn[i];
            w[(from + i) / layer->n_out * stride + (from + i) % layer->n_out] = (float)(size * number);
        }
    }
}

/* A γ and a variance of 1 leave what is normalised as it is. */
static void begin_norm(const bh_layer *layer, const bh_place *at, float *params) {
    for (int32_t j = 0; j < layer->n_out; j++) params[at->gamma + j] = params[at->variance + j] = 1;
}

/* How many layers of network.py it is. */
static uint32_t positions_of(const bh_layer *layer) {
    if (layer->residual) return 1; /* with all that is in it */
    return 1 + (layer->activation != BH_IDENTITY) + (layer->batch_norm != 0) + (layer->dropout > 0);
}

int32_t bh_initialize(const bh_network *network, int32_t initializer, double factor, uint64_t seed, float *params) {
    bh_place places[BH_MAX_LAYERS];
    const int64_t n_params = bh_layout(network, places);
    if (n_params < 0) return (int32_t)-n_params;
    if (!params) return BH_BAD_POINTER;
    if (initializer < BH_ZEROS || initializer > BH_GLOROT || !isfinite(factor)) return BH_BAD_SIZE;
    memset(params, 0, (size_t)n_params * sizeof *params);
    bh_stream stream = {.seed = seed, .stream = INIT};
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        const double size = deviation(initializer, factor, layer);
        if (initializer != BH_ZEROS) begin(initializer, size, stream, layer, places[l].stride, params + places[l].weights);
        if (layer->batch_norm) begin_norm(layer, &places[l], params);
        stream.epoch += positions_of(layer);
    }
    return BH_OK;
}
