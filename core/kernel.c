/* One member's part in an epoch: the twin of training/step.py and layers/, phase by phase.
 *
 *     gather     x[0] = stored · scale + shift              the batch's examples
 *     forward    x[l + 1] = f(x[l] W + b)                   each layer in turn
 *     judge      loss, dz of the last layer                 each example by itself
 *     backward   dz[l − 1] = (dz[l] Wᵀ) · f′                from the last layer to the second
 *     update     dW = x[l]ᵀ dz[l], db = Σ dz[l]; learn      each weight right after its gradient, while it is at hand
 *
 * Members wait for one another between two phases. This file is compiled once for each processor family; BH_KERNEL is
 * its name there. */
#include <math.h>

#include "epoch.h"
#include "product.h"

#define JOINED(a, b) a##b
#define NAMED(name) JOINED(bh_kernel_, name)

enum { PANEL = TILE_WIDTH };

/* A phase's tiles are numbered panel by panel, so a member's share is as few panels as can be: they stay in its cache. */
typedef struct {
    int64_t row;  /* first row, or first input of a gradient */
    int rows;
    int32_t column; /* first column of the panel */
    int vectors;
} place;

static int64_t tiles(int64_t rows, int32_t columns) {
    return (rows + TILE_ROWS - 1) / TILE_ROWS * ((padded(columns) + PANEL - 1) / PANEL);
}

static place tile_at(int64_t i, int64_t rows, int32_t columns) {
    int64_t blocks = (rows + TILE_ROWS - 1) / TILE_ROWS;
    place p = {.row = i % blocks * TILE_ROWS, .column = (int32_t)(i / blocks) * PANEL};
    p.rows = rows - p.row < TILE_ROWS ? (int)(rows - p.row) : TILE_ROWS;
    int32_t left = padded(columns) - p.column;
    p.vectors = (left < PANEL ? left : PANEL) / LANES;
    return p;
}

/* Activations: a = f(z), and f′ told from a. */

INLINE vec bend(int activation, float slope, vec z) {
    switch (activation) {
    case BH_RELU: return larger(z, all(0));
    case BH_LEAKY_RELU: return choose(z > 0, z, slope * z);
    case BH_SIGMOID: {
        vec e = exponential(choose(z < 0, z, -z)); /* e to the −|z|: never above 1 */
        return choose(z < 0, e, all(1)) / (1 + e);
    }
    case BH_TANH: {
        vec e = exponential(choose(z < 0, 2 * z, -2 * z));
        vec t = (1 - e) / (1 + e);
        return choose(z < 0, -t, t);
    }
    default: return z; /* identity; softmax bends whole rows, in judge */
    }
}

INLINE vec bent_back(int activation, float slope, vec a, vec da) {
    switch (activation) {
    case BH_RELU: return choose(a > 0, da, all(0));
    case BH_LEAKY_RELU: return choose(a > 0, da, slope * da);
    case BH_SIGMOID: return da * a * (1 - a);
    case BH_TANH: return da * (1 - a * a);
    default: return da;
    }
}

/* Phase by phase. Each takes the examples `rows` of the chunk that begins at place `from` of the order. */

static void gather_moved(const bh_epoch_data *d, int64_t place, int64_t row, float *x) {
    const int right = d->moved[2 * place], down = d->moved[2 * place + 1];
    const int64_t n = (int64_t)d->height * d->width;
    const unsigned char *bytes = (const unsigned char *)d->inputs + row * n;
    const float *floats = (const float *)d->inputs + row * n;
    for (int r = 0; r < d->height; r++)
        for (int c = 0; c < d->width; c++) {
            const int from_r = r - down, from_c = c - right;
            const int inside = from_r >= 0 && from_r < d->height && from_c >= 0 && from_c < d->width;
            const int64_t from = (int64_t)from_r * d->width + from_c, to = (int64_t)r * d->width + c;
            const float stored = !inside ? 0 : d->inputs_are_bytes ? bytes[from] : floats[from];
            x[to] = stored * d->scale[to] + d->shift[to];
        }
}

static void gather(epoch *e, int member, int64_t from, int rows) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    int64_t first, end;
    team_share(&e->crew, member, rows, &first, &end);
    for (int64_t i = first; i < end; i++) {
        const int64_t row = d->order[from + i];
        float *restrict x = e->x[0] + i * e->stride[0];
        if (d->moved) gather_moved(d, from + i, row, x);
        else if (d->inputs_are_bytes) {
            const unsigned char *restrict stored = (const unsigned char *)d->inputs + row * n;
            for (int32_t j = 0; j < n; j++) x[j] = (float)stored[j] * d->scale[j] + d->shift[j];
        } else {
            const float *restrict stored = (const float *)d->inputs + row * n;
            for (int32_t j = 0; j < n; j++) x[j] = stored[j] * d->scale[j] + d->shift[j];
        }
    }
}

static void forward(epoch *e, int member, int l, int rows) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    int64_t i, end;
    team_share(&e->crew, member, tiles(rows, layer->n_out), &i, &end);
    for (; i < end; i++) {
        const place p = tile_at(i, rows, layer->n_out);
        float *z = e->x[l + 1] + p.row * e->stride[l + 1] + p.column;
        multiply((product){.a = e->x[l] + p.row * e->stride[l], .a_row = e->stride[l], .a_step = 1,
                           .b = e->params + at->weights + p.column, .b_step = at->stride,
                           .depth = layer->n_in, .c = z, .c_row = e->stride[l + 1]},
                 p.rows, p.vectors);
        const float *b = e->params + at->biases + p.column;
        for (int r = 0; r < p.rows; r++, z += e->stride[l + 1])
            for (int j = 0; j < p.vectors * LANES; j += LANES)
                store(z + j, bend(layer->activation, layer->slope, load(z + j) + load(b + j)));
    }
}

/* Judging: each example's loss, whether it was right, and the gradient. */

typedef struct {
    const bh_network *network;
    int32_t n;           /* outputs */
    int32_t label;       /* −1 where targets are given */
    const float *target; /* (n), or 0 */
    float share;         /* 1 / examples in the batch */
} verdict;

static float target_of(const verdict *v, int32_t j) {
    if (v->target) return v->target[j];
    return v->n == 1 ? (float)v->label : (float)(v->label == j);
}

/* Replace z by softmax(z), zero in the padding; return log Σ exp z. */
static float softmax(float *z, int32_t n) {
    float most = z[0];
    for (int32_t j = 1; j < n; j++) most = z[j] > most ? z[j] : most;
    for (int32_t j = n; j < padded(n); j++) z[j] = most;
    float total = 0;
    for (int32_t j = 0; j < padded(n); j += LANES) store(z + j, exponential(load(z + j) - most));
    for (int32_t j = 0; j < n; j++) total += z[j];
    for (int32_t j = 0; j < n; j++) z[j] /= total;
    for (int32_t j = n; j < padded(n); j++) z[j] = 0;
    return most + logf(total);
}

static double softmax_cross_entropy(const verdict *v, const float *z, float *dz) {
    const float smooth = v->network->label_smoothing;
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) dz[j] = z[j];
    const float log_total = softmax(dz, v->n);
    for (int32_t j = 0; j < v->n; j++) {
        const float t = (1 - smooth) * target_of(v, j) + smooth / (float)v->n;
        loss += (double)t * (log_total - z[j]);
        dz[j] = (dz[j] - t) * v->share;
    }
    return loss;
}

static double squared_error(const verdict *v, const float *a, float *da) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float error = a[j] - target_of(v, j);
        loss += (double)error * error;
        da[j] = 2 * error * v->share;
    }
    return loss;
}

static double binary_cross_entropy(const verdict *v, const float *z, float *dz) {
    double loss = 0;
    for (int32_t j = 0; j < v->n; j++) {
        const float t = target_of(v, j), e = expf(-fabsf(z[j]));
        loss += (z[j] > 0 ? z[j] : 0) + log1pf(e) - t * z[j];
        dz[j] = ((z[j] < 0 ? e : 1) / (1 + e) - t) * v->share;
    }
    return loss;
}

static int is_right(const verdict *v, const float *a) {
    if (v->label < 0) return 0;
    if (v->n == 1) return (a[0] > 0) == v->label;
    int32_t best = 0;
    for (int32_t j = 1; j < v->n; j++)
        if (a[j] > a[best]) best = j;
    return best == v->label;
}

static void through_softmax(const float *a, float *d, int32_t n) {
    float mean = 0;
    for (int32_t j = 0; j < n; j++) mean += d[j] * a[j];
    for (int32_t j = 0; j < n; j++) d[j] = a[j] * (d[j] - mean);
}

static void judge(epoch *e, int member, int64_t from, int rows, float share) {
    const int last = e->network->n_layers - 1;
    const bh_layer *layer = &e->network->layers[last];
    const bh_epoch_data *d = e->data;
    int64_t first, end;
    team_share(&e->crew, member, rows, &first, &end);
    for (int64_t i = first; i < end; i++) {
        const int64_t row = d->order[from + i];
        float *a = e->x[last + 1] + i * e->stride[last + 1], *dz = e->dz[last] + i * e->stride[last + 1];
        const verdict v = {e->network, layer->n_out, d->labels ? d->labels[row] : -1,
                           d->labels ? 0 : d->targets + row * layer->n_out, share};
        if (layer->activation == BH_SOFTMAX) softmax(a, v.n);
        for (int32_t j = v.n; j < padded(v.n); j++) dz[j] = 0;
        e->row_loss[i] = e->network->loss == BH_SQUARED_ERROR      ? squared_error(&v, a, dz)
                         : e->network->loss == BH_SOFTMAX_CROSS_ENTROPY ? softmax_cross_entropy(&v, a, dz)
                                                                        : binary_cross_entropy(&v, a, dz);
        e->row_right[i] = (unsigned char)is_right(&v, a);
        if (layer->activation == BH_SOFTMAX) through_softmax(a, dz, v.n);
        else
            for (int32_t j = 0; j < padded(v.n); j += LANES)
                store(dz + j, bent_back(layer->activation, layer->slope, load(a + j), load(dz + j)));
    }
}

/* Copy the columns of Wᵀ that belong to the units of one panel: (n_out, PANEL), 0 beyond the last unit. */
static void turn(const epoch *e, int l, int32_t unit, float *panel) {
    const bh_layer *layer = &e->network->layers[l];
    for (int32_t u = 0; u < PANEL; u++) {
        const float *w = e->params + e->places[l].weights + (int64_t)(unit + u) * e->places[l].stride;
        for (int32_t j = 0; j < layer->n_out; j++) panel[(int64_t)j * PANEL + u] = unit + u < layer->n_in ? w[j] : 0;
    }
}

static void backward(epoch *e, int member, int l, int rows) {
    const bh_layer *layer = &e->network->layers[l], *before = layer - 1;
    float *panel = e->panels + member * e->panel_floats;
    int32_t turned = -1;
    int64_t i, end;
    team_share(&e->crew, member, tiles(rows, layer->n_in), &i, &end);
    for (; i < end; i++) {
        const place p = tile_at(i, rows, layer->n_in);
        if (p.column != turned) turn(e, l, turned = p.column, panel);
        float *dz = e->dz[l - 1] + p.row * e->stride[l] + p.column;
        const float *a = e->x[l] + p.row * e->stride[l] + p.column;
        multiply((product){.a = e->dz[l] + p.row * e->stride[l + 1], .a_row = e->stride[l + 1], .a_step = 1,
                           .b = panel, .b_step = PANEL,
                           .depth = layer->n_out, .c = dz, .c_row = e->stride[l]},
                 p.rows, p.vectors);
        for (int r = 0; r < p.rows; r++, dz += e->stride[l], a += e->stride[l])
            for (int j = 0; j < p.vectors * LANES; j += LANES)
                store(dz + j, bent_back(before->activation, before->slope, load(a + j), load(dz + j)));
    }
}

/* Learning: what the optimizers of optimizers/ do, in one pass over weights, memory and gradient. */

typedef struct {
    int kind;
    float rate, momentum, beta1, beta2, epsilon; /* Adam's rate and ε hold the step's corrections */
    float decay;                                 /* into the gradient */
    float shrink;                                /* · the weights, before the step */
    float clip;                                  /* · the gradient */
} rule;

static rule rule_of_step(const bh_optimizer *o, int64_t step, double learning_rate) {
    rule u = {o->kind, (float)learning_rate, o->momentum, o->beta1, o->beta2, o->epsilon, o->weight_decay, 1, 1};
    if (o->kind == BH_ADAM || o->kind == BH_ADAMW) {
        const double t = (double)(o->steps + step + 1), fix = sqrt(1 - pow(o->beta2, t));
        u.rate = (float)(learning_rate * fix / (1 - pow(o->beta1, t)));
        u.epsilon = (float)(o->epsilon * fix);
    }
    if (o->kind == BH_ADAMW) {
        u.shrink = (float)(1 - learning_rate * o->weight_decay);
        u.decay = 0;
    }
    return u;
}

/* Move n weights at w, and what is remembered of them at m and v, by the gradient at g. */
INLINE void learn_as(const int kind, const rule *u, float *w, float *m, float *v, const float *g, int64_t n) {
    for (int64_t j = 0; j < n; j += LANES) {
        const vec old = load(w + j) * u->shrink, dw = load(g + j) * u->clip + u->decay * load(w + j);
        vec step = dw;
        if (kind == BH_MOMENTUM || kind == BH_NESTEROV) {
            const vec velocity = u->momentum * load(m + j) + dw;
            store(m + j, velocity);
            step = kind == BH_MOMENTUM ? velocity : dw + u->momentum * velocity;
        } else if (kind == BH_ADAM) {
            const vec mean = load(m + j), size = load(v + j);
            const vec new_mean = mean + (1 - u->beta1) * (dw - mean);
            const vec new_size = u->beta2 * size + (1 - u->beta2) * (dw * dw);
            store(m + j, new_mean);
            store(v + j, new_size);
            step = new_mean / (root(new_size) + u->epsilon);
        }
        store(w + j, old - u->rate * step);
    }
}

static void learn(const epoch *e, const rule *u, int64_t at, const float *g, int64_t n, int decays) {
    float *w = e->params + at, *m = e->first + at, *v = e->second + at;
    rule r = *u;
    if (!decays) r.decay = 0, r.shrink = 1;
    if (r.kind == BH_SGD) learn_as(BH_SGD, &r, w, m, v, g, n);
    else if (r.kind == BH_MOMENTUM) learn_as(BH_MOMENTUM, &r, w, m, v, g, n);
    else if (r.kind == BH_NESTEROV) learn_as(BH_NESTEROV, &r, w, m, v, g, n);
    else learn_as(BH_ADAM, &r, w, m, v, g, n);
}

/* How a batch's gradient is put together. */
typedef struct {
    int first, last; /* chunk of the batch? */
    int keep;        /* the gradient, in e->grads: there are more chunks, or it is clipped */
    const rule *learn; /* right away, or 0 */
} gradient_use;

static void bias_update(epoch *e, int l, int32_t column, int columns, int rows, gradient_use use) {
    const int64_t at = e->places[l].biases + column;
    float sum[PANEL];
    for (int j = 0; j < columns; j += LANES) {
        vec total = use.first ? all(0) : load(e->grads + at + j);
        for (int i = 0; i < rows; i++) total += load(e->dz[l] + (int64_t)i * e->stride[l + 1] + column + j);
        store(sum + j, total);
        if (use.keep) store(e->grads + at + j, total);
    }
    if (use.learn) learn(e, use.learn, at, sum, columns, 0);
}

static void update(epoch *e, int member, int l, int rows, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    float tile[TILE_ROWS * PANEL];
    int64_t i, end;
    team_share(&e->crew, member, tiles(layer->n_in, layer->n_out), &i, &end);
    for (; i < end; i++) {
        const place p = tile_at(i, layer->n_in, layer->n_out);
        const int64_t corner = at->weights + p.row * at->stride + p.column;
        float *dw = use.keep ? e->grads + corner : tile;
        const ptrdiff_t dw_row = use.keep ? at->stride : PANEL;
        multiply((product){.a = e->x[l] + p.row, .a_row = 1, .a_step = e->stride[l],
                           .b = e->dz[l] + p.column, .b_step = e->stride[l + 1],
                           .depth = rows, .c = dw, .c_row = dw_row, .add = !use.first},
                 p.rows, p.vectors);
        if (use.learn)
            for (int r = 0; r < p.rows; r++)
                learn(e, use.learn, corner + r * at->stride, dw + r * dw_row, p.vectors * LANES, 1);
        if (p.row == 0) bias_update(e, l, p.column, p.vectors * LANES, rows, use);
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
            learn(e, u, row, e->grads + row, padded(layer->n_out), 1);
        }
        if (member == 0) learn(e, u, at->biases, e->grads + at->biases, padded(layer->n_out), 0);
    }
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
    const int n_layers = e->network->n_layers;
    const int64_t from = step * d->batch_size;
    const int64_t n = d->n_order - from < d->batch_size ? d->n_order - from : d->batch_size;
    rule u = rule_of_step(e->optimizer, step, d->learning_rates[step]);
    const int clips = e->optimizer->clip_norm > 0;
    for (int64_t done = 0; done < n; done += CHUNK) {
        const int rows = n - done < CHUNK ? (int)(n - done) : CHUNK;
        const int first = done == 0, last = done + rows == n;
        const gradient_use use = {first, last, clips || !(first && last), last && !clips ? &u : 0};
        gather(e, member, from + done, rows);
        team_wait(&e->crew);
        for (int l = 0; l < n_layers; l++) {
            forward(e, member, l, rows);
            team_wait(&e->crew);
        }
        judge(e, member, from + done, rows, 1.0f / (float)n);
        team_wait(&e->crew);
        if (member == 0) count(e, rows);
        for (int l = n_layers - 1; l > 0; l--) {
            backward(e, member, l, rows);
            team_wait(&e->crew);
        }
        for (int l = 0; l < n_layers; l++) update(e, member, l, rows, use);
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

void NAMED(BH_KERNEL)(void *task, int member) {
    epoch *e = task;
    for (int64_t step = 0; step < steps_of(e->data); step++) {
        train_batch(e, member, step);
        if (member == 0) close_step(e);
        team_wait(&e->crew);
        if (e->status != BH_OK) return;
    }
}
