/* How fast this processor could be: chains of multiply-and-add with nothing between, compiled once for each family. */
#include "byhand.h"
#include "vectors.h"

#define JOINED(a, b) a##b
#define NAMED(name) JOINED(bh_probe_, name)

enum { PROBE_CHAINS = 12 /* side by side: four cycles' wait, two or three at a time */ };

/* Return how many floating-point operations a round is; do `rounds`. */
int64_t NAMED(BH_KERNEL)(int64_t rounds, float *sink);
int64_t NAMED(BH_KERNEL)(int64_t rounds, float *sink) {
    vec sum[PROBE_CHAINS];
    const vec factor = all(0.999f), term = all(0.001f);
    for (int c = 0; c < PROBE_CHAINS; c++) sum[c] = all((float)c);
    for (int64_t i = 0; i < rounds; i++)
        for (int c = 0; c < PROBE_CHAINS; c++) sum[c] = sum[c] * factor + term;
    for (int c = 1; c < PROBE_CHAINS; c++) sum[0] += sum[c];
    *sink = sum[0][0];
    return (int64_t)PROBE_CHAINS * LANES * 2;
}
