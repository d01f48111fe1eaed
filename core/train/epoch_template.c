/* One thread's part in an epoch: step.py and layers/ of Python, phase by phase.
 *
 *     phase       computes                             for                       in *_template.h
 *
 *     gather      x[0] = raw * scale + shift           the batch's examples      gather
 *     forward     x[l + 1] = f(x[l] W + b)             layer after layer         dense
 *     loss        loss, dz of the last layer           each example by itself    losses
 *     backward    dz[l - 1] = (dz[l] W^T) * f'         the last layer to the 2nd dense
 *     gradients   dW = x[l]^T dz[l], db = sum dz[l]    each tile, then update    gradients
 *
 * Batch normalisation, dropout and skip connections come after a layer's forward and before the
 * backward that needs their gradient: post_ops_template.h. An embedding computes its numbers behind
 * those of an example that was gathered, and its gradients before those of the layers, from dx of
 * the first layer: embedding_template.h. With heads all phases have several rows of each example:
 * heads_template.h. Threads meet at a barrier where they need each
 * other's results.
 *
 * This file is a template: core/build.py compiles it once per processor family. Its parameters,
 * with legal values and their meaning, are in gemm/parameters.md; in short:
 *
 *     BH_KERNEL         name of the family, part of the entry point's name
 *     BH_BF16_SPLITS    0: products in float; 1: in bf16; 3: of raw bytes and in large layers in
 *                       bf16, split so as to be as precise as floats
 *     BH_USE_AMX        with splits: 1: products by AMX tiles; 0: by AVX-512 vectors */
#if !defined(BH_BF16_SPLITS)
#define BH_BF16_SPLITS 0
#define BH_USE_AMX     0
#endif

#include "train/dense_template.h"
#include "train/embedding_template.h"
#include "train/gather_template.h"
#include "train/gradients_template.h"
#include "train/halves_template.h"
#include "train/heads_template.h"
#include "train/influence_template.h"
#include "train/losses_template.h"
#include "train/pack_parameters.h"
#include "train/parametric_activation_template.h"
#include "train/post_ops_template.h"
#include "train/scaled_inputs_template.h"
#include "train/small_mlp_template.h"
#if BH_BF16_SPLITS
#include "train/dense_bf16_template.h"
#endif

#define CONCAT(a, b)        a##b
#define KERNEL_SYMBOL(name) CONCAT(bh_kernel_, name)

/* Helpers */

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

static void barrier_unless_row_parallel(train_context *e) {
    if (!e->settings.row_parallel) {
        team_barrier(&e->team);
    }
}

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

/* Fill x[0], or the raw bytes and their lists, with a thread's share of the microbatch at position
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
        if (e->sparse.skip_zeros) {
            gather_8(&e->sparse, d, n, eight, from + i, count, shifted_row);
            continue;
        }
        for (int r = 0; r < count; r++) {
            gather_row(e, i + r, from + i + r, shifted_row);
            if (n_heads(e->settings.network)) {
                copy_example(e->settings.network, copies_of(e), e->net.original, e->net.x[0], i + r,
                             rows);
            }
        }
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
    gather(e, tid, from, examples);
    team_barrier(&e->team);
    if (!is_prediction(&e->settings) && e->sparse.skip_zeros && !multiplies_bytes(e)) {
        build_input_lists(&e->sparse, &e->team, tid, first->n_in, e->net.microbatch, examples);
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

/* Loss */

/* Of example i of a microbatch at position `from`, for a loss that is a mean over `n` rows. */
static loss_args loss_args_at(const train_context *e, int64_t from, int64_t i, float inv_n) {
    return loss_args_of(&e->settings, e->net.has_post_ops[last_layer(e)],
                        example_at(e->settings.data, from + i), inv_n);
}

/* Loss, correctness and dz of a thread's own rows. */
static void loss_phase(train_context *e, int tid, int64_t from, int examples,
                       float inv_batch_size) {
    const int last = last_layer(e), copies = n_copies(e->settings.network);
    const int rows = n_rows(e, examples);
    const tile_range own = rows_of_thread(&e->team, tid, rows, layer_at(e, last)->n_out);
    for (int64_t i = own.first_row; i < own.first_row + own.rows; i++) {
        const loss_args args = loss_args_at(e, from, i % examples, inv_batch_size / (float)copies);
        bool correct;
        const double loss = loss_and_grad(&args, element(e->net.x[last + 1], i, 0),
                                          element(e->net.dz[last], i, 0), &correct);
        e->net.example_loss[i] = loss / copies;
        e->net.example_correct[i] = correct;
    }
}

/* Whether the heads together are right about a thread's examples. */
static void mark_correct(train_context *e, int tid, int64_t from, int examples) {
    int64_t i, end;
    team_partition(&e->team, tid, e->settings.data->labels ? examples : 0, &i, &end);
    for (; i < end; i++) {
        const loss_args args = loss_args_at(e, from, i, 1);
        e->net.example_correct[i] = is_mean_correct(&args, e->net.x[last_layer(e) + 1], i, examples,
                                                    e->scratch[tid].packed_w);
    }
}

/* Sum up the microbatch's losses in the order of its rows. */
static void accumulate_loss(const network_buffers *net, int examples, int rows,
                            step_result *result) {
    for (int i = 0; i < rows; i++) {
        result->batch_loss += net->example_loss[i];
    }
    for (int i = 0; i < examples; i++) {
        result->total.n_correct += net->example_correct[i];
    }
}

/* Backward */

/* dx = (dz[l] W^T) * f', of layer l, or of head j of the last one. */
static void backward_product(train_context *e, int tid, int l, int32_t j,
                             const previous_activation *f, matrix dx, tile_range t) {
    const dense_layer d = dense_layer_of(e->settings.network, &e->params, l, j);
    const matrix dz = e->net.dz[l];
#if BH_BF16_SPLITS
    if (uses_bf16(e, l)) {
        backward_bf16(&d, dz, dx, f, t, &e->scratch[tid]);
        return;
    }
#endif
    backward(&d, dz, dx, f, all_units(&d), t, e->scratch[tid].packed_w);
}

/* The same for a thread's tiles t; of heads, for those of its own rows. */
static void backward_products(train_context *e, int tid, int l, int examples,
                              const previous_activation *f, matrix dx, tile_range t) {
    if (!is_heads(e, l)) {
        backward_product(e, tid, l, 0, f, dx, t);
        return;
    }
    const int32_t n_in = layer_at(e, l)->n_in;
    const tile_range own = rows_of_thread(&e->team, tid, n_rows(e, examples), n_in);
    for (int32_t j = 0; j < n_heads(e->settings.network); j++) {
        backward_product(e, tid, l, j, f, dx, rows_of_head(&own, j, examples, n_in));
    }
}

/* From dz[l] to the gradient of x[l], or, if no post-ops are between, dz[l - 1]. */
static void backward_layer(train_context *e, int tid, int l, int examples) {
    const bh_layer *before = layer_at(e, l - 1);
    const int rows = n_rows(e, examples);
    const previous_activation f = {e->net.has_post_ops[l - 1] ? BH_IDENTITY : before->activation,
                                   before->slope, e->net.x[l]};
    const matrix dx = e->net.dz[l - 1];
    if (!is_halved(e, l)) {
        backward_products(e, tid, l, examples, &f, dx,
                          tiles_or_rows_of_thread(e, tid, rows, layer_at(e, l)->n_in));
        return;
    }
    const dense_layer d = dense_layer_of(e->settings.network, &e->params, l, 0);
    backward_halves(&d, &e->team, tid, rows, e->net.dz[l], dx, e->net.second_half,
                    e->scratch[tid].packed_w);
    team_barrier(&e->team);
    add_halves(&f, dx, e->net.second_half, submatrix_of_thread(e, tid, l - 1, rows));
}

/* The gradient of an embedding's numbers, and of all copies of an example; of other inputs none is
 * needed. */
static void backward_inputs(train_context *e, int tid, int examples) {
    const bh_network *network = e->settings.network;
    const previous_activation none = {.kind = BH_IDENTITY};
    const int32_t passed = embedding_of(network) ? n_passed(embedding_of(network)) : 0;
    const tile_range t = tiles_of_thread_from(&e->team, tid, n_rows(e, examples),
                                              layer_at(e, 0)->n_in, n_heads(network) ? 0 : passed);
    backward_products(e, tid, 0, examples, &none, e->net.dx, t);
    team_barrier(&e->team);
    if (!n_heads(network) || !embedding_of(network)) {
        return;
    }
    int64_t i, end;
    team_partition(&e->team, tid, examples, &i, &end);
    for (; i < end; i++) {
        join_copies(network, copies_of(e), e->net.dx, e->net.d_original, i, examples, passed);
    }
    team_barrier(&e->team);
}

/* After halves were added up the thread's part is there: no other's is needed. */
static void run_post_ops_backward(train_context *e, int tid, int l, int64_t rows) {
    if (!e->net.has_post_ops[l]) {
        return;
    }
    if (l == last_layer(e) || !is_halved(e, l + 1)) {
        barrier_unless_row_parallel(e);
    }
    post_ops_backward(e->settings.network, &e->params, &e->net, e->gradients.grads, l,
                      submatrix_of_thread(e, tid, l, rows));
}

/* From the loss to the gradient of every layer's pre-activations. */
static void backward_pass(train_context *e, int tid, int64_t from, int examples,
                          float inv_batch_size) {
    const int last = last_layer(e), rows = n_rows(e, examples);
    loss_phase(e, tid, from, examples, inv_batch_size);
    run_post_ops_backward(e, tid, last, rows);
    for (int l = last; l > 0; l--) {
        barrier_unless_row_parallel(e);
        backward_layer(e, tid, l, examples);
        run_post_ops_backward(e, tid, l - 1, rows);
    }
    team_barrier(&e->team);
    if (n_heads(e->settings.network)) {
        mark_correct(e, tid, from, examples);
    }
    if (embedding_of(e->settings.network) || n_heads(e->settings.network)) {
        backward_inputs(e, tid, examples);
    }
}

/* Gradients and update */

/* Of layer l, or of head j of the last one, whose inputs and dz begin at `row`. */
static void update_weights(train_context *e, int tid, int l, int32_t j, int64_t row,
                           const grad_mode *mode) {
    const bh_layer *layer = layer_at(e, l);
    const matrix x = rows_from(e->net.x[l], row);
    const thread_scratch *scratch = &e->scratch[tid];
    const tile_range t = tiles_of_thread(&e->team, tid, layer->n_in, layer->n_out);
    const gradient_target g = {.params = &e->params,
                               .grads = e->gradients.grads,
                               .at = head_offsets(&e->params.offsets[l], j),
                               .n_in = layer->n_in,
                               .n_out = layer->n_out,
                               .dz = rows_from(e->net.dz[l], row),
                               .shift = separate_shift(e, l)};
#if BH_BF16_SPLITS
    if (uses_bf16(e, l)) {
        weight_gradients_bf16(&g, bf16_input_of(e, l, x), t, scratch, mode);
        return;
    }
#endif
    if (skips_zeros(e, l)) {
        weight_gradients_sparse(&g, &e->sparse, e->net.microbatch, &e->team, t, scratch, mode);
    } else {
        weight_gradients(&g, x, t, scratch->column_vector, mode);
    }
}

static void update_layer_weights(train_context *e, int tid, int l, const grad_mode *mode) {
    if (!is_heads(e, l)) {
        update_weights(e, tid, l, 0, 0, mode);
        return;
    }
    grad_mode of_head = *mode;
    of_head.rows = mode->examples;
    for (int32_t j = 0; j < n_heads(e->settings.network); j++) {
        update_weights(e, tid, l, j, (int64_t)j * mode->examples, &of_head);
    }
}

static void update_all_layers(train_context *e, int tid, const grad_mode *mode) {
    const bh_network *network = e->settings.network;
    if (embedding_of(network)) {
        embedding_gradients(embedding_of(network), &e->params, e->gradients.grads,
                            n_scales(network), e->net.embedded,
                            n_heads(network) ? e->net.d_original : e->net.dx, &e->team, tid, mode);
    }
    if (n_heads(network)) {
        copies_gradient(network, &e->params, e->gradients.grads, e->net.original, e->net.dx,
                        &e->team, tid, mode);
    }
    for (int l = 0; l <= last_layer(e); l++) {
        update_layer_weights(e, tid, l, mode);
        if (is_parametric(layer_at(e, l))) {
            alpha_gradient(&e->params, e->gradients.grads, layer_at(e, l), &e->params.offsets[l],
                           e->net.alpha_grad[l], &e->team, tid, mode);
        }
        if (tid == 0 && mode->steps) {
            batch_norm_update(&e->params, e->gradients.grads, layer_at(e, l), &e->params.offsets[l],
                              &mode->steps->norms);
        }
    }
    team_barrier(&e->team);
}

/* Fill scale * W, if inputs are scaled. */
static void scale_first_weights(train_context *e, int tid) {
    if (e->settings.network->scaled_inputs) {
        fill_scaled_weights(&e->params, layer_at(e, 0)->n_in, padded(layer_at(e, 0)->n_out),
                            &e->team, tid);
        team_barrier(&e->team);
    }
}

/* From the whole gradient: the scales' part of it, clipping, the update. */
static void update_at_the_end(train_context *e, int tid, group_steps steps) {
    const bh_network *network = e->settings.network;
    if (network->scaled_inputs) {
        split_gradients(&e->params, e->gradients.grads, layer_at(e, 0)->n_in,
                        padded(layer_at(e, 0)->n_out), &e->team, tid);
        team_barrier(&e->team);
    }
    clipped_update(network, &e->params, &e->gradients, &e->team, tid,
                   (double)e->settings.optimizer->clip_norm, steps);
    team_barrier(&e->team);
    scale_first_weights(e, tid);
}

/* Add the batch's loss to the total; decide whether the epoch goes on after this batch's update,
 * whose barriers show the decision to all threads. */
static void finish_step(const settings *s, step_result *result) {
    if (isfinite((float)result->batch_loss)) { /* in float, as in NumPy */
        result->total.loss += result->batch_loss;
        result->total.steps_done++;
        if (is_stop_requested(s)) {
            result->status = BH_STOPPED;
        }
    } else {
        result->status = BH_DIVERGED;
    }
    result->batch_loss = 0;
}

static void train_batch(train_context *e, int tid, int64_t step) {
    const bh_epoch_data *d = e->settings.data;
    const bh_optimizer *optimizer = e->settings.optimizer;
    const bh_network *network = e->settings.network;
    const int64_t from = step * d->batch_size;
    const int64_t n = d->n_indices - from < d->batch_size ? d->n_indices - from : d->batch_size;
    const bool at_the_end = updates_at_the_end(network, optimizer);
    const group_steps steps = group_steps_at(optimizer, step, d->learning_rates[step]);
    for (int64_t done = 0; done < n; done += e->net.microbatch) {
        const int examples = n - done < e->net.microbatch ? (int)(n - done) : e->net.microbatch;
        const bool first = done == 0, last = done + examples == n;
        const microbatch_position m = {from, n, done, examples};
        const grad_mode mode = {.examples = examples,
                                .rows = n_rows(e, examples),
                                .first_microbatch = first,
                                .keep_grads = at_the_end || !(first && last),
                                .steps = last && !at_the_end ? &steps : 0};
        draw_dropout_masks(network, &d->dropout_rng, &m, &e->team, tid, e->net.dropout_mask);
        forward_pass(e, tid, from + done, examples);
        backward_pass(e, tid, from + done, examples, 1.0f / (float)n);
        if (tid == 0) {
            accumulate_loss(&e->net, examples, mode.rows, &e->result);
            if (last) {
                finish_step(&e->settings, &e->result);
            }
        }
        update_all_layers(e, tid, &mode);
    }
    if (tid == 0) {
        e->result.total.n_draws += n * draws_per_example(network);
    }
    if (at_the_end) {
        update_at_the_end(e, tid, steps);
    }
}

static void train_steps(train_context *e, int tid) {
    if (is_small_mlp(&e->settings, &e->net)) {
        if (tid == 0) {
            train_small_mlp(&e->settings, &e->params, &e->net, e->scratch[0].shifted_row,
                            &e->result);
        }
        return;
    }
    for (int64_t step = 0; step < n_steps(e->settings.data); step++) {
        train_batch(e, tid, step);
        if (e->result.status != BH_OK) {
            return;
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

/* In packed parameters. */
static void train(train_context *e, int tid) {
    copy_parameters(PACK, e, tid);
    if (BH_BF16_SPLITS && tid == 0) {
        clear_input_padding(e);
    }
    team_barrier(&e->team);
    scale_first_weights(e, tid);
    train_steps(e, tid);
    team_barrier(&e->team);
    copy_parameters(UNPACK, e, tid);
}

/* Prediction */

/* Write row i of the last layer's output to a row of the caller's: n_copies rows an example. */
static void write_output(const train_context *e, int64_t i, int64_t row) {
    const bh_layer *layer = layer_at(e, last_layer(e));
    float *a = element(e->net.x[last_layer(e) + 1], i, 0);
    if (layer->activation == BH_SOFTMAX) {
        softmax(a, layer->n_out);
    }
    memcpy(e->settings.output + row * layer->n_out, a, (size_t)layer->n_out * sizeof *a);
}

/* Layer l for one example: a matrix-vector product over the inputs that are not 0, which are a
 * fifth of a digit's pixels and half of ReLU units. */
static void predict_layer(train_context *e, int l) {
    const bh_network *network = e->settings.network;
    const dense_layer d = dense_layer_of(network, &e->params, l, 0);
    const float *x = e->net.x[l].data;
    int32_t *list = e->scratch[0].index_list;
    const int32_t n = nonzero_indices(x, d.n_in, list);
    float *z = e->net.preact[l].data;
    gemv(&d, x, list, n, z);
    for (int32_t j = 0; j < padded(d.n_out); j += LANES) {
        v_store(z + j, activate(d.activation, d.slope, v_load(z + j)));
    }
    if (e->net.has_post_ops[l]) {
        post_ops_forward(network, &e->params, &e->net, false, l,
                         (submatrix){0, 1, 0, padded(d.n_out)});
    }
}

static void predict_one(train_context *e, int64_t position) {
    gather_row(e, 0, position, 0);
    for (int l = 0; l <= last_layer(e); l++) {
        predict_layer(e, l);
    }
    write_output(e, 0, position);
}

static void predict_many(train_context *e, int tid) {
    const int64_t n = e->settings.data->n_indices;
    for (int64_t from = 0; from < n; from += e->net.microbatch) {
        const int examples = n - from < e->net.microbatch ? (int)(n - from) : e->net.microbatch;
        forward_pass(e, tid, from, examples);
        const int32_t n_out = layer_at(e, last_layer(e))->n_out;
        const tile_range own = rows_of_thread(&e->team, tid, n_rows(e, examples), n_out);
        for (int64_t i = own.first_row; i < own.first_row + own.rows; i++) {
            write_output(e, i,
                         (from + i % examples) * n_copies(e->settings.network) + i / examples);
        }
        team_barrier(&e->team);
    }
}

/* The query's forward and backward pass, alone in the first row, as the context is set up; then
 * thread 0 turns it to the examples. The query's input is converted: bytes are not kept. */
static void run_query(train_context *e, int tid) {
    influence_query *q = &e->query;
    forward_pass(e, tid, 0, 1);
    backward_pass(e, tid, 0, 1, 1);
    if (tid == 0) {
        keep_query(e->settings.network, &e->net, q);
        fold_scale_into_query(q->data, layer_at(e, 0)->n_in, q);
        e->settings.data = q->data;
        e->sparse.skip_zeros = q->skip_zeros;
    }
    team_barrier(&e->team);
}

/* Each example's influence on the query: the passes of training without an update. */
static void score_influence(train_context *e, int tid) {
    if (tid == 0) {
        clear_input_padding(e);
    }
    run_query(e, tid);
    const int64_t n = e->settings.data->n_indices;
    for (int64_t from = 0; from < n; from += MAX_MICROBATCH) {
        const int rows = n - from < MAX_MICROBATCH ? (int)(n - from) : MAX_MICROBATCH;
        forward_pass(e, tid, from, rows);
        backward_pass(e, tid, from, rows, 1);
        int64_t i, end;
        team_partition(&e->team, tid, rows, &i, &end);
        for (; i < end; i++) {
            e->settings.output[from + i] =
                influence_score(e->settings.network, &e->net, &e->sparse, &e->query, i);
        }
        team_barrier(&e->team);
    }
}

static void predict(train_context *e, int tid) {
    const int64_t n = e->settings.data->n_indices;
    if (n >= MR || n_heads(e->settings.network)) {
        predict_many(e, tid);
        return;
    }
    for (int64_t i = 0; tid == 0 && i < n; i++) {
        predict_one(e, i);
    }
}

/* Entry point */

void KERNEL_SYMBOL(BH_KERNEL)(void *task, int tid) {
    train_context *e = task;
    if (e->settings.is_influence) {
        score_influence(e, tid);
        return;
    }
    if (is_prediction(&e->settings)) {
        predict(e, tid);
        return;
    }
#if BH_USE_AMX
    amx_configure();
    train(e, tid);
    amx_release();
#else
    train(e, tid);
#endif
}
