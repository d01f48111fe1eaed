#include "api/validate.h"

#include <math.h>

#include "train/context.h"
#include "train/embedding_layout.h"

#define MAX_EXAMPLES    (INT64_MAX / 8 / BH_MAX_WIDTH)
#define MAX_RNG_COUNTER (UINT64_MAX / 4)
#define MIN_EPSILON     1e-20f /* below, 0/0 where a gradient or a variance is always 0 */

static bool in_range(int64_t n, int64_t low, int64_t high) {
    return n >= low && n <= high;
}

/* low <= x < high; false for NaN. */
static bool in_half_open(float x, float low, float high) {
    return x >= low && x < high;
}

static bool is_aligned(const void *p) {
    return p && (uintptr_t)p % BH_ALIGNMENT == 0;
}

/* Networks */

bool has_batch_norm(const bh_network *network) {
    for (int l = 0; l < network->n_layers; l++) {
        if (network->layers[l].batch_norm) {
            return true;
        }
    }
    return false;
}

static bool is_valid_batch_norm(const bh_layer *layer) {
    return layer->momentum >= 0 && layer->momentum <= 1 && layer->epsilon >= MIN_EPSILON &&
           isfinite(layer->epsilon);
}

/* Batch normalisation, alpha, dropout and skip connection of layer l. */
static int32_t check_post_ops(const bh_network *n, int l) {
    const bh_layer *layer = &n->layers[l];
    const bool has_some =
        layer->dropout != 0 || layer->batch_norm || layer->skip_span || layer->parametric;
    if (has_some && layer->activation == BH_SOFTMAX) {
        return BH_BAD_SIZE;
    }
    if (!(layer->dropout >= 0 && layer->dropout < 1)) {
        return BH_BAD_SIZE;
    }
    if (!in_range(layer->batch_norm, 0, 1) || !in_range(layer->skip_span, 0, l)) {
        return BH_BAD_SIZE;
    }
    if (layer->parametric != is_parametric(layer)) {
        return BH_BAD_SIZE;
    }
    if (layer->skip_span && layer[-layer->skip_span].n_out != layer->n_out) {
        return BH_BAD_SIZE;
    }
    return layer->batch_norm && !is_valid_batch_norm(layer) ? BH_BAD_SIZE : BH_OK;
}

static int32_t check_layer(const bh_network *n, int l) {
    const bh_layer *layer = &n->layers[l];
    if (!in_range(layer->n_in, 1, BH_MAX_WIDTH) || !in_range(layer->n_out, 1, BH_MAX_WIDTH)) {
        return BH_BAD_SIZE;
    }
    if (l > 0 && layer->n_in != layer[-1].n_out) {
        return BH_BAD_SIZE;
    }
    if (!in_range(layer->activation, BH_IDENTITY, BH_MISH) || !isfinite(layer->slope)) {
        return BH_BAD_SIZE;
    }
    if (layer->activation == BH_SOFTMAX && l < n->n_layers - 1) {
        return BH_BAD_SIZE;
    }
    return check_post_ops(n, l);
}

/* An embedding: sizes that give the first layer's n_in together, and columns in rising order. Edges
 * may be any numbers. */
static int32_t check_embedding(const bh_embedding *e, int32_t n_in) {
    if (!e->columns || (e->kind == BH_PIECEWISE_LINEAR && !e->edges)) {
        return BH_BAD_POINTER;
    }
    const bool is_valid =
        in_range(e->kind, BH_PERIODIC, BH_PIECEWISE_LINEAR) && in_range(e->n_in, 1, BH_MAX_WIDTH) &&
        in_range(e->n_columns, 1, e->n_in) && in_range(e->resolution, 1, BH_MAX_RESOLUTION) &&
        in_range(e->n_out, 1, BH_MAX_EMBEDDING);
    if (!is_valid || n_passed(e) + (int64_t)e->n_columns * e->n_out != n_in) {
        return BH_BAD_SIZE;
    }
    for (int32_t j = 0; j < e->n_columns; j++) {
        const int32_t lowest = j ? e->columns[j - 1] + 1 : 0;
        if (!in_range(e->columns[j], lowest, e->n_in - 1)) {
            return BH_BAD_SIZE;
        }
    }
    return BH_OK;
}

/* Heads, and the last layer, which they are. */
static bool are_valid_heads(const bh_network *n) {
    const bh_layer *last = &n->layers[n->n_layers - 1];
    if (n->n_heads != n_heads(n) || !in_range(n->n_heads, 0, BH_MAX_HEADS)) {
        return false;
    }
    return !n->n_heads || !(last->activation == BH_SOFTMAX || last->batch_norm ||
                            last->parametric || last->dropout != 0 || last->skip_span);
}

static bool is_valid_loss(const bh_network *n) {
    switch (n->loss) {
    case BH_SOFTMAX_CROSS_ENTROPY:
        return in_half_open(n->loss_parameter, 0, 1);
    case BH_HUBER:
        return n->loss_parameter > 0 && isfinite(n->loss_parameter);
    case BH_QUANTILE:
        return n->loss_parameter > 0 && n->loss_parameter < 1;
    default:
        return in_range(n->loss, BH_SQUARED_ERROR, BH_POISSON);
    }
}

int32_t check_network(const bh_network *n) {
    if (!n || !n->layers) {
        return BH_BAD_POINTER;
    }
    if (!in_range(n->n_layers, 1, BH_MAX_LAYERS)) {
        return BH_BAD_SIZE;
    }
    for (int l = 0; l < n->n_layers; l++) {
        const int32_t status = check_layer(n, l);
        if (status != BH_OK) {
            return status;
        }
    }
    if (n->loss == BH_SOFTMAX_CROSS_ENTROPY && n->layers[n->n_layers - 1].n_out == 1) {
        return BH_BAD_SIZE; /* the softmax of one output is always 1 */
    }
    if (!is_valid_loss(n) || !are_valid_heads(n) || !in_range(n->scaled_inputs, 0, 1) ||
        n->embedding != embedding_of(n)) {
        return BH_BAD_SIZE;
    }
    return embedding_of(n) ? check_embedding(embedding_of(n), n->layers[0].n_in) : BH_OK;
}

/* Optimizer */

static bool are_valid_weight_rates(const bh_optimizer *o, int n_layers) {
    const float *rates = weight_rates_of(o);
    for (int l = 0; rates && l < n_layers; l++) {
        if (!in_half_open(rates[l], 0, INFINITY)) {
            return false;
        }
    }
    return true;
}

int32_t check_optimizer(const bh_optimizer *o, int n_layers) {
    if (!o) {
        return BH_BAD_POINTER;
    }
    const bool is_valid =
        in_range(o->kind, BH_SGD, BH_ADAMW) && in_half_open(o->momentum, 0, 1) &&
        in_half_open(o->beta1, 0, 1) && in_half_open(o->beta2, 0, 1) &&
        in_half_open(o->epsilon, 0, INFINITY) && in_half_open(o->weight_decay, 0, INFINITY) &&
        in_half_open(o->clip_norm, 0, INFINITY) && in_half_open(o->bias_rate, 0, INFINITY) &&
        in_half_open(o->scale_rate, 0, INFINITY) && in_half_open(o->embedding_rate, 0, INFINITY) &&
        in_half_open(o->alpha_rate, 0, INFINITY) && o->steps >= 0 &&
        are_valid_weight_rates(o, n_layers);
    if (!is_valid) {
        return BH_BAD_SIZE;
    }
    return o->kind >= BH_ADAM && o->epsilon < MIN_EPSILON ? BH_BAD_SIZE : BH_OK;
}

/* Data */

int32_t check_inputs(const bh_epoch_data *d) {
    if (!d || !d->inputs || !d->scale || !d->shift) {
        return BH_BAD_POINTER;
    }
    return in_range(d->n_examples, 1, MAX_EXAMPLES) ? BH_OK : BH_BAD_SIZE;
}

static int32_t check_pixel_shifts(const bh_epoch_data *d, int32_t n_in) {
    if (!in_range(d->height, 1, BH_MAX_WIDTH) || !in_range(d->width, 1, BH_MAX_WIDTH)) {
        return BH_BAD_SIZE;
    }
    if ((int64_t)d->height * d->width != n_in) {
        return BH_BAD_SIZE;
    }
    for (int64_t i = 0; i < d->n_indices; i++) {
        const int32_t right = d->pixel_shifts[2 * i];
        const int32_t down = d->pixel_shifts[2 * i + 1];
        if (!in_range(right, -d->width, d->width) || !in_range(down, -d->height, d->height)) {
            return BH_BAD_SIZE;
        }
    }
    return BH_OK;
}

/* The examples that an epoch visits, with their labels and weights. */
static int32_t check_indices(const bh_epoch_data *d, int32_t n_out) {
    for (int64_t i = 0; i < d->n_indices; i++) {
        const int64_t example = d->indices[i];
        if (!in_range(example, 0, d->n_examples - 1)) {
            return BH_BAD_INDEX;
        }
        if (d->labels && n_out > 1 && !in_range(d->labels[example], 0, n_out - 1)) {
            return BH_BAD_INDEX;
        }
        if (d->weights && !in_half_open(d->weights[example], 0, INFINITY)) {
            return BH_BAD_SIZE;
        }
    }
    return BH_OK;
}

/* Batch normalisation cannot normalise a batch of one row. */
static int32_t check_batch_size(const bh_network *n, const bh_epoch_data *d) {
    if (d->batch_size < 1) {
        return BH_BAD_SIZE;
    }
    if (!has_batch_norm(n)) {
        return BH_OK;
    }
    const bool has_batch_of_one = d->batch_size == 1 || d->n_indices % d->batch_size == 1;
    if (has_batch_of_one && n_copies(n) == 1) {
        return BH_BAD_SIZE;
    }
    return d->batch_size > MAX_BATCH_NORM_ROWS / n_copies(n) ? BH_BAD_SIZE : BH_OK;
}

static int32_t check_learning_rates(const bh_epoch_data *d) {
    const int64_t n_steps = (d->n_indices + d->batch_size - 1) / d->batch_size;
    for (int64_t step = 0; step < n_steps; step++) {
        if (!isfinite(d->learning_rates[step])) {
            return BH_BAD_SIZE;
        }
    }
    return BH_OK;
}

bool has_training_ops(const bh_network *n) {
    for (int l = 0; l < n->n_layers; l++) {
        if (n->layers[l].dropout > 0) {
            return true;
        }
    }
    return has_batch_norm(n);
}

int32_t check_labelled(const bh_epoch_data *d, const bh_network *n) {
    const int32_t status = check_inputs(d);
    const int32_t n_out = n->layers[n->n_layers - 1].n_out;
    if (status != BH_OK) {
        return status;
    }
    if (!d->labels == !d->targets) {
        return BH_BAD_POINTER;
    }
    for (int64_t i = 0; d->labels && n_out > 1 && i < d->n_examples; i++) {
        if (!in_range(d->labels[i], 0, n_out - 1)) {
            return BH_BAD_INDEX;
        }
    }
    return BH_OK;
}

int32_t check_data(const bh_epoch_data *d, const bh_network *n) {
    int32_t status = check_inputs(d);
    if (status != BH_OK) {
        return status;
    }
    if (!d->indices || !d->learning_rates || !d->labels == !d->targets) {
        return BH_BAD_POINTER;
    }
    if (!in_range(d->n_indices, 1, MAX_EXAMPLES) || d->dropout_rng.counter > MAX_RNG_COUNTER) {
        return BH_BAD_SIZE;
    }
    status = check_batch_size(n, d);
    if (status == BH_OK) {
        status = check_learning_rates(d);
    }
    if (status == BH_OK && d->pixel_shifts) {
        status = check_pixel_shifts(d, n_inputs(n));
    }
    return status == BH_OK ? check_indices(d, n->layers[n->n_layers - 1].n_out) : status;
}

/* Memory */

int32_t check_memory(const bh_memory *m, int32_t kind) {
    if (!m || !is_aligned(m->params) || !is_aligned(m->workspace)) {
        return BH_BAD_POINTER;
    }
    if (kind != BH_SGD && !is_aligned(m->moment1)) {
        return BH_BAD_POINTER;
    }
    return kind < BH_ADAM || is_aligned(m->moment2) ? BH_OK : BH_BAD_POINTER;
}

int32_t check_threads(int32_t n_threads) {
    return in_range(n_threads, 1, BH_MAX_THREADS) ? BH_OK : BH_BAD_SIZE;
}
