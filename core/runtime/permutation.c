/* The order of an epoch: the stable argsort of n uniforms, by radix sort. */
#include "runtime/philox.h"

enum { RADIX_BITS = 12, BUCKETS = 1 << RADIX_BITS };

/* One stable pass over n items (key << 32 | index): by RADIX_BITS bits from lowest_bit on. */
static void radix_pass(const uint64_t *from, uint64_t *to, int64_t n, int lowest_bit) {
    int64_t next[BUCKETS + 1] = {0};
    for (int64_t i = 0; i < n; i++) {
        next[(from[i] >> lowest_bit & (BUCKETS - 1)) + 1]++;
    }
    for (int k = 0; k < BUCKETS; k++) {
        next[k + 1] += next[k];
    }
    for (int64_t i = 0; i < n; i++) {
        to[next[from[i] >> lowest_bit & (BUCKETS - 1)]++] = from[i];
    }
}

int32_t bh_permutation(const bh_rng *rng, int64_t n, int64_t *indices, int64_t *scratch) {
    if (!rng || !indices || !scratch) {
        return BH_BAD_POINTER;
    }
    if (!has_draws_left(rng, n) || n > UINT32_MAX) {
        return BH_BAD_SIZE;
    }
    uint64_t *items = (uint64_t *)indices;
    uint64_t *other = (uint64_t *)scratch;
    draw_cache cache = {.block = UINT64_MAX};
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = draw_24_bits(rng, rng->counter + (uint64_t)i, &cache);
        items[i] = key << 32 | (uint64_t)i;
    }
    radix_pass(items, other, n, 32);
    radix_pass(other, items, n, 32 + RADIX_BITS);
    for (int64_t i = 0; i < n; i++) {
        indices[i] = (int64_t)(items[i] & UINT32_MAX);
    }
    return BH_OK;
}
