/* A phase's matrix in tiles, and which of them are whose. */
#ifndef BYHAND_PARTITION_TEMPLATE_H
#define BYHAND_PARTITION_TEMPLATE_H

#include "train/context.h"
#include "gemm/microkernel_template.h"

enum { NR = NR_ };

/* A phase computes a matrix tile by tile. A member's part of it is either all tiles of its own rows, or, of all rows, a
 * run of tiles in the order panel by panel: then it has as few panels as can be, and they stay in its cache. It goes
 * through them stretch by stretch, where a stretch is some blocks of rows: all, unless what the rows need is best made
 * where it is used. */
typedef struct {
    int64_t first_row, rows, blocks;
    int32_t columns, first_panel, end_panel;
    int64_t first_tile, end; /* its tiles, in the order panel by panel */
    int64_t blocks_per_pass;    /* blocks in a stretch */
    int64_t row_block;    /* where it is: in blocks */
    int32_t panel;
} tile_range;

/* What lies below one another in a stretch: some rows of one panel. */
typedef struct {
    int64_t row_block, row_block_end; /* rows */
    int64_t row, end;
    int32_t column;
    int vectors;
} panel_slice;

static int64_t n_row_blocks(int64_t rows) { return (rows + MR - 1) / MR; }

static int64_t n_tiles(int64_t rows, int32_t columns) {
    return n_row_blocks(rows) * ((padded(columns) + NR - 1) / NR);
}

static tile_range make_tile_range(int64_t first_row, int64_t rows, int32_t columns, int64_t first_tile, int64_t end) {
    const int64_t blocks = n_row_blocks(rows), any_blocks = blocks > 0 ? blocks : 1;
    const int32_t panel = (int32_t)(first_tile / any_blocks), end_panel = first_tile < end ? (int32_t)((end + any_blocks - 1) / any_blocks) : panel;
    return (tile_range){first_row, rows, blocks, columns, panel, end_panel, first_tile, end, .blocks_per_pass = any_blocks, .panel = panel};
}

static tile_range all_tiles(int64_t first_row, int64_t rows, int32_t columns) {
    return make_tile_range(first_row, rows, columns, 0, n_tiles(rows, columns));
}

static tile_range tiles_of_thread(const train_context *e, int tid, int64_t rows, int32_t columns) {
    int64_t first_tile, end;
    team_partition(&e->team, tid, n_tiles(rows, columns), &first_tile, &end);
    return make_tile_range(0, rows, columns, first_tile, end);
}

static tile_range rows_of_thread(const train_context *e, int tid, int64_t rows, int32_t columns) {
    int64_t first_tile, end;
    team_partition(&e->team, tid, n_row_blocks(rows), &first_tile, &end);
    end = end * MR < rows ? end * MR : rows;
    return all_tiles(first_tile * MR, end - first_tile * MR, columns);
}

static int64_t clamp(int64_t n, int64_t low, int64_t high) { return n < low ? low : n > high ? high : n; }

static int panel_vectors(const tile_range *p, int32_t panel) {
    const int32_t width = padded(p->columns) - panel * NR;
    return (width < NR ? width : NR) / LANES;
}

/* Take the next run of a part; return 0 when there is none. At the part's ends a run may have no rows. */
static int next_slice(tile_range *p, panel_slice *r) {
    if (p->panel == p->end_panel) p->panel = p->first_panel, p->row_block += p->blocks_per_pass;
    if (p->row_block >= p->blocks || p->panel == p->end_panel) return 0;
    const int64_t panel_start = p->panel * p->blocks, pass_end = clamp(p->row_block + p->blocks_per_pass, 0, p->blocks);
    const int64_t block = clamp(p->row_block, p->first_tile - panel_start, p->end - panel_start);
    const int64_t end = clamp(pass_end, p->first_tile - panel_start, p->end - panel_start);
    r->row_block = p->first_row + p->row_block * MR;
    r->row_block_end = p->first_row + clamp(pass_end * MR, 0, p->rows);
    r->row = p->first_row + block * MR;
    r->end = p->first_row + clamp(end * MR, 0, p->rows);
    r->column = p->panel * NR;
    r->vectors = panel_vectors(p, p->panel);
    p->panel++;
    return 1;
}

/* Rows of the tile of a run that begins at row i. */
static int edge_rows(const panel_slice *r, int64_t i) { return r->end - i < MR ? (int)(r->end - i) : MR; }

#endif
