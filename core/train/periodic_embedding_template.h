/* Periodic embedding: a column x becomes cos(2 pi w x + phi) V + c as well. The equation numbers
 * are those of layers/periodic_embedding.py. Angles are in turns, so that w needs no factor and
 * whole turns are taken away exactly. The new numbers lie behind the n_in columns of the first
 * layer's input, and their gradient in the same place of that input's gradient, dx. */
#ifndef BYHAND_PERIODIC_EMBEDDING_TEMPLATE_H
#define BYHAND_PERIODIC_EMBEDDING_TEMPLATE_H

#include "train/dense_template.h"
#include "train/embedding_layout.h"
#include "train/gradients_template.h"

#define TURN 6.28318531f /* radians */

/* The arrays of one column's block: parameters, or their gradient. */
typedef struct {
    float *frequencies, *phases, *v, *c;
    int32_t stride;
} embedded_column;

static embedded_column column_in(const bh_embedding *e, float *block) {
    const int32_t stride = padded(e->n_frequencies);
    return (embedded_column){.frequencies = block,
                             .phases = block + stride,
                             .v = block + 2 * stride,
                             .c = block + (int64_t)(2 + e->n_out) * stride,
                             .stride = stride};
}

/* (1): the angles of LANES waves from wave k on, in turns. */
INLINE vec turns_at(const embedded_column *p, int32_t k, float x) {
    return x * v_load(p->frequencies + k) + v_load(p->phases + k) * (1 / TURN);
}

/* Write the new numbers (4) behind the n_in of one example, x. blocks: the embedding's parameters.
 */
static void embed(const bh_embedding *e, float *blocks, float *x) {
    float waves[BH_MAX_FREQUENCIES], *y = x + e->n_in;
    for (int32_t j = 0; j < e->n_columns; j++) {
        const embedded_column p = column_in(e, blocks + j * block_floats(e));
        for (int32_t k = 0; k < p.stride; k += LANES) {
            v_store(waves + k, v_cos_turns(turns_at(&p, k, x[e->columns[j]]))); /* (2) */
        }
        for (int32_t i = 0; i < e->n_out; i++) { /* V is 0 behind the last wave */
            *y++ = p.c[i] + dot(waves, p.v + (int64_t)i * p.stride, p.stride); /* (3) */
        }
    }
}

/* Add the gradient of column j's LANES waves from wave k on, over all rows, to g. p: parameters. */
static void add_wave_gradients(const bh_embedding *e, const embedded_column *p,
                               const embedded_column *g, int32_t j, int32_t k, matrix x, matrix dx,
                               int rows) {
    const ivec is_wave = v_lane_mask(e->n_frequencies - k);
    vec dphase = v_load(g->phases + k), dfrequency = v_load(g->frequencies + k);
    for (int r = 0; r < rows; r++) {
        const float column = *element(x, r, e->columns[j]);
        const float *de = element(dx, r, e->n_in + j * e->n_out);
        const vec turns = turns_at(p, k, column);
        const vec wave = v_select(is_wave, v_cos_turns(turns), v_set1(0));
        vec dwave = {0};
        for (int32_t i = 0; i < e->n_out; i++) {
            const int64_t at = (int64_t)i * p->stride + k;
            dwave += de[i] * v_load(p->v + at);
            v_store(g->v + at, v_load(g->v + at) + de[i] * wave); /* (5) */
        }
        const vec du = -v_sin_turns(turns) * dwave; /* (7) */
        dphase += du;                               /* (8) */
        dfrequency += TURN * column * du;           /* (9) */
    }
    v_store(g->phases + k, dphase);
    v_store(g->frequencies + k, dfrequency);
}

/* Add the gradient of column j over all rows to g. */
static void add_column_gradient(const bh_embedding *e, const embedded_column *p,
                                const embedded_column *g, int32_t j, matrix x, matrix dx,
                                int rows) {
    for (int32_t k = 0; k < p->stride; k += LANES) {
        add_wave_gradients(e, p, g, j, k, x, dx, rows);
    }
    for (int r = 0; r < rows; r++) {
        const float *de = element(dx, r, e->n_in + j * e->n_out);
        for (int32_t i = 0; i < e->n_out; i++) {
            g->c[i] += de[i]; /* (6) */
        }
    }
}

/* The gradient of a thread's columns, and their update. offset: of the embedding in the arrays. */
static void embedding_gradients(const bh_embedding *e, const parameters *p, float *grads,
                                int64_t offset, matrix x, matrix dx, const thread_team *team,
                                int tid, const grad_mode *mode) {
    const int64_t n = block_floats(e);
    int64_t j, end;
    team_partition(team, tid, e->n_columns, &j, &end);
    for (; j < end; j++) {
        const int64_t at = offset + j * n;
        if (mode->first_microbatch) {
            memset(grads + at, 0, (size_t)n * sizeof *grads);
        }
        const embedded_column own = column_in(e, p->params + at), g = column_in(e, grads + at);
        add_column_gradient(e, &own, &g, (int32_t)j, x, dx, mode->rows);
        if (mode->steps) {
            optimizer_update(p, &mode->steps->embedding, at, grads + at, n);
        }
    }
}

#endif
