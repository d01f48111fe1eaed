/* What the phases of an epoch ask about a layer in this call: how its product is computed, and how
 * threads divide it. */
#ifndef BYHAND_LAYER_QUERIES_TEMPLATE_H
#define BYHAND_LAYER_QUERIES_TEMPLATE_H

#include "gemm/partition_template.h"
#include "train/context.h"
#include "train/embedding_layout.h"
#include "train/post_ops_template.h"
#if BH_BF16_SPLITS
#include "train/dense_bf16_template.h"
#endif

static int last_layer(const train_context *e) {
    return e->settings.network->n_layers - 1;
}

static const bh_layer *layer_at(const train_context *e, int l) {
    return &e->settings.network->layers[l];
}

/* Rows of some examples. */
static int n_rows(const train_context *e, int examples) {
    return examples * n_copies(e->settings.network);
}

/* Has layer l a W for each head? */
static bool is_heads(const train_context *e, int l) {
    return n_heads(e->settings.network) && l == last_layer(e);
}

static const float *copies_of(const train_context *e) {
    return e->params.params + copies_offset(e->settings.network);
}

/* Is layer l the first one, with raw bytes of which zeros are skipped? */
static bool skips_zeros(const train_context *e, int l) {
    return l == 0 && e->sparse.skip_zeros;
}

/* The shift that is computed apart from raw * scale, or 0. */
static const float *separate_shift(const train_context *e, int l) {
    return skips_zeros(e, l) && e->sparse.has_shift ? e->settings.data->shift : 0;
}

#if BH_BF16_SPLITS
/* In three splits: bytes, and floats of large layers, in six products. In one split, bytes with
 * zeros go to AMX; on AVX-512, float products that skip the zeros are faster. Predictions are
 * always in float. */
static bool uses_bf16(const train_context *e, int l) {
    const bh_layer *layer = layer_at(e, l);
    if (is_prediction(&e->settings)) {
        return false;
    }
    if (BH_BF16_SPLITS > 1) {
        return skips_zeros(e, l) || (int64_t)layer->n_in * layer->n_out >= MIN_SPLIT_WEIGHTS;
    }
    return BH_USE_AMX || !skips_zeros(e, l);
}

static bf16_input bf16_input_of(const train_context *e, int l, matrix x) {
    return (bf16_input){skips_zeros(e, l) ? &e->sparse : 0, x};
}
#else
static bool uses_bf16(const train_context *e, int l) {
    (void)e, (void)l;
    return false;
}
#endif

/* Are raw bytes multiplied as they are, zeros and all? */
static bool multiplies_bytes(const train_context *e) {
    return skips_zeros(e, 0) && uses_bf16(e, 0);
}

/* Are examples written to x[0], or copied, before the first product? Else it reads them where they
 * are. */
static bool gathers(const train_context *e) {
    return !e->sparse.skip_zeros || multiplies_bytes(e) ||
           copies_examples(e->settings.data, layer_at(e, 0)->n_in);
}

/* Do threads divide layer l's output by columns? */
static bool is_divided_by_columns(const train_context *e, int l) {
    const bh_layer *layer = layer_at(e, l);
    return (layer->batch_norm && !is_prediction(&e->settings)) ||
           (DIVIDES_COLUMNS && !e->settings.row_parallel && layer->n_out >= MIN_DIVIDED_UNITS);
}

/* Is dz W^T of layer l computed in halves? */
static bool is_halved(const train_context *e, int l) {
    return DIVIDES_COLUMNS && l > 0 && !e->settings.row_parallel &&
           layer_at(e, l)->n_out >= MIN_DIVIDED_UNITS && !is_heads(e, l) && !uses_bf16(e, l);
}

/* Row-parallel layers need no barriers: a thread's rows are its own all the way. */
static tile_range tiles_or_rows_of_thread(const train_context *e, int tid, int64_t rows,
                                          int32_t columns) {
    return e->settings.row_parallel ? rows_of_thread(&e->team, tid, rows, columns)
                                    : tiles_of_thread(&e->team, tid, rows, columns);
}

/* A thread's part of layer l's output: of its own columns, if these are divided, or of its own
 * rows. */
static submatrix submatrix_of_thread(const train_context *e, int tid, int l, int64_t rows) {
    const bh_layer *layer = layer_at(e, l);
    const int32_t columns = padded(layer->n_out);
    if (is_divided_by_columns(e, l)) {
        int64_t first, end;
        team_partition(&e->team, tid, columns / PADDING, &first, &end);
        return (submatrix){0, rows, (int32_t)first * PADDING, (int32_t)(end - first) * PADDING};
    }
    const tile_range own = rows_of_thread(&e->team, tid, rows, layer->n_out);
    return (submatrix){own.first_row, own.rows, 0, columns};
}

static void barrier_unless_row_parallel(train_context *e) {
    if (!e->settings.row_parallel) {
        team_barrier(&e->team);
    }
}

#endif
