/* What stands before the first layer in the flat arrays: the scales of inputs, and a periodic
 * embedding. An embedding's arrays are a block for each of its columns, the same in the caller's
 * arrays and in packed ones:
 *
 *     w      (stride)          frequencies, in turns per unit of x
 *     phi    (stride)          phases, in radians
 *     V^T    (n_out, stride)
 *     c      (n_out, padded)
 *
 * stride: n_frequencies, padded. A block is whole cache lines, which one thread updates. */
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

/* Floats of a column's block. */
static inline int64_t block_floats(const bh_embedding *embedding) {
    const int64_t stride = padded(embedding->n_frequencies);
    return (2 + embedding->n_out) * stride + padded(embedding->n_out);
}

/* Floats before the first layer's. */
static inline int64_t n_front_floats(const bh_network *network) {
    const bh_embedding *embedding = embedding_of(network);
    const int64_t blocks = embedding ? embedding->n_columns * block_floats(embedding) : 0;
    return n_scales(network) + blocks;
}

#endif
