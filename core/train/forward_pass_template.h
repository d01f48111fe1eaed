/* The forward pass of a microbatch: gather its examples, then layer after layer. */
#ifndef BYHAND_FORWARD_PASS_TEMPLATE_H
#define BYHAND_FORWARD_PASS_TEMPLATE_H

#include "train/dense_template.h"
#include "train/embedding_template.h"
#include "train/gather_template.h"
#include "train/heads_template.h"
#include "train/layer_queries_template.h"
#include "train/post_ops_template.h"
#include "train/sparse_inputs_template.h"

/* Gather */

/* Fill row i of x[0] with the example at a position of the epoch. */
static void gather_row(train_context *e, int64_t i, int64_t position, void *shifted_row) {
    const bh_network *network = e->settings.network;
    const bh_epoch_data *d = e->settings.data;
    const int32_t n = n_inputs(network);
    float *x = element(n_heads(network) ? e->net.original : e->net.x[0], i, 0);
    scale_and_shift(d, n, raw_row(d, n, position, shifted_row), x);
    if (embedding_of(network)) {
        embed(embedding_of(network), e->params.params + n_scales(network), x,
              element(e->net.embedded, i, 0));
    }
}

/* Fill x[0], or the copies of raw bytes, with a thread's share of the microbatch at position
 * `from`: eight examples at a time, while the next eight are prefetched. */
static void gather(train_context *e, int tid, int64_t from, int rows) {
    const bh_epoch_data *d = e->settings.data;
    const int32_t n = n_inputs(e->settings.network);
    void *shifted_row = e->scratch[tid].shifted_row;
    int64_t eight, end;
    team_partition(&e->team, tid, (rows + 7) / 8, &eight, &end);
    for (; eight < end; eight++) {
        const int64_t i = eight * 8;
        const int count = rows - i < 8 ? (int)(rows - i) : 8;
        for (int64_t ahead = i + 8; ahead < i + 16 && ahead < rows; ahead++) {
            prefetch_row(d, n, from + ahead);
        }
        for (int r = 0; r < count; r++) {
            if (e->sparse.skip_zeros) {
                copy_example_bytes(&e->sparse, d, n, i + r, from + i + r, shifted_row);
                continue;
            }
            gather_row(e, i + r, from + i + r, shifted_row);
            if (n_heads(e->settings.network)) {
                copy_example(e->settings.network, copies_of(e), e->net.original, e->net.x[0], i + r,
                             rows);
            }
        }
    }
}

/* Fill with zeros what lies behind each row of x[0] up to the next vector: products of pairs and
 * dot products of whole rows multiply it, by 0, and in a workspace that was not cleared it may be
 * no number. */
static void clear_input_padding(const train_context *e) {
    const int32_t n = layer_at(e, 0)->n_in;
    for (int64_t i = 0; i < e->net.rows; i++) {
        memset(element(e->net.x[0], i, n), 0, (size_t)(padded(n) - n) * sizeof(float));
    }
}

/* Forward */

/* Of layer l, or of head j of the last one. */
static void forward_product(train_context *e, int tid, int l, int32_t j, tile_range t) {
    const dense_layer d = dense_layer_of(e->settings.network, &e->params, l, j);
    const thread_scratch *scratch = &e->scratch[tid];
    const matrix x = e->net.x[l], y = e->net.preact[l];
#if BH_BF16_SPLITS
    if (uses_bf16(e, l)) {
        forward_bf16(&d, bf16_input_of(e, l, x), separate_shift(e, l), y, t, scratch);
        return;
    }
#endif
    if (skips_zeros(e, l)) {
        forward_sparse(&d, &e->sparse, separate_shift(e, l), &e->team, y, t, scratch, x.stride);
    } else {
        forward(&d, x, y, t, scratch->column_vector);
    }
}

/* A thread's tiles t of layer l's product; of heads, those of its own rows. */
static void forward_layer(train_context *e, int tid, int l, int examples, tile_range t) {
    if (!is_heads(e, l)) {
        forward_product(e, tid, l, 0, t);
        return;
    }
    const int32_t n_out = layer_at(e, l)->n_out;
    const tile_range own = rows_of_thread(&e->team, tid, n_rows(e, examples), n_out);
    for (int32_t j = 0; j < n_heads(e->settings.network); j++) {
        forward_product(e, tid, l, j, rows_of_head(&own, j, examples, n_out));
    }
}

static void run_post_ops(train_context *e, int tid, int l, int64_t rows) {
    if (!e->net.has_post_ops[l]) {
        return;
    }
    post_ops_forward(e->settings.network, &e->params, &e->net, !is_prediction(&e->settings), l,
                     submatrix_of_thread(e, tid, l, rows));
    barrier_unless_row_parallel(e);
}

/* From the microbatch at position `from` to the network's output; a thread then has its own rows of
 * it. */
static void forward_pass(train_context *e, int tid, int64_t from, int examples) {
    const bh_layer *first = layer_at(e, 0);
    const int rows = n_rows(e, examples);
    if (e->sparse.skip_zeros) {
        find_raw_rows(&e->sparse, e->settings.data, first->n_in, from, examples,
                      e->scratch[tid].raw_rows);
    }
    if (gathers(e)) {
        gather(e, tid, from, examples);
        team_barrier(&e->team);
    }
    forward_layer(e, tid, 0, examples, tiles_of_thread(&e->team, tid, rows, first->n_out));
    team_barrier(&e->team);
    run_post_ops(e, tid, 0, rows);
    for (int l = 1; l <= last_layer(e); l++) {
        forward_layer(e, tid, l, examples,
                      tiles_or_rows_of_thread(e, tid, rows, layer_at(e, l)->n_out));
        barrier_unless_row_parallel(e);
        run_post_ops(e, tid, l, rows);
    }
}

#endif
