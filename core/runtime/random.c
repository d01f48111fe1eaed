/* The numbers of randomness.py, to the last bit. Draw i of a stream is a function of (seed, stream, epoch, i) alone. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "runtime/philox.h"

/* The upper 24 bits of draw i; `word` keeps the block of the draw before. */
static uint32_t draw(const bh_rng *s, uint64_t i, uint32_t block_words[4], uint64_t *block_index) {
    if (i / 4 != *block_index) philox(s, *block_index = i / 4, 1, block_words);
    return block_words[i % 4] >> 8;
}

static int is_usable(const bh_rng *s, const void *out, int64_t n) {
    return s && out && n >= 0 && n <= (int64_t)1 << 40 && s->counter <= UINT64_MAX - ((uint64_t)1 << 41);
}

int32_t bh_uniforms(const bh_rng *stream, int64_t n, double *out) {
    if (!is_usable(stream, out, n)) return stream && out ? BH_BAD_SIZE : BH_BAD_POINTER;
    uint32_t block_words[4];
    uint64_t block_index = UINT64_MAX;
    for (int64_t i = 0; i < n; i++) out[i] = draw(stream, stream->counter + (uint64_t)i, block_words, &block_index) * 0x1p-24;
    return BH_OK;
}

int32_t bh_normals(const bh_rng *stream, int64_t n, double *out) {
    if (!is_usable(stream, out, n)) return stream && out ? BH_BAD_SIZE : BH_BAD_POINTER;
    uint32_t block_words[4];
    uint64_t block_index = UINT64_MAX;
    for (int64_t i = 0; i < n; i += 2) {
        const uint64_t at = stream->counter + (uint64_t)i;
        const double u = draw(stream, at, block_words, &block_index) * 0x1p-24, v = draw(stream, at + 1, block_words, &block_index) * 0x1p-24;
        const double radius = sqrt(-2 * log(1 - u)), angle = 6.283185307179586 * v; /* 1 − u is never 0 */
        out[i] = radius * cos(angle);
        if (i + 1 < n) out[i + 1] = radius * sin(angle);
    }
    return BH_OK;
}

/* One pass of a stable sort: by twelve bits of the draws, which lie in the upper halves of the items. */
static void sort_by(const uint64_t *from, uint64_t *to, int64_t n, int lowest_bit) {
    int64_t position[4097] = {0};
    for (int64_t i = 0; i < n; i++) position[(from[i] >> lowest_bit & 4095) + 1]++;
    for (int k = 0; k < 4096; k++) position[k + 1] += position[k];
    for (int64_t i = 0; i < n; i++) to[position[from[i] >> lowest_bit & 4095]++] = from[i];
}

int32_t bh_permutation(const bh_rng *stream, int64_t n, int64_t *indices, int64_t *scratch) {
    if (!is_usable(stream, indices, n) || !scratch) return stream && indices && scratch ? BH_BAD_SIZE : BH_BAD_POINTER;
    if (n > UINT32_MAX) return BH_BAD_SIZE;
    uint32_t block_words[4];
    uint64_t block_index = UINT64_MAX, *items = (uint64_t *)indices, *other = (uint64_t *)scratch;
    for (int64_t i = 0; i < n; i++)
        items[i] = (uint64_t)draw(stream, stream->counter + (uint64_t)i, block_words, &block_index) << 32 | (uint64_t)i;
    sort_by(items, other, n, 32);
    sort_by(other, items, n, 44);
    for (int64_t i = 0; i < n; i++) indices[i] = (int64_t)(items[i] & UINT32_MAX);
    return BH_OK;
}
