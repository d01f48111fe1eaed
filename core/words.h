/* Products of bf16 numbers: for processors that take two of them, or a whole tile, in one instruction.
 *
 * bf16 is the upper half of a float: the same exponents, eight bits of accuracy. A byte is exact in it; a float is not,
 * but it is the sum of three such numbers. So the first layer's two products, of stored bytes with W and with dz, are as
 * good as in floats when W and dz are taken to pieces. BH_PIECES says how many: 3, or 1 for who asked for bf16.
 *
 * A word is a pair of bf16 numbers, d and d + 16 of the 32 terms of a sum that are taken in at once; then words are made
 * without moving a number from lane to lane.
 *
 *     c[i][j] = Σ_d  a[i][d] · b[d][j]        d counts words; each product of words is the sum of two
 *
 *     forward    a = x       b = W     words along the inputs
 *     backward   a = dz      b = Wᵀ    along the units
 *     gradient   a = xᵀ      b = dz    along the examples
 */
#ifndef BYHAND_WORDS_H
#define BYHAND_WORDS_H

#include "dense.h"
#include "update.h"

enum { IN_TILES = BH_IN_TILES }; /* does the processor multiply whole tiles? */

/* Making words */

/* The upper halves of the nearest bf16 numbers, ties to even; below them nothing is left. */
INLINE ivec nearest_halves(vec v) {
    const ivec bits = (ivec)v;
    return (bits + 0x7fff + ((bits >> 16) & 1)) & -65536;
}

/* Write a word of each lane of two vectors, for every piece, `apart` from one another. */
INLINE void put_words(vec low, vec high, float *words, ptrdiff_t apart, const int pieces) {
    for (int piece = 0; piece < pieces; piece++, words += apart) {
        const ivec first = nearest_halves(low), second = nearest_halves(high);
        store(words, (vec)(((first >> 16) & 0xffff) | second));
        low -= (vec)first, high -= (vec)second;
    }
}

/* Pair rows that lie 16 apart, each times its factor where there are any: of n rows, words_of(n) rows of words. */
INLINE void pair_rows(const float *x, ptrdiff_t stride, int32_t n, int32_t columns, const float *factors, float *words,
                      ptrdiff_t word_row, ptrdiff_t apart, const int pieces) {
    for (int32_t d = 0; d < words_of(n); d++, words += word_row) {
        const int32_t low = d / 16 * IN_WORD + d % 16, high = low + 16;
        const float low_factor = factors && low < n ? factors[low] : 1;
        const float high_factor = factors && high < n ? factors[high] : 1;
        for (int32_t j = 0; j < columns; j += LANES)
            put_words(low < n ? load(x + low * stride + j) * low_factor : all(0),
                      high < n ? load(x + high * stride + j) * high_factor : all(0), words + j, apart, pieces);
    }
}

/* Pair the numbers of a row that lie 16 apart; what is behind n is 0 up to the next multiple of 16. */
INLINE void pair_floats(const float *x, int32_t n, float *words) {
    for (int32_t d = 0; d < words_of(n); d += LANES) {
        const int32_t low = d / 16 * IN_WORD + d % 16, high = low + 16;
        put_words(low < n ? load(x + low) : all(0), high < n ? load(x + high) : all(0), words + d, 0, 1);
    }
}

INLINE void pair_bytes(const unsigned char *x, int32_t n, float *words) {
    for (int32_t d = 0; d < words_of(n); d += LANES) {
        const int32_t low = d / 16 * IN_WORD + d % 16, high = low + 16;
        put_words(low < n ? load_bytes(x + low) : all(0), high < n ? load_bytes(x + high) : all(0), words + d, 0, 1);
    }
}

/* Multiplying */

typedef struct {
    const float *a; /* (rows, depth) words; rows up to the next multiple of BLOCK_ROWS can be read */
    ptrdiff_t a_row;
    const float *b; /* (pieces, depth, PANEL) words */
    ptrdiff_t apart;
    int32_t depth; /* words, a multiple of 16 */
    int pieces;
} word_product;

#if BH_IN_TILES

typedef struct {
    unsigned char palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    unsigned char rows[16];
} tile_shapes;

/* Every tile has 16 rows of 64 bytes. */
static void begin_tiles(void) {
    tile_shapes shapes = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) shapes.row_bytes[tile] = 64, shapes.rows[tile] = 16;
    __asm__ volatile("" : : "r"(&shapes) : "memory"); /* the compiler does not know what the next one reads */
    _tile_loadconfig(&shapes);
}

static void end_tiles(void) { _tile_release(); }

enum { BLOCK_COLUMNS = 32 };

/* c = 32 × 32 of the product, in four tiles. */
static void multiply_block(const word_product *p, int64_t row, int32_t column, int vectors, float *c) {
    const float *a = p->a + row * p->a_row;
    const size_t size = sizeof *a, a_bytes = (size_t)p->a_row * size, b_bytes = PANEL * size, c_bytes = BLOCK_COLUMNS * size;
    (void)vectors;
    __asm__ volatile("" : : "r"(a), "r"(p->b) : "memory"); /* words are written before they are read */
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int32_t d = 0; d < p->depth; d += 16) {
        _tile_loadd(4, a + d, a_bytes);
        _tile_loadd(5, a + 16 * p->a_row + d, a_bytes);
        const float *b = p->b + (ptrdiff_t)d * PANEL + column;
        for (int piece = 0; piece < p->pieces; piece++, b += p->apart) {
            _tile_loadd(6, b, b_bytes);
            _tile_loadd(7, b + 16, b_bytes);
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, c, c_bytes);
    _tile_stored(1, c + 16, c_bytes);
    _tile_stored(2, c + 16 * BLOCK_COLUMNS, c_bytes);
    _tile_stored(3, c + 16 * BLOCK_COLUMNS + 16, c_bytes);
    __asm__ volatile("" : : "r"(c) : "memory");
}

#else

static void begin_tiles(void) {}

static void end_tiles(void) {}

enum { BLOCK_COLUMNS = PANEL };

/* Four rows at a time, as product.h does with floats. vectors is a constant at every call. */
INLINE void multiply_four(const word_product *p, const float *a, int32_t column, const int vectors, float *c) {
    vec sum[TILE_ROWS][TILE_VECTORS] = {0};
    for (int piece = 0; piece < p->pieces; piece++) {
        const float *b = p->b + piece * p->apart + column;
        for (int32_t d = 0; d < p->depth; d++, b += PANEL)
            UNROLLED for (int r = 0; r < TILE_ROWS; r++)
                UNROLLED for (int v = 0; v < vectors; v++)
                    sum[r][v] = (vec)_mm512_dpbf16_ps((__m512)sum[r][v], (__m512bh)all(a[r * p->a_row + d]),
                                                      (__m512bh)load(b + v * LANES));
    }
    UNROLLED for (int r = 0; r < TILE_ROWS; r++)
        UNROLLED for (int v = 0; v < vectors; v++) store(c + r * BLOCK_COLUMNS + column + v * LANES, sum[r][v]);
}

static void multiply_block(const word_product *p, int64_t row, int32_t column, int vectors, float *c) {
    (void)column; /* 0: there is one */
    for (int i = 0; i < BLOCK_ROWS; i += TILE_ROWS, c += TILE_ROWS * BLOCK_COLUMNS) {
        const float *a = p->a + (row + i) * p->a_row;
        if (vectors == TILE_VECTORS) multiply_four(p, a, 0, TILE_VECTORS, c);
        else
            for (int v = 0; v < vectors; v++) multiply_four(p, a, v * LANES, 1, c);
    }
}

#endif

/* Rows row … end − 1 of a panel, to where rows lie c_row apart. */
static void multiply_words(const word_product *p, int64_t row, int64_t end, int vectors, float *c, ptrdiff_t c_row) {
    float block[BLOCK_ROWS * BLOCK_COLUMNS] __attribute__((aligned(BH_ALIGNMENT)));
    const int32_t columns = vectors * LANES;
    for (; row < end; row += BLOCK_ROWS, c += BLOCK_ROWS * c_row)
        for (int32_t j = 0; j < columns; j += BLOCK_COLUMNS) {
            multiply_block(p, row, j, vectors, block);
            for (int64_t r = 0; r < BLOCK_ROWS && row + r < end; r++)
                for (int32_t k = 0; k < BLOCK_COLUMNS && j + k < columns; k += LANES)
                    store(c + r * c_row + j + k, load(block + r * BLOCK_COLUMNS + k));
        }
}

/* The phases */

/* Does layer l go in words? Bytes on a background go as they are where tiles take them; where they do not, floats that
 * skip the background are faster. In three pieces nothing else does, for no other numbers are exact in one. */
INLINE int in_words(const epoch *e, int l) {
    const int bytes = l == 0 && e->on_background;
    if (is_prediction(e)) return 0;
    return BH_PIECES > 1 ? bytes : IN_TILES || !bytes;
}

static float *a_words(const epoch *e, int member) { return e->words + member * e->words_floats; }

static float *b_words(const epoch *e, int member) { return a_words(e, member) + e->a_floats; }

static word_product product_of(const epoch *e, int member, int32_t depth, int pieces) {
    const int32_t words = words_of(depth);
    const ptrdiff_t apart = (ptrdiff_t)words * PANEL;
    return (word_product){a_words(e, member), word_stride(depth), b_words(e, member), apart, words, pieces};
}

static void forward_words(epoch *e, int member, int l, part p) {
    const bh_layer *layer = &e->network->layers[l];
    const bh_place *at = &e->places[l];
    const int bytes = l == 0 && e->on_background;
    const word_product product = product_of(e, member, layer->n_in, BH_PIECES);
    float base[PANEL], *a = a_words(e, member);
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++, a += product.a_row)
        if (bytes) pair_bytes(e->stored + i * e->stored_stride, layer->n_in, a);
        else pair_floats(e->x[l] + i * e->stride[l], layer->n_in, a);
    for (run r; next_run(&p, &r);) {
        base_of(e, l, e->data->shift, 0, bytes && e->shifts ? layer->n_in : 0, r.column, r.vectors, base);
        pair_rows(e->params + at->weights + r.column, at->stride, layer->n_in, r.vectors * LANES, bytes ? e->scale : 0,
                  b_words(e, member), PANEL, product.apart, BH_PIECES);
        multiply_words(&product, r.row - p.first_row, r.end - p.first_row, r.vectors,
                       written_by(e, l) + r.row * e->stride[l + 1] + r.column, e->stride[l + 1]);
        finish(e, l, &r, base);
    }
}

static void backward_words(epoch *e, int member, int l, part p) {
    const bh_layer *layer = &e->network->layers[l];
    const word_product product = product_of(e, member, layer->n_out, 1);
    float *panel = e->panels + member * e->panel_floats, *a = a_words(e, member);
    for (int64_t i = p.first_row; i < p.first_row + p.rows; i++, a += product.a_row)
        pair_floats(e->dz[l] + i * e->stride[l + 1], layer->n_out, a);
    for (run r; next_run(&p, &r);) {
        turn(e, l, r.column, panel);
        pair_rows(panel, PANEL, layer->n_out, r.vectors * LANES, 0, b_words(e, member), PANEL, 0, 1);
        multiply_words(&product, r.row - p.first_row, r.end - p.first_row, r.vectors,
                       e->dz[l - 1] + r.row * e->stride[l] + r.column, e->stride[l]);
        finish_back(e, l, &r);
    }
}

/* Fill a with words of 16 inputs, from k on, along the chunk's examples. */
static void turn_inputs(const epoch *e, int member, int l, int32_t k, int rows, float *a, ptrdiff_t a_row) {
    const int bytes = l == 0 && e->on_background;
    float *numbers = e->numbers + member * e->numbers_floats, words[16 * 16];
    for (int32_t from = 0; from < rows; from += IN_WORD, a += 16) {
        const int32_t n = rows - from < IN_WORD ? rows - from : IN_WORD;
        const float *x = bytes ? numbers : e->x[l] + (ptrdiff_t)from * e->stride[l] + k;
        for (int32_t i = 0; bytes && i < n; i++)
            for (int j = 0; j < 16; j += LANES)
                store(numbers + i * 16 + j, load_bytes(e->stored + (from + i) * e->stored_stride + k + j));
        pair_rows(x, bytes ? 16 : e->stride[l], n, 16, 0, words, 16, 0, 1);
        for (int i = 0; i < 16; i += 4)
            for (int j = 0; j < 16; j += 4) turn_4x4(words + i * 16 + j, 16, a + j * a_row + i, a_row);
    }
}

/* Take in a row of dW: times the input's scale, and shift · Σ dz; and learn. */
static void learn_row(epoch *e, int l, int64_t k, const run *r, float *dw, const float *sum, gradient_use use) {
    const int bytes = l == 0 && e->on_background, width = r->vectors * LANES;
    const int64_t corner = e->places[l].weights + k * e->places[l].stride + r->column;
    const float scale = bytes ? e->scale[k] : 1, shift = bytes ? e->data->shift[k] : 0;
    for (int j = 0; j < width; j += LANES) {
        vec g = load(dw + j) * scale + load(sum + j) * shift;
        if (!use.first) g += load(e->grads + corner + j);
        store(use.keep ? e->grads + corner + j : dw + j, g);
    }
    if (use.learn) learn(e, use.learn, corner, use.keep ? e->grads + corner : dw, width);
}

static void update_words(epoch *e, int member, int l, gradient_use use) {
    const bh_layer *layer = &e->network->layers[l];
    const word_product product = product_of(e, member, use.rows, BH_PIECES);
    float sum[PANEL], dw[BLOCK_ROWS * PANEL];
    part p = some_tiles(e, member, layer->n_in, layer->n_out);
    for (int32_t k = 0; p.first < p.end && k < layer->n_in; k += 16)
        turn_inputs(e, member, l, k, use.rows, a_words(e, member) + k * product.a_row, product.a_row);
    for (run r; next_run(&p, &r);) {
        sum_panel(e, l, r.column, r.vectors, use.rows, sum);
        if (r.row == 0 && r.end > 0) take_in(e, e->places[l].biases + r.column, sum, r.vectors * LANES, use);
        pair_rows(e->dz[l] + r.column, e->stride[l + 1], use.rows, r.vectors * LANES, 0, b_words(e, member), PANEL,
                  product.apart, BH_PIECES);
        for (int64_t k = r.row; k < r.end; k += BLOCK_ROWS) {
            const int64_t end = k + BLOCK_ROWS < r.end ? k + BLOCK_ROWS : r.end;
            for (int64_t i = k; use.learn && i < end; i++)
                ask_for(e, use.learn, e->places[l].weights + i * e->places[l].stride + r.column, r.vectors * LANES);
            multiply_words(&product, k, end, r.vectors, dw, PANEL);
            for (int64_t i = k; i < end; i++) learn_row(e, l, i, &r, dw + (i - k) * PANEL, sum, use);
        }
    }
}

#endif
