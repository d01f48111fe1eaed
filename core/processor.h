/* What this processor can run, asked of itself. Not __builtin_cpu_supports: it needs a library that not all have. */
#ifndef BYHAND_PROCESSOR_H
#define BYHAND_PROCESSOR_H

#include "byhand.h"

#if defined(BH_HAS_X86_KERNELS)
#include <cpuid.h>
#include <stdatomic.h>

/* Of Intel's manual, volume 2, CPUID; AMD's are the same. */
enum {
    FMA = 1 << 12, OSXSAVE = 1 << 27,                                       /* leaf 1, ecx */
    AVX2 = 1 << 5, AVX512F = 1 << 16, AVX512DQ = 1 << 17, AVX512BW = 1 << 30 /* leaf 7, ebx; and AVX512VL, its last bit */
};

/* Which registers the operating system keeps for each thread. */
static unsigned kept_registers(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Return a bit for each kernel it can run. */
static int asked(void) {
    unsigned a, b, c, d, b7, c7, d7;
    int found = 1 << BH_PORTABLE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d7) || !(c & OSXSAVE)) return found;
    const unsigned avx = 0x06, avx512 = 0xE6, kept = kept_registers();
    if ((kept & avx) == avx && (c & FMA) && (b7 & AVX2)) found |= 1 << BH_AVX2;
    if ((kept & avx512) == avx512 && (b7 & AVX512F) && (b7 & AVX512DQ) && (b7 & AVX512BW) && b7 >> 31)
        found |= 1 << BH_AVX512;
    return found;
}

static int processor_runs(int32_t kernel) {
    static atomic_int known; /* the one thing kept between calls: in a virtual machine asking takes 20 µs */
    int kernels = atomic_load_explicit(&known, memory_order_relaxed);
    if (!kernels) atomic_store_explicit(&known, kernels = asked(), memory_order_relaxed);
    return kernel >= BH_PORTABLE && kernel <= BH_AVX512 && (kernels >> kernel & 1);
}

#else

static int processor_runs(int32_t kernel) { return kernel == BH_PORTABLE; }

#endif
#endif
