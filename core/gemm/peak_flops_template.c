/* The processor's peak: independent chains of multiply-adds without memory accesses. Compiled once
 * per processor family, BH_KERNEL; see gemm/parameters.md. */
#include "gemm/simd.h"
#include "train/context.h"

#define CONCAT(a, b)        a##b
#define KERNEL_SYMBOL(name) CONCAT(bh_peak_flops_, name)

enum { CHAINS = 12 /* at least latency times throughput of a multiply-add, 4 * 3 */ };

/* Do `rounds`; return the floating-point operations of one. */
int64_t KERNEL_SYMBOL(BH_KERNEL)(int64_t rounds, float *sink) {
    vec sum[CHAINS];
    const vec factor = v_set1(0.999f), term = v_set1(0.001f);
    for (int c = 0; c < CHAINS; c++) {
        sum[c] = v_set1((float)c);
    }
    for (int64_t i = 0; i < rounds; i++) {
        for (int c = 0; c < CHAINS; c++) {
            sum[c] = sum[c] * factor + term;
        }
    }
    for (int c = 1; c < CHAINS; c++) {
        sum[0] += sum[c];
    }
    *sink = sum[0][0];
    return (int64_t)CHAINS * LANES * 2;
}
