/* Networks of at most 16 units a layer that are trained one example at a time with plain SGD: every
 * layer is a vector or two. A step is so small (2-16-8-2: 350 multiplications) that tiles, threads
 * and barriers would cost more than it does. W is held twice, as it is and transposed, and both are
 * updated: then forward and backward both run along rows, and no sum crosses lanes. */
#ifndef BYHAND_SMALL_MLP_TEMPLATE_H
#define BYHAND_SMALL_MLP_TEMPLATE_H

#include "train/activations_template.h"
#include "train/embedding_layout.h"
#include "train/gather_template.h"
#include "train/losses_template.h"

enum {
    SMALL_WIDTH = 16,
    SMALL_LAYERS = 16,
    SMALL_VECTORS = SMALL_WIDTH / LANES,
    ACCUMULATORS = 4,     /* sums side by side, for each addition waits for the one before */
    PREFETCH_DISTANCE = 8 /* examples */
};

/* A number for each unit of a layer, in n_vectors vectors: as an argument always a constant. */
typedef struct {
    vec v[SMALL_VECTORS];
} unit_vec;

/* Does one vector hold n units? A page has its loops once: core.wasm is smaller. */
static bool is_narrow(int32_t n) {
#if defined(__wasm__)
    (void)n;
    return false;
#else
    return n <= LANES;
#endif
}

INLINE unit_vec load_units(const float *from, const int n_vectors) {
    unit_vec r = {0};
    for (int i = 0; i < n_vectors; i++) {
        r.v[i] = v_load(from + i * LANES);
    }
    return r;
}

INLINE void store_units(float *to, unit_vec r, const int n_vectors) {
    for (int i = 0; i < n_vectors; i++) {
        v_store(to + i * LANES, r.v[i]);
    }
}

/* sum += factor * r */
INLINE void add_scaled(unit_vec *sum, float factor, unit_vec r, const int n_vectors) {
    for (int i = 0; i < n_vectors; i++) {
        sum->v[i] += factor * r.v[i];
    }
}

/* Return start + x (n) M (n, units), rows of M `stride` apart. */
INLINE unit_vec gemv4(unit_vec start, const float *x, const float *m, ptrdiff_t stride, int32_t n,
                      const int n_vectors) {
    unit_vec sum[ACCUMULATORS] = {start};
    int32_t k = 0;
    for (; k + ACCUMULATORS <= n; k += ACCUMULATORS) {
        for (int c = 0; c < ACCUMULATORS; c++) {
            add_scaled(&sum[c], x[k + c], load_units(m + (k + c) * stride, n_vectors), n_vectors);
        }
    }
    for (; k < n; k++) {
        add_scaled(&sum[0], x[k], load_units(m + k * stride, n_vectors), n_vectors);
    }
    for (int i = 0; i < n_vectors; i++) {
        sum[0].v[i] += sum[1].v[i] + (sum[2].v[i] + sum[3].v[i]);
    }
    return sum[0];
}

/* M (n, units) += x^T r: BLAS's ger. */
INLINE void ger(float *m, ptrdiff_t stride, const float *x, int32_t n, unit_vec r,
                const int n_vectors) {
    for (int32_t k = 0; k < n; k++) {
        unit_vec w = load_units(m + k * stride, n_vectors);
        add_scaled(&w, x[k], r, n_vectors);
        store_units(m + k * stride, w, n_vectors);
    }
}

/* One layer with all its buffers. transposed (n_out, n_in): a copy of W^T. */
typedef struct {
    int32_t n_in, n_out;
    int activation;
    float slope;
    float *w, *b;
    ptrdiff_t stride;
    float *x, *y, *dz; /* input, output, gradient of the pre-activations: one example */
    float transposed[SMALL_WIDTH][SMALL_WIDTH];
} small_layer;

static bool is_small_mlp(const settings *s, const network_buffers *net) {
    const bh_optimizer *o = s->optimizer;
    if (s->network->scaled_inputs || embedding_of(s->network) || n_heads(s->network) ||
        o->bias_rate != 1 || weight_rates_of(o)) {
        return false;
    }
    if (s->data->batch_size > 1 || o->kind != BH_SGD || o->weight_decay != 0 || o->clip_norm > 0) {
        return false;
    }
    for (int l = 0; l < s->network->n_layers; l++) {
        if (s->network->layers[l].n_out > SMALL_WIDTH || net->has_post_ops[l]) {
            return false;
        }
    }
    return s->network->n_layers <= SMALL_LAYERS;
}

/* The first layer needs no W^T, and may have more inputs than SMALL_WIDTH. */
static void init_small_layer(small_layer *layer, const bh_layer *described, const parameters *p,
                             const network_buffers *net, int l) {
    layer->n_in = described->n_in;
    layer->n_out = described->n_out;
    layer->activation = described->activation;
    layer->slope = described->slope;
    layer->w = p->params + p->offsets[l].weights;
    layer->b = p->params + p->offsets[l].biases;
    layer->stride = p->offsets[l].row_stride;
    layer->x = net->x[l].data;
    layer->y = net->x[l + 1].data;
    layer->dz = net->dz[l].data;
    memset(layer->transposed, 0, sizeof layer->transposed);
    for (int32_t k = 0; l > 0 && k < layer->n_in; k++) {
        for (int32_t j = 0; j < SMALL_WIDTH; j++) {
            layer->transposed[j][k] = layer->w[k * layer->stride + j];
        }
    }
}

INLINE void forward_units(const small_layer *layer, const int n_vectors) {
    unit_vec z = gemv4(load_units(layer->b, n_vectors), layer->x, layer->w, layer->stride,
                       layer->n_in, n_vectors);
    for (int i = 0; i < n_vectors; i++) {
        z.v[i] = activate(layer->activation, layer->slope, z.v[i]);
    }
    store_units(layer->y, z, n_vectors);
    const bool pads_nonzero = layer->activation == BH_SIGMOID || layer->activation == BH_EXP;
    for (int32_t j = layer->n_out; pads_nonzero && j < n_vectors * LANES; j++) {
        layer->y[j] = 0; /* f(0) is not 0 in the padding */
    }
}

INLINE void small_forward(const small_layer *layers, int n_layers) {
    for (int l = 0; l < n_layers; l++) {
        if (is_narrow(layers[l].n_out)) {
            forward_units(&layers[l], 1);
        } else {
            forward_units(&layers[l], SMALL_VECTORS);
        }
    }
}

/* dz of the layer before, whose units take n_vectors, and the update of the layer's W^T. steps
 * (n_out): -rate * dz. */
INLINE void send_back(small_layer *layer, small_layer *before, const float *steps,
                      const int n_vectors) {
    const unit_vec a = load_units(layer->x, n_vectors);
    unit_vec dx =
        gemv4((unit_vec){0}, layer->dz, layer->transposed[0], SMALL_WIDTH, layer->n_out, n_vectors);
    for (int i = 0; i < n_vectors; i++) {
        dx.v[i] = activate_backward(before->activation, before->slope, a.v[i], dx.v[i]);
    }
    store_units(before->dz, dx, n_vectors);
    ger(layer->transposed[0], SMALL_WIDTH, steps, layer->n_out, a, n_vectors);
}

/* Fill steps (SMALL_WIDTH), and update W and b by them. */
INLINE void update_units(small_layer *layer, float learning_rate, float *steps,
                         const int n_vectors) {
    unit_vec step = {0}, b = load_units(layer->b, n_vectors);
    add_scaled(&step, -learning_rate, load_units(layer->dz, n_vectors), n_vectors);
    store_units(steps, step, n_vectors);
    ger(layer->w, layer->stride, layer->x, layer->n_in, step, n_vectors);
    add_scaled(&b, 1, step, n_vectors);
    store_units(layer->b, b, n_vectors);
}

/* From dz of the last layer to the first. What goes back is computed with W^T, which is updated
 * after that. */
INLINE void small_backward(small_layer *layers, int n_layers, float learning_rate) {
    for (int l = n_layers - 1; l >= 0; l--) {
        float steps[SMALL_WIDTH];
        if (is_narrow(layers[l].n_out)) {
            update_units(&layers[l], learning_rate, steps, 1);
        } else {
            update_units(&layers[l], learning_rate, steps, SMALL_VECTORS);
        }
        if (l > 0 && is_narrow(layers[l].n_in)) {
            send_back(&layers[l], &layers[l - 1], steps, 1);
        } else if (l > 0) {
            send_back(&layers[l], &layers[l - 1], steps, SMALL_VECTORS);
        }
    }
}

static bool is_stop_requested(const settings *s) {
    return s->stop && atomic_load_explicit(s->stop, memory_order_relaxed);
}

/* Loss and dz of the last layer's output for an example of the data. */
static double small_loss(const settings *s, const small_layer *last, int64_t example,
                         bool *correct) {
    const loss_args args = loss_args_of(s, false, example, 1);
    return loss_and_grad(&args, last->y, last->dz, correct);
}

/* Train an epoch on one thread. */
static void train_small_mlp(const settings *s, const parameters *p, const network_buffers *net,
                            void *shifted_row, step_result *result) {
    const bh_epoch_data *d = s->data;
    const int n_layers = s->network->n_layers;
    small_layer layers[SMALL_LAYERS];
    for (int l = 0; l < n_layers; l++) {
        init_small_layer(&layers[l], &s->network->layers[l], p, net, l);
    }
    const int32_t n_in = layers[0].n_in;
    for (int64_t i = 0; i < d->n_indices && result->status == BH_OK; i++) {
        if (i + PREFETCH_DISTANCE < d->n_indices) {
            prefetch_row(d, n_in, i + PREFETCH_DISTANCE);
        }
        scale_and_shift(d, n_in, raw_row(d, n_in, i, shifted_row), layers[0].x);
        small_forward(layers, n_layers);
        bool correct;
        const double loss = small_loss(s, &layers[n_layers - 1], d->indices[i], &correct);
        if (!isfinite((float)loss)) {
            result->status = BH_DIVERGED;
            return;
        }
        small_backward(layers, n_layers, (float)d->learning_rates[i]);
        result->total.loss += loss;
        result->total.n_correct += correct;
        result->total.steps_done++;
        if (is_stop_requested(s)) {
            result->status = BH_STOPPED;
        }
    }
}

#endif
