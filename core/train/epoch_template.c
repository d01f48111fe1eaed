/* One member's part in an epoch: the twin of training/step.py and layers/, phase by phase.
 *
 *     gather     x[0] = stored · scale + shift              the batch's examples                      inputs.h
 *     forward    x[l + 1] = f(x[l] W + b)                   each layer in turn                        dense.h
 *     judge      loss, dz of the last layer                 each example by itself                    losses.h
 *     backward   dz[l − 1] = (dz[l] Wᵀ) · f′                from the last layer to the second         dense.h
 *     update     dW = x[l]ᵀ dz[l], db = Σ dz[l]; learn      each weight right after its gradient      update.h
 *
 * Batch normalisation, dropout and ways around come behind a layer's forward and before the backward that needs it:
 * between.h, masks.h.
 *
 * Where a processor multiplies pairs of small numbers faster than floats, words.h has these products once more.
 *
 * Members wait for one another where they need what others made. This file is compiled once for each processor family;
 * BH_KERNEL is its name there. */
#include "train/post_ops_template.h"
#include "train/dense_template.h"
#include "train/losses_template.h"
#include "train/dropout_template.h"
#include "train/small_mlp_template.h"
#include "train/gradients_template.h"

#if defined(BH_BF16_SPLITS)
#include "gemm/bf16_template.h"
#define GEMM_VARIANT(phase, l) (uses_bf16(e, l) ? phase##_bf16 : phase)
#else
#define GEMM_VARIANT(phase, l) phase
static void amx_configure(void) {}
static void amx_release(void) {}
#endif

#define CONCAT(a, b) a##b
#define KERNEL_SYMBOL(name) CONCAT(bh_kernel_, name)

/* Loss */

static void loss_phase(train_context *e, tile_range p, int64_t from, float inv_batch_size) {
    const int last = e->network->n_layers - 1;
    const int32_t n = e->network->layers[last].n_out;
    const bh_epoch_data *d = e->data;
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++) {
        const int64_t row = d->indices[from + i];
        const loss_args v = {e->network, e->has_post_ops[last], n, d->labels ? d->labels[row] : 0, d->labels ? 0 : d->targets + row * n, inv_batch_size};
        int correct;
        e->example_loss[i] = loss_and_grad(&v, e->x[last + 1] + i * e->stride[last + 1],
                                       e->dz[last] + i * e->stride[last + 1], &correct);
        e->example_correct[i] = (unsigned char)correct;
    }
}

/* The walk */

/* Light layers need no waiting: a member's examples are its own all the way. */
static tile_range tiles_or_rows_of_thread(const train_context *e, int tid, int64_t rows, int32_t columns) {
    return e->row_parallel ? rows_of_thread(e, tid, rows, columns) : tiles_of_thread(e, tid, rows, columns);
}

static void barrier_unless_row_parallel(train_context *e) {
    if (!e->row_parallel) team_barrier(&e->team);
}

/* A member's patch of what layer l says. */
static submatrix submatrix_of_thread(const train_context *e, int tid, int l, int64_t rows) {
    const bh_layer *layer = &e->network->layers[l];
    const int32_t columns = padded(layer->n_out);
    if (layer->batch_norm && !is_prediction(e)) {
        int64_t first, end;
        team_partition(&e->team, tid, columns / PADDING, &first, &end);
        return (submatrix){0, rows, (int32_t)first * PADDING, (int32_t)(end - first) * PADDING};
    }
    const tile_range own = rows_of_thread(e, tid, rows, layer->n_out);
    return (submatrix){own.first_row, own.rows, 0, columns};
}

static void run_post_ops(train_context *e, int tid, int l, int64_t rows) {
    if (!e->has_post_ops[l]) return;
    post_ops_forward(e, l, submatrix_of_thread(e, tid, l, rows));
    barrier_unless_row_parallel(e);
}

static void run_post_ops_backward(train_context *e, int tid, int l, int64_t rows) {
    if (!e->has_post_ops[l]) return;
    barrier_unless_row_parallel(e);
    post_ops_backward(e, l, submatrix_of_thread(e, tid, l, rows));
}

/* From the chunk at place `from` to what the network says of it; a member then has its own rows of that. */
static void forward_pass(train_context *e, int tid, int64_t from, int rows) {
    gather(e, tid, from, rows);
    team_barrier(&e->team);
    if (!is_prediction(e)) build_input_lists(e, tid, rows);
    GEMM_VARIANT(forward, 0)(e, tid, 0, tiles_of_thread(e, tid, rows, e->network->layers[0].n_out));
    team_barrier(&e->team);
    run_post_ops(e, tid, 0, rows);
    for (int l = 1; l < e->network->n_layers; l++) {
        GEMM_VARIANT(forward, l)(e, tid, l, tiles_or_rows_of_thread(e, tid, rows, e->network->layers[l].n_out));
        barrier_unless_row_parallel(e);
        run_post_ops(e, tid, l, rows);
    }
}

/* From there to the gradient of every layer's z. */
static void backward_pass(train_context *e, int tid, int64_t from, int rows, float inv_batch_size) {
    const int last = e->network->n_layers - 1;
    loss_phase(e, rows_of_thread(e, tid, rows, e->network->layers[last].n_out), from, inv_batch_size);
    run_post_ops_backward(e, tid, last, rows);
    for (int l = last; l > 0; l--) {
        barrier_unless_row_parallel(e);
        GEMM_VARIANT(backward, l)(e, tid, l, tiles_or_rows_of_thread(e, tid, rows, e->network->layers[l].n_in));
        run_post_ops_backward(e, tid, l - 1, rows);
    }
    team_barrier(&e->team);
}

/* Take the chunk's losses into the sums, in the examples' order. */
static void accumulate_loss(train_context *e, int rows) {
    for (int i = 0; i < rows; i++) {
        e->batch_loss += e->example_loss[i];
        e->result.n_correct += e->example_correct[i];
    }
}

static void train_batch(train_context *e, int tid, int64_t step) {
    const bh_epoch_data *d = e->data;
    const int64_t from = step * d->batch_size;
    const int64_t n = d->n_indices - from < d->batch_size ? d->n_indices - from : d->batch_size;
    const int clips = e->optimizer->clip_norm > 0;
    step_params u = step_params_at(e->optimizer, step, d->learning_rates[step]);
    const step_params biases = without_decay(u);
    for (int64_t done = 0; done < n; done += e->microbatch) {
        const int rows = n - done < e->microbatch ? (int)(n - done) : e->microbatch;
        draw_dropout_masks(e, tid, from, n, done, rows);
        const int first = done == 0, last = done + rows == n;
        forward_pass(e, tid, from + done, rows);
        backward_pass(e, tid, from + done, rows, 1.0f / (float)n);
        if (tid == 0) accumulate_loss(e, rows);
        const grad_mode mode = {rows, first, clips || !(first && last), last && !clips ? &u : 0,
                                  last && !clips ? &biases : 0};
        for (int l = 0; l < e->network->n_layers; l++) {
            GEMM_VARIANT(weight_gradients, l)(e, tid, l, mode);
            if (tid == 0 && mode.update_biases) batch_norm_update(e, l, mode.update_biases);
        }
        team_barrier(&e->team);
    }
    if (tid == 0) e->result.n_draws += n * draws_per_example(e->network);
    if (clips) {
        clipped_update(e, tid, &u);
        team_barrier(&e->team);
    }
}

/* Close a step: the loss into the result, or the end of the epoch. */
static void finish_step(train_context *e) {
    if (isfinite((float)e->batch_loss)) { /* a float, as in the array depth */
        e->result.loss += e->batch_loss;
        e->result.steps_done++;
        if (e->stop && *e->stop) e->status = BH_STOPPED;
    } else e->status = BH_DIVERGED;
    e->batch_loss = 0;
}

/* Write what the last layer holds in row i of its chunk to the example's place in the output. */
static void write_output(const train_context *e, int64_t i, int64_t position) {
    const int last = e->network->n_layers - 1;
    const bh_layer *layer = &e->network->layers[last];
    float *a = e->x[last + 1] + i * e->stride[last + 1];
    if (layer->activation == BH_SOFTMAX) softmax(a, layer->n_out);
    memcpy(e->output + position * layer->n_out, a, (size_t)layer->n_out * sizeof *a);
}

/* One example by itself: only along what is not 0, which is a fifth of a digit's picture and half of the ReLU units. */
static void predict_one(train_context *e, int64_t position) {
    const bh_layer *layers = e->network->layers;
    scale_and_shift(e->data, layers[0].n_in, raw_row(e->data, layers[0].n_in, position, e->shift_scratch), e->x[0]);
    for (int l = 0; l < e->network->n_layers; l++) {
        const int32_t n = nonzero_indices(e->x[l], layers[l].n_in, e->index_scratch);
        tile_range p = all_tiles(0, 1, layers[l].n_out);
        for (panel_slice r; next_slice(&p, &r);) {
            float *z = preact_buffer(e, l) + r.column;
            bias_plus_shift(e, l, e->x[l], e->index_scratch, n, r.column, r.vectors, z);
            for (int j = 0; j < r.vectors * LANES; j += LANES)
                v_store(z + j, activate(fused_activation(&layers[l]), layers[l].slope, v_load(z + j)));
        }
        if (e->has_post_ops[l]) post_ops_forward(e, l, (submatrix){0, 1, 0, padded(layers[l].n_out)});
    }
    write_output(e, 0, position);
}

static void predict_many(train_context *e, int tid) {
    const int last = e->network->n_layers - 1;
    for (int64_t from = 0; from < e->data->n_indices; from += MAX_MICROBATCH) {
        const int64_t left = e->data->n_indices - from;
        const int rows = left < MAX_MICROBATCH ? (int)left : MAX_MICROBATCH;
        forward_pass(e, tid, from, rows);
        const tile_range own = rows_of_thread(e, tid, rows, e->network->layers[last].n_out);
        for (int64_t i = own.first_row; i < own.first_row + own.rows; i++) write_output(e, i, from + i);
        team_barrier(&e->team);
    }
}

static void train(train_context *e, int tid) {
    if (is_small_mlp(e)) {
        if (tid == 0) train_small_mlp(e);
        return;
    }
    for (int64_t step = 0; step < n_steps(e->data); step++) {
        train_batch(e, tid, step);
        if (tid == 0) finish_step(e);
        team_barrier(&e->team);
        if (e->status != BH_OK) return;
    }
}

void KERNEL_SYMBOL(BH_KERNEL)(void *task, int tid) {
    train_context *e = task;
    if (!is_prediction(e)) {
        amx_configure();
        train(e, tid);
        amx_release();
    } else if (e->data->n_indices >= MR) predict_many(e, tid);
    else
        for (int64_t i = 0; tid == 0 && i < e->data->n_indices; i++) predict_one(e, i);
}
