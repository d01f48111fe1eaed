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
 * The first two are forward_pass_template.h, the next two backward_pass_template.h, the last is
 * update_template.h; predictions have the first two alone: predict_template.h.
 *
 * Bytes with zeros are not gathered: the first layer's products read them where they are, see
 * sparse_inputs_template.h.
 *
 * Batch normalisation, dropout and skip connections come after a layer's forward and before the
 * backward that needs their gradient: post_ops_template.h. An embedding computes its numbers behind
 * those of an example that was gathered, and its gradients before those of the layers, from dx of
 * the first layer: embedding_template.h. With heads all phases have several rows of each example:
 * heads_template.h. Threads meet at a barrier where they need each other's results.
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

#include "train/backward_pass_template.h"
#include "train/forward_pass_template.h"
#include "train/pack_parameters.h"
#include "train/predict_template.h"
#include "train/small_mlp_template.h"
#include "train/update_template.h"

#define CONCAT(a, b)        a##b
#define KERNEL_SYMBOL(name) CONCAT(bh_kernel_, name)

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
