/* How a result matrix C is divided over threads and walked tile by tile.
 *
 * C (rows, columns) is cut into panels of NR columns and row blocks of MR rows; where they cross is
 * a tile. Tiles are numbered panel by panel, from top to bottom:
 *
 *               panel 0   panel 1   panel 2
 *     block 0   tile 0    tile 3    tile 6
 *     block 1   tile 1    tile 4    tile 7
 *     block 2   tile 2    tile 5    tile 8
 *
 * A thread gets a contiguous range of tiles of the whole matrix, that is as few panels as possible,
 * which stay in its cache (tiles_of_thread); or all tiles of its own rows (rows_of_thread), if it
 * needs no other thread's results to compute them. It walks its range by slices: the tiles of one
 * panel. */
#ifndef BYHAND_PARTITION_TEMPLATE_H
#define BYHAND_PARTITION_TEMPLATE_H

#include <stdbool.h>

#include "gemm/simd.h"
#include "runtime/team.h"
#include "train/blocking.h"

/* A range of tiles, and the position of a walk through it. */
typedef struct {
    int64_t first_row, rows, blocks; /* of C, or of the rows that are the thread's own */
    int32_t columns;
    int32_t first_panel, end_panel;
    int64_t first_tile, end_tile;
    int64_t blocks_per_pass; /* row blocks that all panels use before the next ones: all, unless
                              * operands are made on the way and must stay in the cache */
    int64_t pass_block;      /* position: first block of the pass */
    int32_t panel;           /* position */
} tile_range;

/* The tiles of one panel in one pass. At the ends of a range it may have no rows. */
typedef struct {
    int64_t pass_row, pass_end; /* the rows of the pass */
    int64_t row, end;           /* the rows to compute */
    int32_t column;             /* of the panel's first column */
    int n_vectors;              /* width of the panel: 1 ... NR_VECTORS vectors */
} panel_slice;

static int64_t n_row_blocks(int64_t rows) {
    return (rows + MR - 1) / MR;
}

static int64_t n_tiles(int64_t rows, int32_t columns) {
    return n_row_blocks(rows) * ((padded(columns) + NR - 1) / NR);
}

static tile_range make_tile_range(int64_t first_row, int64_t rows, int32_t columns,
                                  int64_t first_tile, int64_t end_tile) {
    const int64_t blocks = n_row_blocks(rows);
    const int64_t divisor = blocks > 0 ? blocks : 1;
    const int32_t first_panel = (int32_t)(first_tile / divisor);
    const int32_t end_panel =
        first_tile < end_tile ? (int32_t)((end_tile + divisor - 1) / divisor) : first_panel;
    return (tile_range){.first_row = first_row,
                        .rows = rows,
                        .blocks = blocks,
                        .columns = columns,
                        .first_panel = first_panel,
                        .end_panel = end_panel,
                        .first_tile = first_tile,
                        .end_tile = end_tile,
                        .blocks_per_pass = divisor,
                        .panel = first_panel};
}

static tile_range all_tiles(int64_t first_row, int64_t rows, int32_t columns) {
    return make_tile_range(first_row, rows, columns, 0, n_tiles(rows, columns));
}

static tile_range tiles_of_thread(const thread_team *team, int tid, int64_t rows, int32_t columns) {
    int64_t first, end;
    team_partition(team, tid, n_tiles(rows, columns), &first, &end);
    return make_tile_range(0, rows, columns, first, end);
}

/* The same for the panels of C from that of `column` on. */
static tile_range tiles_of_thread_from(const thread_team *team, int tid, int64_t rows,
                                       int32_t columns, int32_t column) {
    const int64_t before = column / NR * n_row_blocks(rows);
    int64_t first, end;
    team_partition(team, tid, n_tiles(rows, columns) - before, &first, &end);
    return make_tile_range(0, rows, columns, before + first, before + end);
}

static tile_range rows_of_thread(const thread_team *team, int tid, int64_t rows, int32_t columns) {
    int64_t first, end;
    team_partition(team, tid, n_row_blocks(rows), &first, &end);
    end = end * MR < rows ? end * MR : rows;
    return all_tiles(first * MR, end - first * MR, columns);
}

static int64_t clamp(int64_t n, int64_t low, int64_t high) {
    if (n < low) {
        return low;
    }
    return n > high ? high : n;
}

static int panel_vectors(const tile_range *t, int32_t panel) {
    const int32_t width = padded(t->columns) - panel * NR;
    return (width < NR ? width : NR) / LANES;
}

/* Take the next slice of a range; return whether there was one. Passes from top to bottom, in each
 * pass panels from left to right. */
static bool next_slice(tile_range *t, panel_slice *s) {
    if (t->panel == t->end_panel) {
        t->panel = t->first_panel;
        t->pass_block += t->blocks_per_pass;
    }
    if (t->pass_block >= t->blocks || t->panel == t->end_panel) {
        return false;
    }
    const int64_t panel_tile = t->panel * t->blocks; /* the panel's first */
    const int64_t pass_end = clamp(t->pass_block + t->blocks_per_pass, 0, t->blocks);
    const int64_t first_tile = t->first_tile - panel_tile;
    const int64_t end_tile = t->end_tile - panel_tile;
    const int64_t block = clamp(t->pass_block, first_tile, end_tile);
    const int64_t end = clamp(pass_end, first_tile, end_tile);
    s->pass_row = t->first_row + t->pass_block * MR;
    s->pass_end = t->first_row + clamp(pass_end * MR, 0, t->rows);
    s->row = t->first_row + block * MR;
    s->end = t->first_row + clamp(end * MR, 0, t->rows);
    s->column = t->panel * NR;
    s->n_vectors = panel_vectors(t, t->panel);
    t->panel++;
    return true;
}

/* Rows of the tile that begins at `row`: MR, or fewer at the lower edge. */
static int edge_rows(const panel_slice *s, int64_t row) {
    return s->end - row < MR ? (int)(s->end - row) : MR;
}

#endif
