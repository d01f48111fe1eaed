/* Networks of at most 16 units a layer that learn from one example at a time: everything in a vector or two a layer.
 *
 * Here a step is so small (2-16-8-2: 350 multiplications) that what surrounds them must go: no tiles, no shares, no
 * waiting. Each W is kept twice, as it is and turned, and both learn: then forward and backward both run along rows,
 * and no sum goes across a vector. */
#ifndef BYHAND_SMALL_MLP_TEMPLATE_H
#define BYHAND_SMALL_MLP_TEMPLATE_H

#include "train/activations_template.h"
#include "train/sparse_inputs_template.h"
#include "train/losses_template.h"

enum { SMALL_WIDTH = 16, SMALL_LAYERS = 16, SMALL_VECTORS = SMALL_WIDTH / LANES, ACCUMULATORS = 4, PREFETCH_DISTANCE = 8 /* examples */ };

typedef struct {
    vec v[SMALL_VECTORS];
} unit_vec; /* a number for each unit of a layer */

INLINE unit_vec load_units(const float *from) {
    unit_vec r;
    for (int i = 0; i < SMALL_VECTORS; i++) r.v[i] = v_load(from + i * LANES);
    return r;
}

INLINE void store_units(float *to, unit_vec r) {
    for (int i = 0; i < SMALL_VECTORS; i++) v_store(to + i * LANES, r.v[i]);
}

INLINE void add_scaled(unit_vec *sum, float factor, unit_vec r) {
    for (int i = 0; i < SMALL_VECTORS; i++) sum->v[i] += factor * r.v[i];
}

/* Return start + Σ_k x[k] · m[k · stride]: four sums side by side, for each addition waits for the one before. */
INLINE unit_vec gemv4(unit_vec start, const float *x, const float *m, ptrdiff_t stride, int32_t n) {
    unit_vec sum[ACCUMULATORS] = {start};
    int32_t k = 0;
    for (; k + ACCUMULATORS <= n; k += ACCUMULATORS)
        for (int c = 0; c < ACCUMULATORS; c++) add_scaled(&sum[c], x[k + c], load_units(m + (k + c) * stride));
    for (; k < n; k++) add_scaled(&sum[0], x[k], load_units(m + k * stride));
    for (int i = 0; i < SMALL_VECTORS; i++) sum[0].v[i] += sum[1].v[i] + (sum[2].v[i] + sum[3].v[i]);
    return sum[0];
}

/* m[k] += x[k] · r for n rows. */
INLINE void ger(float *m, ptrdiff_t stride, const float *x, int32_t n, unit_vec r) {
    for (int32_t k = 0; k < n; k++) {
        unit_vec w = load_units(m + k * stride);
        add_scaled(&w, x[k], r);
        store_units(m + k * stride, w);
    }
}

static int is_small_mlp(const train_context *e) {
    const bh_optimizer *o = e->optimizer;
    if (e->data->batch_size > 1 || o->kind != BH_SGD || o->weight_decay != 0 || o->clip_norm > 0) return 0;
    for (int l = 0; l < e->network->n_layers; l++)
        if (e->network->layers[l].n_out > SMALL_WIDTH || e->has_post_ops[l]) return 0;
    return e->network->n_layers <= SMALL_LAYERS;
}

typedef float transposed_weights[SMALL_WIDTH][SMALL_WIDTH];

static void transpose_weights(const train_context *e, transposed_weights *transposed) {
    for (int l = 1; l < e->network->n_layers; l++)
        for (int32_t k = 0; k < e->network->layers[l].n_in; k++)
            for (int32_t j = 0; j < SMALL_WIDTH; j++)
                transposed[l][j][k] = e->params[e->offsets[l].weights + (int64_t)k * e->offsets[l].stride + j];
}

/* From dz of the last layer to the first, each layer learning after what it sends back has been computed. */
INLINE void small_backward(train_context *e, transposed_weights *transposed, float learning_rate) {
    const bh_layer *layers = e->network->layers;
    for (int l = e->network->n_layers - 1; l >= 0; l--) {
        const bh_layer_offsets *at = &e->offsets[l];
        const unit_vec dz = load_units(e->dz[l]);
        unit_vec step = {0}, b = load_units(e->params + at->biases);
        add_scaled(&step, -learning_rate, dz);
        if (l > 0) {
            const unit_vec a = load_units(e->x[l]);
            unit_vec dx = gemv4((unit_vec){0}, e->dz[l], transposed[l][0], SMALL_WIDTH, layers[l].n_out);
            for (int i = 0; i < SMALL_VECTORS; i++)
                dx.v[i] = activate_backward(layers[l - 1].activation, layers[l - 1].slope, a.v[i], dx.v[i]);
            store_units(e->dz[l - 1], dx);
            float steps[SMALL_WIDTH];
            store_units(steps, step);
            ger(transposed[l][0], SMALL_WIDTH, steps, layers[l].n_out, a);
        }
        ger(e->params + at->weights, at->stride, e->x[l], layers[l].n_in, step);
        add_scaled(&b, 1, step);
        store_units(e->params + at->biases, b);
    }
}

INLINE void small_forward(train_context *e) {
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const bh_layer_offsets *at = &e->offsets[l];
        unit_vec z = gemv4(load_units(e->params + at->biases), e->x[l], e->params + at->weights, at->stride, layer->n_in);
        for (int i = 0; i < SMALL_VECTORS; i++) z.v[i] = activate(layer->activation, layer->slope, z.v[i]);
        store_units(e->x[l + 1], z);
        for (int32_t j = layer->n_out; layer->activation == BH_SIGMOID && j < SMALL_WIDTH; j++) e->x[l + 1][j] = 0;
    }
}

static void train_small_mlp(train_context *e) {
    const bh_epoch_data *d = e->data;
    const int32_t n_in = e->network->layers[0].n_in;
    const int last = e->network->n_layers - 1;
    const int32_t n_out = e->network->layers[last].n_out;
    transposed_weights transposed[SMALL_LAYERS] = {0};
    transpose_weights(e, transposed);
    for (int64_t i = 0; i < d->n_indices && e->status == BH_OK; i++) {
        const int64_t at = d->indices[i];
        if (i + PREFETCH_DISTANCE < d->n_indices) prefetch_row(d, n_in, i + PREFETCH_DISTANCE);
        scale_and_shift(d, n_in, raw_row(d, n_in, i, e->shift_scratch), e->x[0]);
        small_forward(e);
        const loss_args v = {e->network, 0, n_out, d->labels ? d->labels[at] : 0, d->labels ? 0 : d->targets + at * n_out, 1};
        int correct;
        const double loss = loss_and_grad(&v, e->x[last + 1], e->dz[last], &correct);
        if (!isfinite((float)loss)) e->status = BH_DIVERGED;
        else {
            small_backward(e, transposed, (float)d->learning_rates[i]);
            e->result.loss += loss;
            e->result.n_correct += correct;
            e->result.steps_done++;
            if (e->stop && *e->stop) e->status = BH_STOPPED;
        }
    }
}

#endif
