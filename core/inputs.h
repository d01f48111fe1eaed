/* From stored examples to the first layer's input: x = stored · scale + shift, moved first where pictures move.
 *
 * And where an example is more than background. Four fifths of a digit's picture are 0, so of bytes the matrix holds
 * stored · scale alone, which is 0 there; what shift does is the same for all examples, shift · W in every sum and
 * dW = shift · Σ dz, and is added once. Then products skip what is 0: forward, an input that is background in all
 * TILE_ROWS examples of a block (of MNIST's 56 %); in the gradient, an example that is background in all TILE_ROWS
 * inputs of a group (66 %). */
#ifndef BYHAND_INPUTS_H
#define BYHAND_INPUTS_H

#include <string.h>

#include "optimizers.h"
#include "tiles.h"

/* Return the row as it is stored, moved into `scratch` if pictures are. What comes in from outside is 0. */
static const void *stored_row(const bh_epoch_data *d, int32_t n, int64_t place, void *scratch) {
    const int64_t size = d->inputs_are_bytes ? 1 : sizeof(float);
    const char *picture = (const char *)d->inputs + row_at(d, place) * n * size;
    if (!d->moved) return picture;
    const int right = d->moved[2 * place], down = d->moved[2 * place + 1];
    const int width = d->width - (right < 0 ? -right : right);
    memset(scratch, 0, (size_t)(n * size));
    for (int r = 0; r < d->height; r++)
        if (r - down >= 0 && r - down < d->height && width > 0)
            memcpy((char *)scratch + ((int64_t)r * d->width + (right > 0 ? right : 0)) * size,
                   picture + ((int64_t)(r - down) * d->width + (right < 0 ? -right : 0)) * size, (size_t)(width * size));
    return scratch;
}

enum { ALL = -1 /* instead of a length: no list */ };

/* Ask for the row early: from the main memory it takes as long as two thousand multiplications. */
static void ask_for_row(const bh_epoch_data *d, int32_t n, int64_t place) {
    const int64_t bytes = n * (d->inputs_are_bytes ? 1 : (int64_t)sizeof(float));
    const char *row = (const char *)d->inputs + row_at(d, place) * bytes;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i, 0, 2);
}

static void convert_bytes(const unsigned char *restrict stored, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) store(x + j, load_bytes(stored + j) * load(d->scale + j) + load(d->shift + j));
    for (; j < n; j++) x[j] = (float)stored[j] * d->scale[j] + d->shift[j];
}

static void convert_floats(const float *restrict stored, const bh_epoch_data *d, int32_t n, float *restrict x) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) store(x + j, load(stored + j) * load(d->scale + j) + load(d->shift + j));
    for (; j < n; j++) x[j] = stored[j] * d->scale[j] + d->shift[j];
}

static void convert(const bh_epoch_data *d, int32_t n, const void *stored, float *x) {
    if (d->inputs_are_bytes) convert_bytes(stored, d, n, x);
    else convert_floats(stored, d, n, x);
}

/* Convert without the shift, and mark what is not background: bit r of marks[j] is example r of the block. */
static void convert_and_mark(const unsigned char *restrict stored, const float *restrict scale, int32_t n, float *restrict x,
                             int r, unsigned char *restrict marks) {
    int32_t j = 0;
    for (; j + LANES <= n; j += LANES) store(x + j, load_bytes(stored + j) * load(scale + j));
    for (; j < n; j++) x[j] = (float)stored[j] * scale[j];
    const unsigned char bit = (unsigned char)(1 << r);
    for (j = 0; j < n; j++) marks[j] |= stored[j] ? bit : 0;
}

/* Write base + the places of the bits of a mark, and return how many there are. Writes eight numbers. */
INLINE int32_t put_places(const epoch *e, int mark, int32_t base, int32_t *list) {
    const int32_t *places = e->bit_places + 8 * mark;
    for (int i = 0; i < 8; i++) list[i] = base + places[i];
    return __builtin_popcount((unsigned)mark);
}

/* Return 8 bits: which of 8 marks (each below 128) are not 0. */
INLINE int some_of_eight(const unsigned char *marks) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, marks, sizeof word);
    word = ((word + 0x7f7f7f7f7f7f7f7f) & 0x8080808080808080) >> 7;
    return (int)(word * 0x0102040810204080 >> 56);
#else
    int bits = 0;
    for (int i = 0; i < 8; i++) bits |= (marks[i] != 0) << i;
    return bits;
#endif
}

/* Return the marks of a group of TILE_ROWS inputs, together. */
INLINE int together(const unsigned char *marks) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, marks, sizeof word);
    word |= (word & 0xffffff000000) >> 24; /* six bytes become three, three become one */
    return (int)((word | word >> 8 | word >> 16) & 63);
#else
    int all = 0;
    for (int i = 0; i < TILE_ROWS; i++) all |= marks[i];
    return all;
#endif
}

/* A list that leaves little out is not worth it: the products then run over all. */
static int32_t worth(int32_t found, int32_t n) { return found <= n - n / 4 ? found : ALL; }

/* Convert one block of examples, from place `from` on, and list its inputs. */
static void gather_block(epoch *e, int64_t block, int64_t from, int rows, void *scratch) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    unsigned char *marks = e->marks + block * e->marks_stride;
    int32_t *list = e->inputs_of + block * e->list_stride, found = 0;
    memset(marks, 0, (size_t)e->marks_stride);
    for (int r = 0; r < rows; r++) {
        const unsigned char *stored = stored_row(d, n, from + r, scratch);
        convert_and_mark(stored, d->scale, n, e->x[0] + (block * TILE_ROWS + r) * e->stride[0], r, marks);
    }
    for (int32_t k = 0; k < n; k += 8) found += put_places(e, some_of_eight(marks + k), k, list + found);
    e->n_inputs_of[block] = worth(found, n);
}

/* Convert this member's share of the chunk that begins at place `from`, block by block; the next is asked for early. */
static void gather(epoch *e, int member, int64_t from, int rows) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    void *scratch = e->scratch + (int64_t)member * n;
    const part own = own_rows(e, member, rows, n);
    const int64_t end = own.first_row + own.rows;
    for (int64_t i = own.first_row; i < end; i += TILE_ROWS) {
        const int in_block = end - i < TILE_ROWS ? (int)(end - i) : TILE_ROWS;
        for (int64_t ahead = i + TILE_ROWS; ahead < i + 2 * TILE_ROWS && ahead < end; ahead++) ask_for_row(d, n, from + ahead);
        if (e->on_background) gather_block(e, i / TILE_ROWS, from + i, in_block, scratch);
        else
            for (int r = 0; r < in_block; r++)
                convert(d, n, stored_row(d, n, from + i + r, scratch), e->x[0] + (i + r) * e->stride[0]);
    }
}

/* List the examples of every group of inputs, this member's share of the groups; the blocks' marks must be there. */
static void list_examples(epoch *e, int member, int rows) {
    const int64_t groups = blocks_of(e->network->layers[0].n_in), blocks = blocks_of(rows);
    int64_t g, end;
    team_share(&e->crew, member, e->on_background ? groups : 0, &g, &end);
    for (; g < end; g++) {
        const unsigned char *marks = e->marks + g * TILE_ROWS;
        int32_t *list = e->examples_of + g * (e->chunk + PADDING), found = 0;
        for (int64_t b = 0; b < blocks; b++, marks += e->marks_stride)
            found += put_places(e, together(marks), (int32_t)b * TILE_ROWS, list + found);
        e->n_examples_of[g] = worth(found, rows);
    }
}

#endif
