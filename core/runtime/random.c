/* Uniform and normal random numbers, the same bits as in Python. */
#include <math.h>

#include "runtime/philox.h"

static double uniform(const bh_rng *rng, uint64_t i, draw_cache *cache) {
    return draw_24_bits(rng, i, cache) * 0x1p-24;
}

int32_t bh_uniforms(const bh_rng *rng, int64_t n, double *out) {
    if (!rng || !out) {
        return BH_BAD_POINTER;
    }
    if (!has_draws_left(rng, n)) {
        return BH_BAD_SIZE;
    }
    draw_cache cache = {.block = UINT64_MAX};
    for (int64_t i = 0; i < n; i++) {
        out[i] = uniform(rng, rng->counter + (uint64_t)i, &cache);
    }
    return BH_OK;
}

/* Box-Muller. */
int32_t bh_normals(const bh_rng *rng, int64_t n, double *out) {
    if (!rng || !out) {
        return BH_BAD_POINTER;
    }
    if (!has_draws_left(rng, n)) {
        return BH_BAD_SIZE;
    }
    draw_cache cache = {.block = UINT64_MAX};
    for (int64_t i = 0; i < n; i += 2) {
        const uint64_t at = rng->counter + (uint64_t)i;
        const double u = uniform(rng, at, &cache);
        const double v = uniform(rng, at + 1, &cache);
        const double radius = sqrt(-2 * log(1 - u)); /* u < 1 */
        const double angle = 6.283185307179586 * v;
        out[i] = radius * cos(angle);
        if (i + 1 < n) {
            out[i + 1] = radius * sin(angle);
        }
    }
    return BH_OK;
}
