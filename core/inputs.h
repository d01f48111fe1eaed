/* From stored examples to the first layer's input: x = stored · scale + shift, moved first where pictures move.
 *
 * And where an example is more than background. Four fifths of a digit's picture are 0, so bytes stay bytes until a
 * product needs some of them, as stored · scale, which is 0 there; what shift does is the same for all examples,
 * shift · W in every sum and dW = shift · Σ dz, and is added once. Then products skip what is 0: forward, an input that
 * is background in all TILE_ROWS examples of a block (of MNIST's 61 %); in the gradient, an example that is background
 * in all TILE_ROWS inputs of a group (72 %). */
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

/* Copy a row and mark what is not background: bit r of marks[j] is example r of eight. */
static void copy_and_mark(const unsigned char *restrict stored, int32_t n, unsigned char *restrict copy, int r,
                          unsigned char *restrict marks) {
    const unsigned char bit = (unsigned char)(1 << r);
    memcpy(copy, stored, (size_t)n);
    for (int32_t j = 0; j < n; j++) marks[j] |= stored[j] ? bit : 0;
}

/* A list that leaves little out is not worth it: the products then run over all. */
static int32_t worth(int32_t found, int32_t n) { return found <= n - n / 4 ? found : ALL; }

/* List the inputs of one block: those with one of its examples' bits in their mark. */
static void list_inputs(epoch *e, int64_t block, const unsigned char *marks, int bits) {
    const int32_t n = e->network->layers[0].n_in;
    int32_t *list = e->inputs_of + block * e->list_stride, found = 0;
    for (int32_t k = 0; k < n; k += 16)
        found += list_bits(some_of_sixteen(marks + k, bits), k, list + found, e->bit_places);
    e->n_inputs_of[block] = worth(found, n);
}

/* Take in eight examples, or fewer at the chunk's end, the first of them from place `from`. */
static void gather_eight(epoch *e, int64_t eight, int64_t from, int rows, void *scratch) {
    const int32_t n = e->network->layers[0].n_in;
    unsigned char *marks = e->marks + eight * e->marks_stride, *copy = e->stored + eight * 8 * e->stored_stride;
    memset(marks, 0, (size_t)e->marks_stride);
    for (int r = 0; r < rows; r++)
        copy_and_mark(stored_row(e->data, n, from + r, scratch), n, copy + r * e->stored_stride, r, marks);
    for (int r = 0; r < rows; r += TILE_ROWS) list_inputs(e, (eight * 8 + r) / TILE_ROWS, marks, BLOCK_BITS << r);
}

/* Take in this member's share of the chunk that begins at place `from`; the next rows are asked for early. */
static void gather(epoch *e, int member, int64_t from, int rows) {
    const bh_epoch_data *d = e->data;
    const int32_t n = e->network->layers[0].n_in;
    void *scratch = e->scratch + (int64_t)member * n;
    int64_t eight, end;
    team_share(&e->crew, member, (rows + 7) / 8, &eight, &end);
    for (; eight < end; eight++) {
        const int64_t i = eight * 8;
        const int some = rows - i < 8 ? (int)(rows - i) : 8;
        for (int64_t ahead = i + 8; ahead < i + 16 && ahead < rows; ahead++) ask_for_row(d, n, from + ahead);
        if (e->on_background) gather_eight(e, eight, from + i, some, scratch);
        else
            for (int r = 0; r < some; r++)
                convert(d, n, stored_row(d, n, from + i + r, scratch), e->x[0] + (i + r) * e->stride[0]);
    }
}

/* Return the marks of a group of inputs, together. */
INLINE int together(const unsigned char *marks) {
    uint32_t word;
    _Static_assert(TILE_ROWS == sizeof word, "a group is four inputs");
    memcpy(&word, marks, TILE_ROWS);
    word |= word >> 16;
    return (word | word >> 8) & 255;
}

/* List the examples of every group of inputs, this member's share of the groups; all marks must be there. */
static void list_examples(epoch *e, int member, int rows) {
    const int64_t groups = blocks_of(e->network->layers[0].n_in), next = e->marks_stride;
    int64_t g, end;
    team_share(&e->crew, member, e->on_background ? groups : 0, &g, &end);
    for (; g < end; g++) {
        const unsigned char *marks = e->marks + g * TILE_ROWS;
        int32_t *list = e->examples_of + g * (e->chunk + PADDING), found = 0;
        for (int32_t i = 0; i < rows; i += 16, marks += 2 * next) {
            const int bits = together(marks) | (i + 8 < rows ? together(marks + next) << 8 : 0);
            found += list_bits(bits, i, list + found, e->bit_places);
        }
        e->n_examples_of[g] = worth(found, rows);
    }
}

/* Make numbers of n bytes in each of some rows: stored · scale. */
INLINE void make_numbers(const unsigned char *restrict stored, int64_t stored_stride, int64_t rows, int32_t n,
                         const float *restrict scale, float *restrict x, ptrdiff_t stride) {
    for (int64_t r = 0; r < rows; r++, stored += stored_stride, x += stride)
        for (int32_t j = 0; j < n; j += LANES) store(x + j, load_bytes(stored + j) * load(scale + j));
}

/* Some of what is stored as a product takes it, and which of it is more than background. */
typedef struct {
    const float *x;
    ptrdiff_t stride;
    const int32_t *only; /* these inputs of a block, or these examples of a group; 0: all of them */
    int32_t n;
} selection;

/* Where a member's part of W stays in its cache, numbers are made block by block (or strip by strip) right before all its
 * panels use them; where it does not, of the whole chunk, before panel after panel does. */
static int64_t made_at_once(const epoch *e, int64_t blocks, int64_t few) {
    const bh_layer *first = &e->network->layers[0];
    return (int64_t)first->n_in * first->n_out / e->crew.size <= STAYS ? few : blocks;
}

/* Make numbers of a stretch of examples. */
static void make_examples(const epoch *e, int member, const run *r) {
    make_numbers(e->stored + r->stretch * e->stored_stride, e->stored_stride, r->stretch_end - r->stretch,
                 padded(e->network->layers[0].n_in), e->scale, e->numbers + member * e->numbers_floats, e->stride[0]);
}

/* Return the block at row i of a stretch of which make_examples has made numbers. */
static selection block_at(const epoch *e, int member, const run *r, int64_t i) {
    const float *x = e->numbers + member * e->numbers_floats + (i - r->stretch) * e->stride[0];
    const int64_t block = i / TILE_ROWS;
    const int32_t n = e->n_inputs_of[block];
    return n == ALL ? (selection){x, e->stride[0], 0, e->network->layers[0].n_in}
                    : (selection){x, e->stride[0], e->inputs_of + block * e->list_stride, n};
}

/* A strip is STRIP inputs of all examples, STRIP apart. */
static float *strip_at(const epoch *e, int member, int64_t input) {
    return e->numbers + member * e->numbers_floats + input / STRIP * STRIP * e->chunk;
}

/* Make numbers of a stretch of inputs. */
static void make_inputs(const epoch *e, int member, const run *r, int rows) {
    for (int64_t k = r->stretch; k < r->stretch_end; k += STRIP)
        make_numbers(e->stored + k, e->stored_stride, rows, STRIP, e->scale + k, strip_at(e, member, k - r->stretch),
                     STRIP);
}

/* Return the group at input k of a stretch of which make_inputs has made numbers. */
static selection group_at(const epoch *e, int member, const run *r, int64_t k, int rows) {
    const float *x = strip_at(e, member, k - r->stretch) + k % STRIP;
    const int64_t group = k / TILE_ROWS;
    const int32_t n = e->n_examples_of[group];
    return n == ALL ? (selection){x, STRIP, 0, rows}
                    : (selection){x, STRIP, e->examples_of + group * (e->chunk + PADDING), n};
}

#endif
