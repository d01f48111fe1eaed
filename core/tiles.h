/* A phase's matrix in tiles, and which of them are whose. */
#ifndef BYHAND_TILES_H
#define BYHAND_TILES_H

#include "epoch.h"
#include "product.h"

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

#endif
