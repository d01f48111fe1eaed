/* The backward pass of a microbatch: from its losses to the gradient of every layer's
 * pre-activations. */
#ifndef BYHAND_BACKWARD_PASS_TEMPLATE_H
#define BYHAND_BACKWARD_PASS_TEMPLATE_H

#include "train/dense_template.h"
#include "train/embedding_template.h"
#include "train/halves_template.h"
#include "train/heads_template.h"
#include "train/layer_queries_template.h"
#include "train/losses_template.h"
#include "train/post_ops_template.h"

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
    const int64_t end = own.first_row + own.rows;
    for (int64_t i = own.first_row; i < end; i++) {
        prefetch_label(e->settings.data, from + (i + 8 < end ? i + 8 : i) % examples);
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

#endif
