/* Wrong calls of bh_epoch for fuzz.c: one thing of a scene is spoilt. */
#ifndef BYHAND_FUZZ_WRONG_H
#define BYHAND_FUZZ_WRONG_H

#include <math.h>
#include <stdio.h>

#include "fuzz_scene.h"

/* What is wrong, in a copy of the scene. */
typedef struct {
    scene bad;
    bh_layer layers[8];
    bh_embedding embedding;
    int32_t columns[8];
    int size; /* no size that can be */
    float *weights;
    int64_t *order;
} wrong_call;

static void spoil_layer(wrong_call *c) {
    bh_layer *any = &c->layers[draw((uint32_t)c->bad.network.n_layers)];
    switch (draw(8)) {
    case 0:
        any->n_in = c->size;
        break;
    case 1:
        any->n_out = c->size;
        break;
    case 2:
        any->activation = draw(2) ? BH_MISH + 1 : -1;
        break;
    case 3:
        any->dropout = draw(3) ? 1 : draw(2) ? -0.5 : INFINITY;
        break;
    case 4:
        any->dropout = NAN;
        break;
    case 5:
        any->batch_norm = draw(2) ? 2 : -1;
        break;
    case 6:
        any->parametric = draw(2) ? 2 : -1;
        break;
    default:
        any->skip_span = draw(2) ? (int)(any - c->layers) + 1 : -1;
    }
}

static void spoil_network(wrong_call *c) {
    bh_network *network = &c->bad.network;
    bh_layer *last = &c->layers[network->n_layers - 1];
    switch (draw(8)) {
    case 0:
        network->n_layers = draw(2) ? 0 : 65;
        break;
    case 1:
        network->layers = 0;
        break;
    case 2:
        network->loss = draw(2) ? BH_QUANTILE + 1 : -1;
        break;
    case 3:
        network->loss = BH_QUANTILE, network->loss_parameter = draw(2) ? 1 : NAN;
        break;
    case 4:
        last->activation = BH_SOFTMAX, last->parametric = 1;
        break;
    case 5:
        network->n_heads = draw(2) ? BH_MAX_HEADS + 1 : -1;
        break;
    case 6:
        network->n_heads = 2;
        if (draw(2)) {
            last->activation = BH_SOFTMAX;
        } else {
            last->dropout = 0.5;
        }
        break;
    default:
        last->activation = BH_SOFTMAX, last->dropout = 0.5;
    }
}

/* Batch normalization with ε = 0, or of a batch of one. It needs a layer behind it. */
static void spoil_batch_norm(wrong_call *c) {
    if (c->bad.network.n_layers < 2) {
        c->bad.network.layers = 0;
        return;
    }
    bh_layer *first = &c->layers[0];
    first->batch_norm = 1, first->momentum = draw(2) ? 0.1f : NAN, first->epsilon = 0;
    if (first->momentum == 0.1f && draw(2)) {
        first->epsilon = 1e-5f, c->bad.data.batch_size = 1, c->bad.network.n_heads = 0;
    }
}

/* Columns that are none or in another order, sizes that do not give the first layer's, or bytes. */
static void spoil_embedding(wrong_call *c) {
    bh_embedding *e = &c->embedding;
    if (!c->bad.network.embedding) { /* one that the first layer has no room for */
        *e = (bh_embedding){.n_in = c->layers[0].n_in, 1, c->columns, .resolution = 1, .n_out = 1};
    }
    c->bad.network.embedding = e;
    switch (draw(8)) {
    case 0:
        e->columns = 0;
        break;
    case 1:
        c->columns[draw((uint32_t)e->n_columns)] = draw(2) ? e->n_in : -1;
        break;
    case 2:
        e->n_columns = draw(2) ? c->size : e->n_columns + 1;
        break;
    case 3:
        e->resolution = draw(2) ? c->size : BH_MAX_RESOLUTION + 1;
        break;
    case 4:
        e->n_out = draw(2) ? c->size : e->n_out + 1;
        break;
    case 5:
        e->kind = draw(2) ? BH_PIECEWISE_LINEAR + 1 : -1;
        break;
    case 6:
        e->kind = BH_PIECEWISE_LINEAR, e->edges = 0;
        break;
    default:
        c->bad.data.inputs_are_bytes = 1;
    }
}

static void spoil_optimizer(wrong_call *c) {
    bh_optimizer *optimizer = &c->bad.optimizer;
    static const float wrong_rates[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    switch (draw(7)) {
    case 0:
        optimizer->kind = draw(2) ? 5 : -1;
        break;
    case 1:
        optimizer->momentum = draw(2) ? 1 : -NAN;
        break;
    case 2:
        optimizer->weight_decay = draw(2) ? -1 : INFINITY;
        break;
    case 3:
        optimizer->embedding_rate = draw(2) ? -1 : NAN;
        break;
    case 4:
        optimizer->alpha_rate = draw(2) ? -1 : NAN;
        break;
    case 5:
        optimizer->weight_rates = wrong_rates;
        break;
    default:
        optimizer->steps = -1;
    }
}

static void spoil_sizes(wrong_call *c) {
    bh_epoch_data *d = &c->bad.data;
    const int negative = c->size > 0 ? -c->size : c->size;
    switch (draw(3)) {
    case 0:
        d->batch_size = negative;
        break;
    case 1:
        d->n_indices = negative;
        break;
    default:
        d->n_examples = negative;
    }
}

/* One index that is no example. */
static void spoil_order(wrong_call *c) {
    bh_epoch_data *d = &c->bad.data;
    c->order = tight(8 * d->n_indices);
    memcpy(c->order, d->indices, 8 * (size_t)d->n_indices);
    c->order[draw((uint32_t)d->n_indices)] = draw(2) ? d->n_examples : -1;
    d->indices = c->order;
}

static void spoil_weights(wrong_call *c) {
    bh_epoch_data *d = &c->bad.data;
    c->weights = tight(4 * d->n_examples);
    for (int64_t i = 0; i < d->n_examples; i++) {
        c->weights[i] = draw(2) ? -1 : draw(2) ? NAN : INFINITY;
    }
    d->weights = c->weights;
}

static void spoil_pointers(wrong_call *c) {
    bh_epoch_data *d = &c->bad.data;
    switch (draw(4)) {
    case 0:
        d->inputs = 0;
        break;
    case 1:
        d->indices = 0;
        break;
    case 2:
        d->labels = 0, d->targets = 0;
        break;
    default:
        d->dropout_rng.counter = UINT64_MAX;
    }
}

/* A wrong call returns an error, and neither parameters nor the result change. */
static void refuse(const scene *s, const scene *bad) {
    bh_result result = {-7, 0, 0, 0};
    float *params = buffer(4 * s->n_params), *first = buffer(4 * s->n_params),
          *second = buffer(4 * s->n_params);
    memcpy(params, s->params, 4 * (size_t)s->n_params);
    const int64_t workspace = bh_workspace(&s->network, s->data.batch_size, 2);
    void *room = buffer(workspace);
    const bh_memory memory = {params, first, second, room, workspace};
    const int status =
        bh_epoch(&bad->network, &bad->optimizer, &bad->data, &memory, BH_BEST, 2, 0, &result);
    if (status >= 0 || result.steps_done != -7 ||
        memcmp(params, s->params, 4 * (size_t)s->n_params)) {
        fprintf(stderr, "a wrong call was let in: status %d\n", status);
        exit(1);
    }
    free(params), free(first), free(second), free(room);
}

static void check_wrong_call(const scene *s) {
    static const int wrong[] = {0, -1, BH_MAX_WIDTH + 1, 2147483647, -2147483647 - 1};
    static void (*const ways[])(wrong_call *) = {spoil_layer,     spoil_network,   spoil_batch_norm,
                                                 spoil_embedding, spoil_optimizer, spoil_sizes,
                                                 spoil_order,     spoil_weights,   spoil_pointers};
    wrong_call c = {.bad = *s, .embedding = s->embedding, .size = wrong[draw(5)]};
    memcpy(c.layers, s->layers, sizeof c.layers);
    memcpy(c.columns, s->columns, sizeof c.columns);
    c.bad.network.layers = c.layers;
    if (s->network.embedding) {
        c.embedding.columns = c.columns;
        c.bad.network.embedding = &c.embedding;
    }
    ways[draw(9)](&c);
    refuse(s, &c.bad);
    free(c.order), free(c.weights);
}

static void check_bad_memory(const scene *s) {
    const int64_t workspace = bh_workspace(&s->network, s->data.batch_size, 1);
    void *room = buffer(workspace);
    bh_result result;
    const bh_memory wrong[] = {{0, s->moment1, s->moment2, room, workspace},
                               {s->params + 1, s->moment1, s->moment2, room, workspace},
                               {s->params, s->moment1, s->moment2, 0, workspace},
                               {s->params, s->moment1, s->moment2, (char *)room + 4, workspace},
                               {s->params, s->moment1, s->moment2, room, workspace - 1}};
    for (int i = 0; i < 5; i++) {
        if (bh_epoch(&s->network, &s->optimizer, &s->data, &wrong[i], BH_BEST, 1, 0, &result) >=
            0) {
            exit(1);
        }
    }
    const bh_memory right = {s->params, s->moment1, s->moment2, room, workspace};
    for (int threads = -1; threads < 66; threads += threads < 0 ? 1 : 65) { /* −1, 0, 65 */
        if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, BH_BEST, threads, 0, &result) !=
            BH_BAD_SIZE) {
            exit(1);
        }
    }
    if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, 99, 1, 0, &result) != BH_NO_KERNEL) {
        exit(1);
    }
    if (bh_epoch(&s->network, &s->optimizer, &s->data, &right, BH_BEST, 1, 0, 0) !=
        BH_BAD_POINTER) {
        exit(1);
    }
    if (bh_epoch(0, 0, 0, 0, BH_BEST, 1, 0, &result) != BH_BAD_POINTER) {
        exit(1);
    }
    free(room);
}

#endif
