/* What stands before the first layer in the flat arrays: the scales of inputs, an embedding, and R,
 * by whose rows the copies are multiplied that a network with heads makes of each example. An
 * embedding's arrays are a block for each of its columns, the same in the caller's arrays and in
 * packed ones:
 *
 *     w      (resolution)        frequencies, in turns per unit of x; unless piecewise linear
 *     phi    (resolution)        phases, in radians; if periodic
 *     V^T    (n_out, n_basis)
 *     c      (n_out)
 *
 * Every row is padded. A block is whole cache lines, which one thread updates. */
#ifndef BYHAND_EMBEDDING_LAYOUT_H
#define BYHAND_EMBEDDING_LAYOUT_H

#include "byhand.h"
#include "train/blocking.h"

/* The network's embedding, or 0. A page embeds nothing: core.wasm is smaller without. */
static inline const bh_embedding *embedding_of(const bh_network *network) {
#if defined(__wasm__)
    (void)network;
    return 0;
#else
    return network->embedding;
#endif
}

/* Numbers of an example. */
static inline int32_t n_inputs(const bh_network *network) {
    const bh_embedding *embedding = embedding_of(network);
    return embedding ? embedding->n_in : network->layers[0].n_in;
}

/* Floats at the beginning for the scales of inputs; an embedding begins behind them. */
static inline int64_t n_scales(const bh_network *network) {
    return network->scaled_inputs ? padded(network->layers[0].n_in) : 0;
}

/* Numbers that V makes a column's new numbers of. */
static inline int32_t n_basis(const bh_embedding *e) {
    return e->kind == BH_PERIODIC_LINEAR ? 2 * e->resolution : e->resolution;
}

/* Inputs that the first layer gets as they are. */
static inline int32_t n_passed(const bh_embedding *e) {
    return e->kind == BH_PERIODIC_LINEAR ? e->n_in - e->n_columns : e->n_in;
}

/* The arrays of one column's block: parameters, or their gradient. */
typedef struct {
    float *frequencies, *phases; /* 0: its kind has none */
    float *v, *c;
    int32_t stride; /* of V^T */
} embedded_column;

/* Rows of a block before V^T: w and phi, w, or none. */
static inline int32_t n_wave_rows(const bh_embedding *e) {
    return e->kind == BH_PERIODIC ? 2 : e->kind == BH_PERIODIC_LINEAR;
}

static inline embedded_column column_in(const bh_embedding *e, float *block) {
    const int32_t wave_rows = n_wave_rows(e), stride = padded(n_basis(e));
    float *v = block + wave_rows * padded(e->resolution);
    return (embedded_column){.frequencies = wave_rows > 0 ? block : 0,
                             .phases = wave_rows > 1 ? block + padded(e->resolution) : 0,
                             .v = v,
                             .c = v + (int64_t)e->n_out * stride,
                             .stride = stride};
}

/* Floats of a column's block. */
static inline int64_t block_floats(const bh_embedding *e) {
    return (int64_t)n_wave_rows(e) * padded(e->resolution) +
           (int64_t)e->n_out * padded(n_basis(e)) + padded(e->n_out);
}

/* How many heads the network has, or 0. A page trains none. */
static inline int32_t n_heads(const bh_network *network) {
#if defined(__wasm__)
    (void)network;
    return 0;
#else
    return network->n_heads;
#endif
}

/* Rows that each example becomes. */
static inline int32_t n_copies(const bh_network *network) {
    return n_heads(network) ? n_heads(network) : 1;
}

/* Matrices W that layer l has. */
static inline int32_t n_matrices(const bh_network *network, int l) {
    return l == network->n_layers - 1 ? n_copies(network) : 1;
}

/* Where R begins. */
static inline int64_t copies_offset(const bh_network *network) {
    const bh_embedding *embedding = embedding_of(network);
    const int64_t blocks = embedding ? embedding->n_columns * block_floats(embedding) : 0;
    return n_scales(network) + blocks;
}

/* Floats of a row of R. */
static inline int32_t copies_stride(const bh_network *network) {
    return padded(network->layers[0].n_in);
}

/* Floats before the first layer's. */
static inline int64_t n_front_floats(const bh_network *network) {
    return copies_offset(network) + (int64_t)n_heads(network) * copies_stride(network);
}

#endif
