/* Which units dropout silences: the draws of layers/dropout.py, batch by batch, layer by layer, example by example. */
#ifndef BYHAND_DROPOUT_TEMPLATE_H
#define BYHAND_DROPOUT_TEMPLATE_H

#include <math.h>
#include <string.h>

#include "train/context.h"
#include "runtime/philox.h"

enum { MAX_DRAWS = 4 * MAX_BLOCKS };

/* Fill kept (end − start) with whether draws start … end − 1 keep their unit. */
static void draw_dropout_mask(const bh_rng *s, uint64_t start, uint64_t end, double rate, unsigned char *mask) {
    const uint32_t threshold = (uint32_t)ceil(rate * 0x1p24); /* u ≥ rate, where u = (draw div 2⁸) / 2²⁴ */
    for (uint64_t at = start / 4 * 4; at < end; at += MAX_DRAWS) {
        uint32_t words[MAX_DRAWS];
        unsigned char some[MAX_DRAWS];
        philox(s, at / 4, MAX_BLOCKS, words);
        for (int i = 0; i < MAX_BLOCKS; i++)
            for (int word = 0; word < 4; word++) some[4 * i + word] = words[word * MAX_BLOCKS + i] >> 8 >= threshold;
        const uint64_t from = at < start ? start : at, to = at + MAX_DRAWS < end ? at + MAX_DRAWS : end;
        memcpy(mask + (from - start), some + (from - at), (size_t)(to - from));
    }
}

/* How many units are drawn for each example. */
static int64_t draws_per_example(const bh_network *n) {
    int64_t units = 0;
    for (int l = 0; l < n->n_layers; l++) units += n->layers[l].dropout > 0 ? n->layers[l].n_out : 0;
    return units;
}

/* Draw this member's share of a chunk of `rows`, `done` examples into a batch of n that begins at place `from`. */
static void draw_dropout_masks(const train_context *e, int tid, int64_t from, int64_t n, int64_t done, int rows) {
    const bh_network *net = e->network;
    uint64_t counter = e->data->dropout_rng.counter + (uint64_t)(from * draws_per_example(net));
    int64_t first, end;
    team_partition(&e->team, tid, rows, &first, &end);
    for (int l = 0; l < net->n_layers; l++) {
        const bh_layer *layer = &net->layers[l];
        if (!(layer->dropout > 0)) continue;
        const uint64_t start = counter + (uint64_t)((done + first) * layer->n_out);
        draw_dropout_mask(&e->data->dropout_rng, start, start + (uint64_t)((end - first) * layer->n_out), layer->dropout,
                  e->dropout_mask[l] + first * layer->n_out);
        counter += (uint64_t)(n * layer->n_out);
    }
}

#endif
