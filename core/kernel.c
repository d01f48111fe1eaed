/* One member's part in an epoch: the twin of training/step.py and layers/, phase by phase.
 *
 *     gather     x[0] = stored · scale + shift              the batch's examples                      inputs.h
 *     forward    x[l + 1] = f(x[l] W + b)                   each layer in turn                        activations.h
 *     judge      loss, dz of the last layer                 each example by itself                    losses.h
 *     backward   dz[l − 1] = (dz[l] Wᵀ) · f′                from the last layer to the second
 *     update     dW = x[l]ᵀ dz[l], db = Σ dz[l]; learn      each weight right after its gradient      optimizers.h
 *
 * Members wait for one another where they need what others made. This file is compiled once for each processor family;
 * BH_KERNEL is its name there. */
#include "activations.h"
#include "epoch.h"
#include "inputs.h"
#include "losses.h"
#include "optimizers.h"
#include "product.h"
#include "tiny.h"

#define JOINED(a, b) a##b
#define NAMED(name) JOINED(bh_kernel_, name)

enum { PANEL = TILE_WIDTH, LINE = 16 /* floats of a cache line */ };

/* A phase computes a matrix tile by tile. A member's part of it is either all tiles of its own rows, or, of all rows, a
 * run of tiles in the order panel by panel: then it has as few panels as can be, and they stay in its cache. */
typedef struct {
    int64_t first_row, rows;
    int32_t columns;
    int64_t next, end; /* tiles */
} part;

typedef struct {
    int64_t row;    /* first row */
    int rows;
    int32_t column; /* first column of the panel */
    int vectors;
} tile_place;

static int64_t blocks_of(int64_t rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }

static part all_tiles(int64_t first_row, int64_t rows, int32_t columns) {
    return (part){first_row, rows, columns, 0, blocks_of(rows) * ((padded(columns) + PANEL - 1) / PANEL)};
}

static part some_tiles(const epoch *e, int member, int64_t rows, int32_t columns) {
    part p = all_tiles(0, rows, columns);
    team_share(&e->crew, member, p.end, &p.next, &p.end);
    return p;
}

static part own_rows(const epoch *e, int member, int64_t rows, int32_t columns) {
    int64_t first, end;
    team_share(&e->crew, member, blocks_of(rows), &first, &end);
    end = end * TILE_ROWS < rows ? end * TILE_ROWS : rows;
    return all_tiles(first * TILE_ROWS, end - first * TILE_ROWS, columns);
}

/* Take the next tile of a part; return 0 when there is none. */
static int next_tile(part *p, tile_place *tile) {
    if (p->next >= p->end) return 0;
    const int64_t blocks = blocks_of(p->rows), block = p->next % blocks, left = p->rows - block * TILE_ROWS;
    tile->row = p->first_row + block * TILE_ROWS;
    tile->rows = left < TILE_ROWS ? (int)left : TILE_ROWS;
    tile->column = (int32_t)(p->next / blocks) * PANEL;
    const int32_t width = padded(p->columns) - tile->column;
    tile->vectors = (width < PANEL ? width : PANEL) / LANES;
    p->next++;
    return 1;
}

/* Forward */

static void multiply_rows(product p, const float *a, ptrdiff_t a_row, float *c, ptrdiff_t c_row, tile_place tile) {
    for (int r = 0; r < tile.rows; r++) p.a[r] = a + r * a_row, p.c[r] = c + r * c_row;
    multiply(p, tile.rows, tile.vectors);
}

/* b + Σ x[k] · W[k] over the inputs k listed, for some columns. */
INLINE void base_vectors(const epoch *e, int l, const int32_t *listed, int32_t n, int32_t column, float *base,
                         const int vectors) {
    const bh_place *at = &e->places[l];
    const float *w = e->params + at->weights + column;
    vec sum[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) sum[v] = load(e->params + at->biases + column + v * LANES);
    for (int32_t i = 0; i < n; i++) {
        const int32_t k = listed[i];
        const float x = e->x[l][k];
        for (int v = 0; v < vectors; v++) sum[v] += x * load(w + (int64_t)k * at->stride + v * LANES);
    }
    for (int v = 0; v < vectors; v++) store(base + v * LANES, sum[v]);
}

static void base_of(const epoch *e, int l, const int32_t *listed, int32_t n, tile_place tile, float *base) {
    if (tile.vectors == TILE_VECTORS) base_vectors(e, l, listed, n, tile.column, base, TILE_VECTORS);
    else
        for (int v = 0; v < tile.vectors; v++)
            base_vectors(e, l, listed, n, tile.column + v * LANES, base + v * LANES, 1);
}

static void forward(epoch *e, int l, part p, const sorted_inputs *inputs) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    float base[PANEL]; /* what is the same for all examples: b, and what the constant inputs add */
    int32_t panel = -1;
    for (tile_place tile; next_tile(&p, &tile);) {
        if (tile.column != panel)
            base_of(e, l, inputs ? inputs->constant : 0, inputs ? inputs->n_constant : 0, tile, base);
        panel = tile.column;
        float *z = e->x[l + 1] + tile.row * e->stride[l + 1] + tile.column;
        multiply_rows((product){.a_step = 1, .b = e->params + at->weights + tile.column, .b_step = at->stride,
                                .only = inputs && inputs->n_constant ? inputs->varying : 0,
                                .depth = inputs ? inputs->n_varying : layer->n_in},
                      e->x[l] + tile.row * e->stride[l], e->stride[l], z, e->stride[l + 1], tile);
        for (int r = 0; r < tile.rows; r++, z += e->stride[l + 1])
            for (int j = 0; j < tile.vectors * LANES; j += LANES)
                store(z + j, bend(layer->activation, layer->slope, load(z + j) + load(base + j)));
    }
}

/* Loss */

static void judge(epoch *e, part p, int64_t from, float share) {
    const int last = e->network->n_layers - 1;
    const int32_t n = e->network->layers[last].n_out;
    const bh_epoch_data *d = e->data;
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++) {
        const int64_t row = d->order[from + i];
        const verdict v = {e->network, n, d->labels ? d->labels[row] : 0, d->labels ? 0 : d->targets + row * n, share};
        int right;
        e->row_loss[i] = judge_example(&v, e->x[last + 1] + i * e->stride[last + 1],
                                       e->dz[last] + i * e->stride[last + 1], &right);
        e->row_right[i] = (unsigned char)right;
    }
}

/* Backward */

/* Copy the columns of Wᵀ that belong to the units of one panel: (n_out, PANEL), 0 beyond the last unit. */
static void turn(const epoch *e, int l, int32_t unit, float *panel) {
    const bh_layer *layer = &e->network->layers[l];
    const int32_t stride = e->places[l].stride, left = layer->n_in > unit ? layer->n_in - unit : 0; /* 0: only padding */
    const int32_t whole = (left < PANEL ? left : PANEL) / 4 * 4;
    const float *w = e->params + e->places[l].weights + (int64_t)unit * stride;
    for (int32_t from = 0; from < layer->n_out; from += LINE) { /* a line of each row: what is written stays near */
        const int32_t end = from + LINE < layer->n_out ? from + LINE : layer->n_out;
        for (int32_t u = 0; u < whole; u += 4)
            for (int32_t j = from; j < end; j += 4)
                turn_4x4(w + (int64_t)u * stride + j, stride, panel + (int64_t)j * PANEL + u, PANEL);
        for (int32_t u = whole; u < PANEL; u++)
            for (int32_t j = from; j < end; j++) panel[(int64_t)j * PANEL + u] = u < left ? w[(int64_t)u * stride + j] : 0;
    }
}

static void backward(epoch *e, int member, int l, part p) {
    const bh_layer *layer = &e->network->layers[l], *before = layer - 1;
    float *panel = e->panels + member * e->panel_floats;
    int32_t turned = -1;
    for (tile_place tile; next_tile(&p, &tile);) {
        if (tile.column != turned) turn(e, l, turned = tile.column, panel);
        float *dz = e->dz[l - 1] + tile.row * e->stride[l] + tile.column;
        const float *a = e->x[l] + tile.row * e->stride[l] + tile.column;
        multiply_rows((product){.a_step = 1, .b = panel, .b_step = PANEL, .depth = layer->n_out},
                      e->dz[l] + tile.row * e->stride[l + 1], e->stride[l + 1], dz, e->stride[l], tile);
        for (int r = 0; r < tile.rows; r++, dz += e->stride[l], a += e->stride[l])
            for (int j = 0; j < tile.vectors * LANES; j += LANES)
                store(dz + j, bent_back(before->activation, before->slope, load(a + j), load(dz + j)));
    }
}

/* Update */

/* How a batch's gradient is put together. */
typedef struct {
    int rows;
    int first;         /* chunk of the batch? */
    int keep;          /* the gradient, in e->grads: there are more chunks, or it is clipped */
    const rule *learn, *learn_biases; /* right away, or 0 */
} gradient_use;

/* Σ dz over the chunk's examples, for the columns of one panel. */
static void sum_panel(const epoch *e, int l, tile_place tile, int rows, float *sum) {
    vec total[TILE_VECTORS] = {0};
    for (int i = 0; i < rows; i++) {
        const float *dz = e->dz[l] + (int64_t)i * e->stride[l + 1] + tile.column;
        for (int v = 0; v < TILE_VECTORS; v++)
            if (v < tile.vectors) total[v] += load(dz + v * LANES);
    }
    for (int v = 0; v < tile.vectors; v++) store(sum + v * LANES, total[v]);
}

/* Take in a gradient that is factor · sum, of the parameters from `at` on: biases, and weights of constant inputs. */
static void take_in(epoch *e, int64_t at, const float *sum, float factor, int n, const rule *u, gradient_use use) {
    float g[PANEL];
    for (int j = 0; j < n; j += LANES) {
        vec total = factor * load(sum + j);
        if (!use.first) total += load(e->grads + at + j);
        store(g + j, total);
        if (use.keep) store(e->grads + at + j, total);
    }
    if (u) learn(e, u, at, g, n);
}

/* Of a tile of dW whose rows are the inputs listed (or, without a list, in a row). */
static void update_tile(epoch *e, int l, tile_place tile, const int32_t *listed, gradient_use use) {
    const bh_place *at = &e->places[l];
    float scratch[TILE_ROWS * PANEL];
    int64_t corner[TILE_ROWS];
    product p = {.a_step = e->stride[l], .b = e->dz[l] + tile.column, .b_step = e->stride[l + 1],
                 .depth = use.rows, .add = !use.first};
    for (int r = 0; r < tile.rows; r++) {
        const int64_t k = listed ? listed[tile.row + r] : tile.row + r;
        corner[r] = at->weights + k * at->stride + tile.column;
        p.a[r] = e->x[l] + k;
        p.c[r] = use.keep ? e->grads + corner[r] : scratch + r * PANEL;
    }
    float *dw[TILE_ROWS];
    for (int r = 0; r < tile.rows; r++) dw[r] = p.c[r];
    multiply(p, tile.rows, tile.vectors);
    for (int r = 0; use.learn && r < tile.rows; r++) learn(e, use.learn, corner[r], dw[r], tile.vectors * LANES);
}

/* A layer's part: the tiles of the inputs that vary, then blocks of those that do not, panel by panel. */
static void update(epoch *e, int member, int l, const sorted_inputs *inputs, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    const int32_t n_varying = inputs ? inputs->n_varying : layer->n_in, n_constant = inputs ? inputs->n_constant : 0;
    float sum[PANEL];
    int32_t panel = -1;
    part p = some_tiles(e, member, n_varying + n_constant, layer->n_out);
    for (tile_place tile; next_tile(&p, &tile);) {
        const int width = tile.vectors * LANES;
        if (tile.column != panel && (n_constant || tile.row == 0)) sum_panel(e, l, tile, use.rows, sum);
        panel = tile.column;
        if (tile.row == 0) take_in(e, at->biases + tile.column, sum, 1, width, use.learn_biases, use);
        const int64_t end = tile.row + tile.rows, varying_end = end < n_varying ? end : n_varying;
        int64_t i = tile.row;
        if (i < varying_end) {
            tile.rows = (int)(varying_end - i);
            update_tile(e, l, tile, inputs ? inputs->varying : 0, use);
            i = varying_end;
        }
        for (; i < end; i++) {
            const int32_t k = inputs->constant[i - n_varying];
            const float c = e->x[0][k];
            if (c == 0 && !use.keep && rests(use.learn)) continue;
            take_in(e, at->weights + (int64_t)k * at->stride + tile.column, sum, c, width, use.learn, use);
        }
    }
}

/* Clipping needs the whole gradient before the first weight moves. */
static void clipped_update(epoch *e, int member, rule *u) {
    const int64_t pieces = (e->n_params + PIECE - 1) / PIECE;
    int64_t i, end;
    team_share(&e->crew, member, pieces, &i, &end);
    for (; i < end; i++) {
        double sum = 0;
        for (int64_t j = i * PIECE; j < (i + 1) * PIECE && j < e->n_params; j++) sum += (double)e->grads[j] * e->grads[j];
        e->squares[i] = sum;
    }
    team_wait(&e->crew);
    double norm = 0;
    for (i = 0; i < pieces; i++) norm += e->squares[i];
    norm = sqrt(norm);
    if (norm > e->optimizer->clip_norm) u->clip = (float)(e->optimizer->clip_norm / norm);
    for (int l = 0; l < e->network->n_layers; l++) {
        const bh_layer *layer = &e->network->layers[l];
        const bh_place *at = &e->places[l];
        team_share(&e->crew, member, layer->n_in, &i, &end);
        for (; i < end; i++) {
            const int64_t row = at->weights + i * at->stride;
            learn(e, u, row, e->grads + row, padded(layer->n_out));
        }
        const rule biases = for_biases(*u);
        if (member == 0) learn(e, &biases, at->biases, e->grads + at->biases, padded(layer->n_out));
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

/* From the chunk at place `from` to what the network says of it; a member then has its own rows of that. */
static sorted_inputs walk_forward(epoch *e, int member, int64_t from, int rows) {
    gather(e, member, from, rows);
    team_wait(&e->crew);
    const sorted_inputs inputs = sort_inputs(e, member, rows);
    forward(e, 0, some_tiles(e, member, rows, e->network->layers[0].n_out), &inputs);
    team_wait(&e->crew);
    for (int l = 1; l < e->network->n_layers; l++) {
        forward(e, l, part_of(e, member, rows, e->network->layers[l].n_out), 0);
        wait_where_heavy(e);
    }
    return inputs;
}

/* From there to the gradient of every layer's z. */
static void walk_back(epoch *e, int member, int64_t from, int rows, float share) {
    const int last = e->network->n_layers - 1;
    judge(e, own_rows(e, member, rows, e->network->layers[last].n_out), from, share);
    for (int l = last; l > 0; l--) {
        wait_where_heavy(e);
        backward(e, member, l, part_of(e, member, rows, e->network->layers[l].n_in));
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
    for (int64_t done = 0; done < n; done += CHUNK) {
        const int rows = n - done < CHUNK ? (int)(n - done) : CHUNK;
        const int first = done == 0, last = done + rows == n;
        const sorted_inputs inputs = walk_forward(e, member, from + done, rows);
        walk_back(e, member, from + done, rows, 1.0f / (float)n);
        if (member == 0) count(e, rows);
        const gradient_use use = {rows, first, clips || !(first && last), last && !clips ? &u : 0,
                                  last && !clips ? &biases : 0};
        for (int l = 0; l < e->network->n_layers; l++) update(e, member, l, l ? 0 : &inputs, use);
        team_wait(&e->crew);
    }
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
        for (tile_place tile; next_tile(&p, &tile);) {
            float *z = e->x[l + 1] + tile.column;
            base_of(e, l, e->lists, n, tile, z);
            for (int j = 0; j < tile.vectors * LANES; j += LANES)
                store(z + j, bend(layers[l].activation, layers[l].slope, load(z + j)));
        }
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
    if (!e->output) train(e, member);
    else if (e->data->n_order >= TILE_ROWS) predict_many(e, member);
    else
        for (int64_t i = 0; member == 0 && i < e->data->n_order; i++) predict_one(e, i);
}
