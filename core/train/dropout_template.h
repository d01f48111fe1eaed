/* Dropout: which units are kept. The draws are those of Python's dropout layer: batch by batch,
 * layer by layer, example by example, so any part of a mask can be drawn by any thread. */
#ifndef BYHAND_DROPOUT_TEMPLATE_H
#define BYHAND_DROPOUT_TEMPLATE_H

#include <math.h>
#include <string.h>

#include "gemm/simd.h"
#include "runtime/philox.h"
#include "train/context.h"
#include "train/embedding_layout.h"

enum { MAX_DRAWS = 4 * MAX_BLOCKS };

/* Fill mask (end - start): does draw start ... end - 1 keep its unit? */
static void draw_dropout_mask(const bh_rng *rng, uint64_t start, uint64_t end, double rate,
                              unsigned char *mask) {
    const uint32_t threshold = (uint32_t)ceil(rate * 0x1p24); /* keep: draw / 2^24 >= rate */
    for (uint64_t at = start / 4 * 4; at < end; at += MAX_DRAWS) {
        uint32_t words[MAX_DRAWS];
        unsigned char keep[MAX_DRAWS];
        philox(rng, at / 4, MAX_BLOCKS, words);
        for (int i = 0; i < MAX_BLOCKS; i++) {
            for (int word = 0; word < 4; word++) {
                keep[4 * i + word] = words[word * MAX_BLOCKS + i] >> 8 >= threshold;
            }
        }
        const uint64_t from = at < start ? start : at;
        const uint64_t to = at + MAX_DRAWS < end ? at + MAX_DRAWS : end;
        memcpy(mask + (from - start), keep + (from - at), (size_t)(to - from));
    }
}

static int64_t draws_per_example(const bh_network *n) {
    int64_t draws = 0;
    for (int l = 0; l < n->n_layers; l++) {
        if (n->layers[l].dropout > 0) {
            draws += n->layers[l].n_out;
        }
    }
    return draws * n_copies(n);
}

/* Rows `done` ... `done + rows` - 1 of a batch of n examples that begins at position `from` of the
 * epoch. */
typedef struct {
    int64_t from, n, done;
    int rows;
} microbatch_position;

/* Draw a thread's share of every layer's mask: (rows, n_out), with heads for one copy after the
 * other. */
static void draw_dropout_masks(const bh_network *network, const bh_rng *rng,
                               const microbatch_position *m, const thread_team *team, int tid,
                               unsigned char *const *masks) {
    uint64_t counter = rng->counter + (uint64_t)(m->from * draws_per_example(network));
    int64_t first, end;
    team_partition(team, tid, m->rows, &first, &end);
    for (int l = 0; l < network->n_layers; l++) {
        const bh_layer *layer = &network->layers[l];
        if (!(layer->dropout > 0)) {
            continue;
        }
        for (int32_t j = 0; j < n_copies(network); j++) {
            const uint64_t start = counter + (uint64_t)((m->done + first) * layer->n_out);
            draw_dropout_mask(rng, start, start + (uint64_t)((end - first) * layer->n_out),
                              layer->dropout, masks[l] + (j * m->rows + first) * layer->n_out);
            counter += (uint64_t)(m->n * layer->n_out);
        }
    }
}

/* 1 / (1 - rate): what kept units are scaled by in training. */
static float inv_keep_prob(const bh_layer *layer) {
    return 1 / (float)(1 - layer->dropout);
}

/* scale where a unit is kept, else 0. mask: of the row. */
INLINE vec dropout_factor(const unsigned char *mask, int32_t column, float scale) {
    return scale * v_load_u8(mask + column);
}

#endif
