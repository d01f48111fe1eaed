/* Embeddings: a column x becomes v V + c, with v from periodic_embedding_template.h or
 * piecewise_embedding_template.h. The new numbers lie behind those that pass in the first layer's
 * input, and their gradient in the same place of that input's gradient, dx. */
#ifndef BYHAND_EMBEDDING_TEMPLATE_H
#define BYHAND_EMBEDDING_TEMPLATE_H

#include "train/dense_template.h"
#include "train/embedding_layout.h"
#include "train/gradients_template.h"
#include "train/periodic_embedding_template.h"
#include "train/piecewise_embedding_template.h"

/* Copy the columns of x (n_in) that are embedded; in x close the gaps of those that do not pass. */
static void take_columns(const bh_embedding *e, float *x, float *columns) {
    for (int32_t j = 0; j < e->n_columns; j++) {
        columns[j] = x[e->columns[j]];
    }
    if (n_passed(e) == e->n_in) {
        return;
    }
    for (int32_t i = 0, j = 0; i < e->n_in; i++) {
        if (j < e->n_columns && e->columns[j] == i) {
            j++;
        } else {
            x[i - j] = x[i];
        }
    }
}

/* Write the new numbers of one example, x, behind those that pass, and its columns that are
 * embedded. blocks: the embedding's parameters. */
static void embed(const bh_embedding *e, float *blocks, float *x, float *columns) {
    float basis[2 * BH_MAX_RESOLUTION], *y = x + n_passed(e);
    take_columns(e, x, columns);
    for (int32_t j = 0; j < e->n_columns; j++) {
        const embedded_column p = column_in(e, blocks + j * block_floats(e));
        if (e->kind == BH_PIECEWISE_LINEAR) {
            fill_ramps(e, j, columns[j], basis);
        } else {
            fill_waves(e, &p, columns[j], basis);
        }
        for (int32_t i = 0; i < e->n_out; i++) {
            *y++ = p.c[i] + dot(basis, p.v + (int64_t)i * p.stride, p.stride);
        }
    }
}

/* Add the gradient of column j's V, for ramps, over all rows to g. */
static void add_ramp_gradients(const bh_embedding *e, const embedded_column *g, int32_t j,
                               matrix columns, matrix dx, int rows) {
    float ramps[BH_MAX_RESOLUTION];
    for (int r = 0; r < rows; r++) {
        const float *de = element(dx, r, n_passed(e) + j * e->n_out);
        fill_ramps(e, j, *element(columns, r, j), ramps);
        for (int32_t i = 0; i < e->n_out; i++) {
            float *dv = g->v + (int64_t)i * g->stride;
            for (int32_t k = 0; k < g->stride; k += LANES) {
                v_store(dv + k, v_load(dv + k) + de[i] * v_load(ramps + k));
            }
        }
    }
}

/* Add the gradient of column j over all rows to g. p: parameters. */
static void add_column_gradient(const bh_embedding *e, const embedded_column *p,
                                const embedded_column *g, int32_t j, matrix columns, matrix dx,
                                int rows) {
    if (e->kind == BH_PIECEWISE_LINEAR) {
        add_ramp_gradients(e, g, j, columns, dx, rows);
    }
    for (int32_t k = 0; p->frequencies && k < e->resolution; k += LANES) {
        add_wave_gradients(e, p, g, j, k, columns, dx, rows);
    }
    for (int r = 0; r < rows; r++) {
        const float *de = element(dx, r, n_passed(e) + j * e->n_out);
        for (int32_t i = 0; i < e->n_out; i++) {
            g->c[i] += de[i];
        }
    }
}

/* The gradient of a thread's columns, and their update. offset: of the embedding in the arrays.
 * columns: those that are embedded. */
static void embedding_gradients(const bh_embedding *e, const parameters *p, float *grads,
                                int64_t offset, matrix columns, matrix dx, const thread_team *team,
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
        add_column_gradient(e, &own, &g, (int32_t)j, columns, dx, mode->examples);
        if (mode->steps) {
            optimizer_update(p, &mode->steps->embedding, at, grads + at, n);
        }
    }
}

#endif
