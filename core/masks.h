/* Which units dropout silences: the draws of layers/dropout.py, batch by batch, layer by layer, example by example. */
#ifndef BYHAND_MASKS_H
#define BYHAND_MASKS_H

#include <math.h>
#include <string.h>

#include "epoch.h"
#include "philox.h"

enum { MOST_DRAWS = 4 * MOST_BLOCKS };

/* Fill kept (end − start) with whether draws start … end − 1 keep their unit. */
static void draw_kept(const bh_stream *s, uint64_t start, uint64_t end, double rate, unsigned char *kept) {
    const uint32_t least = (uint32_t)ceil(rate * 0x1p24); /* u ≥ rate, where u = (draw div 2⁸) / 2²⁴ */
    for (uint64_t at = start / 4 * 4; at < end; at += MOST_DRAWS) {
        uint32_t words[MOST_DRAWS];
        unsigned char some[MOST_DRAWS];
        philox(s, at / 4, MOST_BLOCKS, words);
        for (int i = 0; i < MOST_BLOCKS; i++)
            for (int word = 0; word < 4; word++) some[4 * i + word] = words[word * MOST_BLOCKS + i] >> 8 >= least;
        const uint64_t from = at < start ? start : at, to = at + MOST_DRAWS < end ? at + MOST_DRAWS : end;
        memcpy(kept + (from - start), some + (from - at), (size_t)(to - from));
    }
}

/* How many units are drawn for each example. */
static int64_t draws_of_one(const bh_network *n) {
    int64_t units = 0;
    for (int l = 0; l < n->n_layers; l++) units += n->layers[l].dropout > 0 ? n->layers[l].n_out : 0;
    return units;
}

/* Draw this member's share of a chunk of `rows`, `done` examples into a batch of n that begins at place `from`. */
static void draw_masks(const epoch *e, int member, int64_t from, int64_t n, int64_t done, int rows) {
    const bh_network *net = e->network;
    uint64_t position = e->data->draws.position + (uint64_t)(from * draws_of_one(net));
    int64_t first, end;
    team_share(&e->crew, member, rows, &first, &end);
    for (int l = 0; l < net->n_layers; l++) {
        const bh_layer *layer = &net->layers[l];
        if (!(layer->dropout > 0)) continue;
        const uint64_t start = position + (uint64_t)((done + first) * layer->n_out);
        draw_kept(&e->data->draws, start, start + (uint64_t)((end - first) * layer->n_out), layer->dropout,
                  e->kept[l] + first * layer->n_out);
        position += (uint64_t)(n * layer->n_out);
    }
}

#endif
