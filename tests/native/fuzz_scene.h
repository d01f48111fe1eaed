/* Random networks, optimizers and data for fuzz.c: a scene. Each buffer is exactly as long as promised. */
#ifndef BYHAND_FUZZ_SCENE_H
#define BYHAND_FUZZ_SCENE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/include/byhand.h"

static uint64_t seed;

static uint32_t draw(uint32_t below) { /* xorshift64* */
    seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
    return (uint32_t)((seed * 2685821657736338717u) >> 33) % below;
}

static float real(void) {
    return (float)draw(2001) / 1000 - 1;
}

static void *buffer(int64_t bytes) {
    const size_t whole = ((size_t)bytes + 63) / 64 * 64;
    void *b = aligned_alloc(BH_ALIGNMENT, whole ? whole : 64);
    if (!b) {
        exit(2);
    }
    memset(b, 0, whole ? whole : 64);
    return b;
}

static void *
tight(int64_t bytes) { /* not one byte to spare: the sanitizer sees every step beyond */
    void *b = malloc(bytes ? (size_t)bytes : 1);
    if (!b) {
        exit(2);
    }
    memset(b, 0, bytes ? (size_t)bytes : 1);
    return b;
}

typedef struct {
    bh_layer layers[8];
    int32_t columns[8];
    float *edges; /* an embedding's; 0: none */
    bh_embedding embedding;
    bh_network network;
    float *weight_rates; /* an optimizer's; 0: none */
    bh_optimizer optimizer;
    bh_epoch_data data;
    float *params, *moment1, *moment2;
    int64_t n_params;
} scene;

/* Batch normalisation, dropout, skip connections and alphas, where there is no softmax. */
static void invent_between(bh_layer *layers, int n) {
    for (int l = 0; l < n; l++) {
        bh_layer *layer = &layers[l];
        if (layer->activation == BH_SOFTMAX) {
            continue;
        }
        layer->dropout = draw(2) ? 0 : draw(1000) / 1000.0;
        layer->batch_norm = draw(3) == 0, layer->momentum = 0.1f, layer->epsilon = 1e-5f;
        layer->parametric = draw(3) == 0;
        const int over = l ? 1 + (int)draw((uint32_t)l) : 0;
        if (!over || draw(2)) {
            continue;
        }
        layer->n_out = layers[l - over].n_out, layer->skip_span = over;
        if (l < n - 1) {
            layer[1].n_in = layer->n_out;
        }
    }
}

/* Numbers of an example. */
static int n_inputs(const scene *s) {
    return s->network.embedding ? s->embedding.n_in : s->layers[0].n_in;
}

/* Edges in any order, some of them equal, one in fifty not finite. */
static float *invent_edges(int n) {
    float *edges = tight(4 * n);
    for (int i = 0; i < n; i++) {
        edges[i] = draw(50) ? (float)(int)draw(9) - 4 : draw(2) ? NAN : INFINITY;
    }
    return edges;
}

/* An embedding of some of the inputs, which the first layer then has more of. */
static void invent_embedding(scene *s) {
    bh_embedding *e = &s->embedding;
    *e = (bh_embedding){.kind = (int)draw(BH_PIECEWISE_LINEAR + 1),
                        .n_in = s->layers[0].n_in,
                        .columns = s->columns,
                        .resolution = 1 + (int)draw(40),
                        .n_out = 1 + (int)draw(20)};
    for (int column = (int)draw((uint32_t)e->n_in); column < e->n_in && e->n_columns < 8;
         column += 1 + (int)draw(9)) {
        s->columns[e->n_columns++] = column;
    }
    if (e->kind == BH_PIECEWISE_LINEAR) {
        e->edges = s->edges = invent_edges(e->n_columns * (e->resolution + 1));
    }
    const int gone = e->kind == BH_PERIODIC_LINEAR ? e->n_columns : 0;
    s->layers[0].n_in += e->n_columns * e->n_out - gone;
    s->network.embedding = e;
}

/* Heads; the last layer becomes a plain one. */
static void invent_heads(scene *s) {
    bh_layer *last = &s->layers[s->network.n_layers - 1];
    last->dropout = 0, last->batch_norm = last->skip_span = last->parametric = 0;
    if (last->activation == BH_SOFTMAX) {
        last->activation = BH_IDENTITY;
    }
    s->network.n_heads = 1 + (int)draw(draw(9) ? 6 : 40);
}

/* Matrices of layer l. */
static int n_matrices(const scene *s, int l) {
    return s->network.n_heads && l == s->network.n_layers - 1 ? s->network.n_heads : 1;
}

static int is_parametric(const scene *s) {
    for (int l = 0; l < s->network.n_layers; l++) {
        if (s->layers[l].parametric) {
            return 1;
        }
    }
    return 0;
}

static int has(const scene *s, int norm, int way) {
    for (int l = 0; l < s->network.n_layers; l++) {
        if ((norm && s->layers[l].batch_norm) || (way && s->layers[l].skip_span)) {
            return 1;
        }
    }
    return 0;
}

static void invent_optimizer(scene *s) {
    const int n = s->network.n_layers;
    s->optimizer = (bh_optimizer){.kind = (int)draw(5),
                                  .momentum = 0.9f,
                                  .beta1 = 0.9f,
                                  .beta2 = 0.99f,
                                  .epsilon = 1e-8f,
                                  .weight_decay = draw(2) ? 1e-3f : 0,
                                  .clip_norm = draw(3) ? 0 : 0.5f,
                                  .bias_rate = draw(2) ? 1 : 0.1f,
                                  .scale_rate = 6,
                                  .embedding_rate = 0.1f,
                                  .steps = draw(9),
                                  .alpha_rate = 0.1f};
    s->weight_rates = 0;
    if (draw(3) == 0) {
        s->weight_rates = tight(4 * n);
        for (int l = 0; l < n; l++) {
            s->weight_rates[l] = (float)draw(3);
        }
        s->optimizer.weight_rates = s->weight_rates;
    }
}

static void invent_network(scene *s) {
    static const uint32_t widths[] = {16, 40, 300};
    const int n = 1 + (int)draw(4), kind = (int)draw(3);
    memset(s->layers, 0, sizeof s->layers);
    for (int l = 0; l < n; l++) {
        s->layers[l].n_in = l ? s->layers[l - 1].n_out : 1 + (int)draw(90);
        s->layers[l].n_out = 1 + (int)draw(widths[kind]);
        s->layers[l].activation = (int)draw(BH_MISH + 1);
        if (s->layers[l].activation == BH_SOFTMAX && l < n - 1) {
            s->layers[l].activation = BH_MISH;
        }
        s->layers[l].slope = 0.01f;
    }
    if (draw(2)) {
        invent_between(s->layers, n);
    }
    const int loss = (int)draw(BH_QUANTILE + 1);
    s->network = (bh_network){n, s->layers, loss, loss || draw(2) ? 0.1f : 0};
    if (s->layers[n - 1].n_out == 1 && loss == BH_SOFTMAX_CROSS_ENTROPY) {
        s->network.loss = BH_SQUARED_ERROR;
    }
    s->edges = 0;
    if (draw(4) == 0) {
        invent_embedding(s);
    }
    if (draw(3) == 0) {
        invent_heads(s);
    }
    invent_optimizer(s);
}

/* Sizes, and the state of dropout's generator. With batch normalization no batch has one example. */
static void invent_sizes(scene *s) {
    bh_epoch_data *d = &s->data;
    memset(d, 0, sizeof *d);
    d->n_examples = 1 + draw(50), d->n_indices = 1 + draw(draw(6) ? 60 : 700),
    d->batch_size = 1 + (int)(draw(3) ? draw(draw(4) ? 20 : 600) : 0);
    d->inputs_are_bytes = !s->network.embedding && !s->network.n_heads && draw(2);
    if (has(s, 1, 0)) {
        if (d->batch_size == 1) {
            d->batch_size = 2;
        }
        if (d->n_indices % d->batch_size == 1) {
            d->n_indices++;
        }
    }
    d->dropout_rng = (bh_rng){seed, 2, draw(9), draw(1000)};
}

static void *invent_bytes(int64_t n) {
    unsigned char *x = tight(n);
    const uint32_t inked = 1 + draw(9); /* of nine */
    for (int64_t i = 0; i < n; i++) {
        x[i] = draw(9) < inked ? (unsigned char)draw(256) : 0;
    }
    return x;
}

static void *invent_floats(int64_t n) {
    float *x = tight(4 * n);
    for (int64_t i = 0; i < n; i++) {
        x[i] = real() * 100;
    }
    return x;
}

/* A shift of 0 lets the background do nothing; one of 30 is too large to be taken apart. */
static void invent_scaling(bh_epoch_data *d, int n_in) {
    float *scale = tight(4 * n_in), *shift = tight(4 * n_in);
    const float most = draw(3) ? 0.1f * (float)draw(2) : 30;
    for (int i = 0; i < n_in; i++) {
        scale[i] = 0.01f, shift[i] = real() * most;
    }
    d->scale = scale, d->shift = shift;
}

static void invent_answers(bh_epoch_data *d, int n_out) {
    if (draw(2)) {
        int32_t *labels = tight(4 * d->n_examples);
        for (int64_t i = 0; i < d->n_examples; i++) {
            labels[i] = (int)draw((uint32_t)n_out);
        }
        d->labels = labels;
        return;
    }
    float *targets = tight(4 * d->n_examples * n_out);
    for (int64_t i = 0; i < d->n_examples * n_out; i++) {
        targets[i] = (float)draw(2);
    }
    d->targets = targets;
}

static void invent_weights(bh_epoch_data *d) {
    float *weights = tight(4 * d->n_examples);
    for (int64_t i = 0; i < d->n_examples; i++) {
        weights[i] = (float)draw(3);
    }
    d->weights = weights;
}

/* The order of the epoch, and a learning rate a step: one in twenty makes it diverge. */
static void invent_order(bh_epoch_data *d) {
    const int64_t steps = (d->n_indices + d->batch_size - 1) / d->batch_size;
    int64_t *order = tight(8 * d->n_indices);
    for (int64_t i = 0; i < d->n_indices; i++) {
        order[i] = draw((uint32_t)d->n_examples);
    }
    double *rates = tight(8 * steps);
    for (int64_t i = 0; i < steps; i++) {
        rates[i] = draw(20) ? 0.01 : 1e30;
    }
    d->indices = order, d->learning_rates = rates;
}

/* As if the inputs were an image: as high as divides them. */
static void invent_pixel_shifts(bh_epoch_data *d, int n_in) {
    int32_t *pixel_shifts = tight(8 * d->n_indices);
    d->height = 1;
    for (int h = 2; h < 9; h++) {
        if (n_in % h == 0) {
            d->height = h;
        }
    }
    d->width = n_in / d->height;
    for (int64_t i = 0; i < d->n_indices; i++) {
        pixel_shifts[2 * i] = (int)draw((uint32_t)(2 * d->width + 1)) - d->width;
        pixel_shifts[2 * i + 1] = (int)draw((uint32_t)(2 * d->height + 1)) - d->height;
    }
    d->pixel_shifts = pixel_shifts;
}

static void invent_data(scene *s) {
    bh_epoch_data *d = &s->data;
    const int n_in = n_inputs(s), n_out = s->layers[s->network.n_layers - 1].n_out;
    invent_sizes(s);
    d->inputs = d->inputs_are_bytes ? invent_bytes(d->n_examples * n_in)
                                    : invent_floats(d->n_examples * n_in);
    invent_scaling(d, n_in);
    invent_answers(d, n_out);
    if (draw(3) == 0) {
        invent_weights(d);
    }
    invent_order(d);
    if (draw(3) == 0) {
        invent_pixel_shifts(d, n_in);
    }
}

#endif
