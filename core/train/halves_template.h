/* dz W^T of a layer that threads divide by columns: each thread multiplies with the columns of W
 * that it updates, and so reads none of another's.
 *
 *     dz W^T = dz[:, first half] W[:, first half]^T + dz[:, second half] W[:, second half]^T
 *
 * Two threads have half of the units each; more share a half, by tiles of its result. Then each
 * adds up the columns whose layer before it has. With 256 units and 64 examples, two threads
 * exchange 32 KiB a layer in this way, and 128 KiB of W if each computes some columns of dz W^T.
 * Halves are those of the layer, whatever the number of threads, so sums stay the same. */
#ifndef BYHAND_HALVES_TEMPLATE_H
#define BYHAND_HALVES_TEMPLATE_H

#include "train/dense_template.h"
#include "train/post_ops_template.h"

/* The units of a half, 0 or 1: whole panels of dz. */
static unit_range units_of_half(const dense_layer *d, int half) {
    const int32_t middle = (int32_t)round_up(d->n_out / 2, MAX_NR);
    return half ? (unit_range){middle, d->n_out} : (unit_range){0, middle};
}

/* A thread's tiles of a half's result (rows, columns), when those of both are numbered one half
 * after the other. */
static tile_range tiles_of_half(const thread_team *team, int tid, int half, int64_t rows,
                                int32_t columns) {
    const int64_t n = n_tiles(rows, columns);
    int64_t first, end;
    team_partition(team, tid, 2 * n, &first, &end);
    return make_tile_range(0, rows, columns, clamp(first - half * n, 0, n),
                           clamp(end - half * n, 0, n));
}

/* Both halves of dz (rows, n_out) W^T, in dx and second (rows, n_in): a thread's tiles. */
static void backward_halves(const dense_layer *d, const thread_team *team, int tid, int64_t rows,
                            matrix dz, matrix dx, matrix second, float *packed) {
    const previous_activation none = {.kind = BH_IDENTITY};
    for (int half = 0; half < 2; half++) {
        backward(d, dz, half ? second : dx, &none, units_of_half(d, half),
                 tiles_of_half(team, tid, half, rows, d->n_in), packed);
    }
}

/* dx = (dx + second) * f', for a part of it. */
static void add_halves(const previous_activation *f, matrix dx, matrix second, submatrix p) {
    for (int32_t j = p.column; j < p.column + p.columns; j += LANES) {
        for (int64_t i = p.row; i < p.row + p.rows; i++) {
            vec d = v_load(element(dx, i, j)) + v_load(element(second, i, j));
            if (f->kind != BH_IDENTITY) {
                d = activate_backward(f->kind, f->slope, v_load(element(f->x, i, j)), d);
            }
            v_store(element(dx, i, j), d);
        }
    }
}

#endif
