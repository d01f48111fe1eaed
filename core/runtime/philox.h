/* Philox4x32-10, a counter-based generator, for several blocks at once; the same numbers as in
 * Python. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
#ifndef BYHAND_PHILOX_H
#define BYHAND_PHILOX_H

#include <stdbool.h>

#include "byhand.h"

enum { MAX_BLOCKS = 32 /* GCC unrolls loops of 16 rounds before it can vectorise them */ };

/* Fill words (4, n) with blocks first ... first + n - 1 of a stream: column i holds the four words
 * of block first + i. n: 1 ... MAX_BLOCKS, a constant at every call. */
static inline __attribute__((always_inline)) void philox(const bh_rng *s, uint64_t first,
                                                         const int n, uint32_t *words) {
    uint32_t c0[MAX_BLOCKS], c1[MAX_BLOCKS], c2[MAX_BLOCKS], c3[MAX_BLOCKS];
    uint32_t key0 = (uint32_t)s->seed;
    uint32_t key1 = (uint32_t)(s->seed >> 32);
    for (int i = 0; i < n; i++) {
        c0[i] = (uint32_t)(first + (uint64_t)i);
        c1[i] = (uint32_t)((first + (uint64_t)i) >> 32);
        c2[i] = s->epoch;
        c3[i] = s->stream;
    }
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < n; i++) {
            const uint64_t p0 = (uint64_t)c0[i] * 0xD2511F53u;
            const uint64_t p1 = (uint64_t)c2[i] * 0xCD9E8D57u;
            c0[i] = (uint32_t)(p1 >> 32) ^ c1[i] ^ key0;
            c1[i] = (uint32_t)p1;
            c2[i] = (uint32_t)(p0 >> 32) ^ c3[i] ^ key1;
            c3[i] = (uint32_t)p0;
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    for (int i = 0; i < n; i++) {
        words[i] = c0[i];
        words[n + i] = c1[i];
        words[2 * n + i] = c2[i];
        words[3 * n + i] = c3[i];
    }
}

/* Draws one by one; keeps the block of the last draw. Begin with {.block = UINT64_MAX}. */
typedef struct {
    uint64_t block;
    uint32_t words[4];
} draw_cache;

/* Return the upper 24 bits of draw i of a stream. */
static inline uint32_t draw_24_bits(const bh_rng *rng, uint64_t i, draw_cache *cache) {
    if (i / 4 != cache->block) {
        cache->block = i / 4;
        philox(rng, cache->block, 1, cache->words);
    }
    return cache->words[i % 4] >> 8;
}

static inline bool has_draws_left(const bh_rng *rng, int64_t n) {
    return n >= 0 && n <= (int64_t)1 << 40 && rng->counter <= UINT64_MAX - ((uint64_t)1 << 41);
}

#endif
