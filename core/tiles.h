/* A phase's matrix in tiles, and which of them are whose. */
#ifndef BYHAND_TILES_H
#define BYHAND_TILES_H

#include "epoch.h"
#include "product.h"

enum { PANEL = TILE_WIDTH };

/* A phase computes a matrix tile by tile. A member's part of it is either all tiles of its own rows, or, of all rows, a
 * run of tiles in the order panel by panel: then it has as few panels as can be, and they stay in its cache. It goes
 * through them stretch by stretch, where a stretch is some blocks of rows: all, unless what the rows need is best made
 * where it is used. */
typedef struct {
    int64_t first_row, rows, blocks;
    int32_t columns, first_panel, end_panel;
    int64_t first, end; /* its tiles, in the order panel by panel */
    int64_t at_once;    /* blocks in a stretch */
    int64_t stretch;    /* where it is: in blocks */
    int32_t panel;
} part;

/* What lies below one another in a stretch: some rows of one panel. */
typedef struct {
    int64_t stretch, stretch_end; /* rows */
    int64_t row, end;
    int32_t column;
    int vectors;
} run;

static int64_t blocks_of(int64_t rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }

static int64_t tiles_of(int64_t rows, int32_t columns) {
    return blocks_of(rows) * ((padded(columns) + PANEL - 1) / PANEL);
}

static part from_tile_to_tile(int64_t first_row, int64_t rows, int32_t columns, int64_t first, int64_t end) {
    const int64_t blocks = blocks_of(rows), any = blocks > 0 ? blocks : 1;
    const int32_t panel = (int32_t)(first / any), end_panel = first < end ? (int32_t)((end + any - 1) / any) : panel;
    return (part){first_row, rows, blocks, columns, panel, end_panel, first, end, .at_once = any, .panel = panel};
}

static part all_tiles(int64_t first_row, int64_t rows, int32_t columns) {
    return from_tile_to_tile(first_row, rows, columns, 0, tiles_of(rows, columns));
}

static part some_tiles(const epoch *e, int member, int64_t rows, int32_t columns) {
    int64_t first, end;
    team_share(&e->crew, member, tiles_of(rows, columns), &first, &end);
    return from_tile_to_tile(0, rows, columns, first, end);
}

static part own_rows(const epoch *e, int member, int64_t rows, int32_t columns) {
    int64_t first, end;
    team_share(&e->crew, member, blocks_of(rows), &first, &end);
    end = end * TILE_ROWS < rows ? end * TILE_ROWS : rows;
    return all_tiles(first * TILE_ROWS, end - first * TILE_ROWS, columns);
}

static int64_t in_between(int64_t n, int64_t least, int64_t most) { return n < least ? least : n > most ? most : n; }

static int vectors_of(const part *p, int32_t panel) {
    const int32_t width = padded(p->columns) - panel * PANEL;
    return (width < PANEL ? width : PANEL) / LANES;
}

/* Take the next run of a part; return 0 when there is none. At the part's ends a run may have no rows. */
static int next_run(part *p, run *r) {
    if (p->panel == p->end_panel) p->panel = p->first_panel, p->stretch += p->at_once;
    if (p->stretch >= p->blocks || p->panel == p->end_panel) return 0;
    const int64_t above = p->panel * p->blocks, behind = in_between(p->stretch + p->at_once, 0, p->blocks);
    const int64_t block = in_between(p->stretch, p->first - above, p->end - above);
    const int64_t end = in_between(behind, p->first - above, p->end - above);
    r->stretch = p->first_row + p->stretch * TILE_ROWS;
    r->stretch_end = p->first_row + in_between(behind * TILE_ROWS, 0, p->rows);
    r->row = p->first_row + block * TILE_ROWS;
    r->end = p->first_row + in_between(end * TILE_ROWS, 0, p->rows);
    r->column = p->panel * PANEL;
    r->vectors = vectors_of(p, p->panel);
    p->panel++;
    return 1;
}

/* Rows of the tile of a run that begins at row i. */
static int rows_at(const run *r, int64_t i) { return r->end - i < TILE_ROWS ? (int)(r->end - i) : TILE_ROWS; }

#endif
