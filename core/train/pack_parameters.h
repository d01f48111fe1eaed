/* Packing at the door of an epoch: the caller's rows of W become micropanels, and rows again when
 * it ends; moments alike. The threads share the rows. Columns of padding travel with the others. */
#ifndef BYHAND_PACK_PARAMETERS_H
#define BYHAND_PACK_PARAMETERS_H

#include <string.h>

#include "train/context.h"
#include "train/embedding_layout.h"

enum {
    ROWS_PER_PACK = 32
}; /* rows copied at a time, so that both sides are read and written in
                              * runs: 2 KiB of a micropanel */

typedef enum { PACK, UNPACK } pack_direction;

static void copy_floats(pack_direction way, float *caller, float *packed, int64_t n) {
    if (way == PACK) {
        memcpy(packed, caller, (size_t)n * sizeof *packed);
    } else {
        memcpy(caller, packed, (size_t)n * sizeof *packed);
    }
}

/* Copy rows k ... end - 1 of one W, or of a moment of it. */
static void copy_rows(pack_direction way, const bh_layer_offsets *from, const layer_offsets *to,
                      int32_t n_out, int64_t k, int64_t end, float *caller, float *packed) {
    for (int32_t column = 0; column < n_out; column += MICROPANEL) {
        for (int64_t i = k; i < end; i++) {
            copy_floats(way, caller + from->weights + i * from->stride + column,
                        packed + weight_offset(to, i, column), MICROPANEL);
        }
    }
}

/* Copy a thread's rows of one W, and its b. */
static void copy_dense(pack_direction way, const thread_team *team, int tid, const bh_layer *layer,
                       const bh_layer_offsets *from, const layer_offsets *to, float *caller,
                       float *packed) {
    int64_t run, end;
    team_partition(team, tid, round_up(layer->n_in, ROWS_PER_PACK) / ROWS_PER_PACK, &run, &end);
    for (; run < end; run++) {
        const int64_t k = run * ROWS_PER_PACK;
        const int64_t last = k + ROWS_PER_PACK < layer->n_in ? k + ROWS_PER_PACK : layer->n_in;
        copy_rows(way, from, to, layer->n_out, k, last, caller, packed);
    }
    copy_floats(way, caller + from->biases, packed + to->biases,
                tid == 0 ? padded(layer->n_out) : 0);
}

/* Copy a thread's rows of one array of all layers; thread 0 copies what is no matrix of them. */
static void copy_learned(pack_direction way, const train_context *e, int tid, float *caller,
                         float *packed) {
    if (tid == 0) {
        copy_floats(way, caller, packed, n_front_floats(e->settings.network));
    }
    for (int l = 0; l < e->settings.network->n_layers; l++) {
        const bh_layer *layer = &e->settings.network->layers[l];
        const bh_layer_offsets *from = &e->caller.offsets[l];
        const layer_offsets *to = &e->params.offsets[l];
        for (int32_t j = 0; j < n_matrices(e->settings.network, l); j++) {
            const layer_offsets head = head_offsets(to, j);
            const int64_t behind = j * (layer->n_in + (int64_t)1) * from->stride;
            copy_dense(way, &e->team, tid, layer, from, &head, caller + behind, packed);
        }
        const int64_t n = tid == 0 ? padded(layer->n_out) : 0;
        if (layer->batch_norm) {
            copy_floats(way, caller + from->gamma, packed + to->gamma, n);
            copy_floats(way, caller + from->beta, packed + to->beta, n);
        }
        if (is_parametric(layer)) {
            copy_floats(way, caller + from->alpha, packed + to->alpha, n);
        }
    }
}

static void copy_running_statistics(pack_direction way, const train_context *e) {
    for (int l = 0; l < e->settings.network->n_layers; l++) {
        const bh_layer *layer = &e->settings.network->layers[l];
        const bh_layer_offsets *from = &e->caller.offsets[l];
        const layer_offsets *to = &e->params.offsets[l];
        if (layer->batch_norm) {
            const int64_t n = padded(layer->n_out);
            copy_floats(way, e->caller.params + from->mean, e->params.params + to->mean, n);
            copy_floats(way, e->caller.params + from->variance, e->params.params + to->variance, n);
        }
    }
}

/* Copy a thread's part of all that the caller has to the packed arrays, or back. */
static void copy_parameters(pack_direction way, const train_context *e, int tid) {
    copy_learned(way, e, tid, e->caller.params, e->params.params);
    if (e->caller.moment1) {
        copy_learned(way, e, tid, e->caller.moment1, e->params.moment1);
    }
    if (e->caller.moment2) {
        copy_learned(way, e, tid, e->caller.moment2, e->params.moment2);
    }
    if (tid == 0) {
        copy_running_statistics(way, e);
    }
}

#endif
