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
#include "between.h"
#include "dense.h"
#include "losses.h"
#include "masks.h"
#include "tiny.h"
#include "update.h"

#if defined(BH_PIECES)
#include "words.h"
#define AS_FITS(phase, l) (in_words(e, l) ? phase##_words : phase)
#else
#define AS_FITS(phase, l) phase
static void begin_tiles(void) {}
static void end_tiles(void) {}
#endif

#define JOINED(a, b) a##b
#define NAMED(name) JOINED(bh_kernel_, name)

/* Loss */

static void judge(epoch *e, part p, int64_t from, float share) {
    const int last = e->network->n_layers - 1;
    const int32_t n = e->network->layers[last].n_out;
    const bh_epoch_data *d = e->data;
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++) {
        const int64_t row = d->order[from + i];
        const verdict v = {e->network, e->between[last], n, d->labels ? d->labels[row] : 0, d->labels ? 0 : d->targets + row * n, share};
        int right;
        e->row_loss[i] = judge_example(&v, e->x[last + 1] + i * e->stride[last + 1],
                                       e->dz[last] + i * e->stride[last + 1], &right);
        e->row_right[i] = (unsigned char)right;
    }
}

/* The walk */

/* Light layers need no waiting: a member's examples are its own all the way. */
static part part_of(const epoch *e, int member, int64_t rows, int32_t columns) {
    return e->by_rows ? own_rows(e, member, rows, columns) : some_tiles(e, member, rows, columns);
}

static void wait_where_heavy(epoch *e) {
    if (!e->by_rows) team_wait(&e->crew);
}

/* A member's patch of what layer l says. */
static patch patch_of(const epoch *e, int member, int l, int64_t rows) {
    const bh_layer *layer = &e->network->layers[l];
    const int32_t columns = padded(layer->n_out);
    if (layer->batch_norm && !is_prediction(e)) {
        int64_t first, end;
        team_share(&e->crew, member, columns / PADDING, &first, &end);
        return (patch){0, rows, (int32_t)first * PADDING, (int32_t)(end - first) * PADDING};
    }
    const part own = own_rows(e, member, rows, layer->n_out);
    return (patch){own.first_row, own.rows, 0, columns};
}

static void go_between(epoch *e, int member, int l, int64_t rows) {
    if (!e->between[l]) return;
    between_forward(e, l, patch_of(e, member, l, rows));
    wait_where_heavy(e);
}

static void come_back_between(epoch *e, int member, int l, int64_t rows) {
    if (!e->between[l]) return;
    wait_where_heavy(e);
    between_back(e, l, patch_of(e, member, l, rows));
}

/* From the chunk at place `from` to what the network says of it; a member then has its own rows of that. */
static void walk_forward(epoch *e, int member, int64_t from, int rows) {
    gather(e, member, from, rows);
    team_wait(&e->crew);
    if (!is_prediction(e)) list_examples(e, member, rows);
    AS_FITS(forward, 0)(e, member, 0, some_tiles(e, member, rows, e->network->layers[0].n_out));
    team_wait(&e->crew);
    go_between(e, member, 0, rows);
    for (int l = 1; l < e->network->n_layers; l++) {
        AS_FITS(forward, l)(e, member, l, part_of(e, member, rows, e->network->layers[l].n_out));
        wait_where_heavy(e);
        go_between(e, member, l, rows);
    }
}

/* From there to the gradient of every layer's z. */
static void walk_back(epoch *e, int member, int64_t from, int rows, float share) {
    const int last = e->network->n_layers - 1;
    judge(e, own_rows(e, member, rows, e->network->layers[last].n_out), from, share);
    come_back_between(e, member, last, rows);
    for (int l = last; l > 0; l--) {
        wait_where_heavy(e);
        AS_FITS(backward, l)(e, member, l, part_of(e, member, rows, e->network->layers[l].n_in));
        come_back_between(e, member, l - 1, rows);
    }
    team_wait(&e->crew);
}

/* Take the chunk's losses into the sums, in the examples' order. */
static void count(epoch *e, int rows) {
    for (int i = 0; i < rows; i++) {
        e->batch_loss += e->row_loss[i];
        e->result.right += e->row_right[i];
    }
}

static void train_batch(epoch *e, int member, int64_t step) {
    const bh_epoch_data *d = e->data;
    const int64_t from = step * d->batch_size;
    const int64_t n = d->n_order - from < d->batch_size ? d->n_order - from : d->batch_size;
    const int clips = e->optimizer->clip_norm > 0;
    rule u = rule_of_step(e->optimizer, step, d->learning_rates[step]);
    const rule biases = for_biases(u);
    for (int64_t done = 0; done < n; done += e->chunk) {
        const int rows = n - done < e->chunk ? (int)(n - done) : e->chunk;
        draw_masks(e, member, from, n, done, rows);
        const int first = done == 0, last = done + rows == n;
        walk_forward(e, member, from + done, rows);
        walk_back(e, member, from + done, rows, 1.0f / (float)n);
        if (member == 0) count(e, rows);
        const gradient_use use = {rows, first, clips || !(first && last), last && !clips ? &u : 0,
                                  last && !clips ? &biases : 0};
        for (int l = 0; l < e->network->n_layers; l++) {
            AS_FITS(update, l)(e, member, l, use);
            if (member == 0 && use.learn_biases) update_norm(e, l, use.learn_biases);
        }
        team_wait(&e->crew);
    }
    if (member == 0) e->result.draws += n * draws_of_one(e->network);
    if (clips) {
        clipped_update(e, member, &u);
        team_wait(&e->crew);
    }
}

/* Close a step: the loss into the result, or the end of the epoch. */
static void close_step(epoch *e) {
    if (isfinite((float)e->batch_loss)) { /* a float, as in the array depth */
        e->result.loss += e->batch_loss;
        e->result.steps_done++;
        if (e->stop && *e->stop) e->status = BH_STOPPED;
    } else e->status = BH_DIVERGED;
    e->batch_loss = 0;
}

/* Write what the last layer holds in row i of its chunk to the example's place in the output. */
static void hand_out(const epoch *e, int64_t i, int64_t place) {
    const int last = e->network->n_layers - 1;
    const bh_layer *layer = &e->network->layers[last];
    float *a = e->x[last + 1] + i * e->stride[last + 1];
    if (layer->activation == BH_SOFTMAX) softmax(a, layer->n_out);
    memcpy(e->output + place * layer->n_out, a, (size_t)layer->n_out * sizeof *a);
}

/* One example by itself: only along what is not 0, which is a fifth of a digit's picture and half of the ReLU units. */
static void predict_one(epoch *e, int64_t place) {
    const bh_layer *layers = e->network->layers;
    convert(e->data, layers[0].n_in, stored_row(e->data, layers[0].n_in, place, e->scratch), e->x[0]);
    for (int l = 0; l < e->network->n_layers; l++) {
        const int32_t n = list_nonzero(e->x[l], layers[l].n_in, e->lists);
        part p = all_tiles(0, 1, layers[l].n_out);
        for (run r; next_run(&p, &r);) {
            float *z = written_by(e, l) + r.column;
            base_of(e, l, e->x[l], e->lists, n, r.column, r.vectors, z);
            for (int j = 0; j < r.vectors * LANES; j += LANES)
                store(z + j, bend(bend_of(&layers[l]), layers[l].slope, load(z + j)));
        }
        if (e->between[l]) between_forward(e, l, (patch){0, 1, 0, padded(layers[l].n_out)});
    }
    hand_out(e, 0, place);
}

static void predict_many(epoch *e, int member) {
    const int last = e->network->n_layers - 1;
    for (int64_t from = 0; from < e->data->n_order; from += CHUNK) {
        const int64_t left = e->data->n_order - from;
        const int rows = left < CHUNK ? (int)left : CHUNK;
        walk_forward(e, member, from, rows);
        const part own = own_rows(e, member, rows, e->network->layers[last].n_out);
        for (int64_t i = own.first_row; i < own.first_row + own.rows; i++) hand_out(e, i, from + i);
        team_wait(&e->crew);
    }
}

static void train(epoch *e, int member) {
    if (is_tiny(e)) {
        if (member == 0) train_tiny(e);
        return;
    }
    for (int64_t step = 0; step < steps_of(e->data); step++) {
        train_batch(e, member, step);
        if (member == 0) close_step(e);
        team_wait(&e->crew);
        if (e->status != BH_OK) return;
    }
}

void NAMED(BH_KERNEL)(void *task, int member) {
    epoch *e = task;
    if (!is_prediction(e)) {
        begin_tiles();
        train(e, member);
        end_tiles();
    } else if (e->data->n_order >= TILE_ROWS) predict_many(e, member);
    else
        for (int64_t i = 0; member == 0 && i < e->data->n_order; i++) predict_one(e, i);
}
