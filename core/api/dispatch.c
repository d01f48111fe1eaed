/* Which processor family's code runs. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* for cpu_features.h: syscall */
#endif
#include "api/dispatch.h"

#include "api/cpu_features.h"

int32_t bh_choose_kernel(int32_t requested) {
    if (requested != BH_BEST) {
        return kernel_supported(requested) ? requested : BH_NO_KERNEL;
    }
    for (int32_t kernel = BH_AVX512; kernel > BH_PORTABLE; kernel--) {
        if (kernel_supported(kernel)) {
            return kernel;
        }
    }
    return BH_PORTABLE;
}

kernel_fn *kernel_entry(int32_t kernel) {
    switch (kernel) {
#if defined(BH_HAS_X86_KERNELS)
    case BH_AVX2:
        return bh_kernel_avx2;
    case BH_AVX512:
        return bh_kernel_avx512;
#endif
#if defined(BH_HAS_BF16_KERNELS)
    case BH_AMX:
        return bh_kernel_amx;
    case BH_AVX512_BF16:
        return bh_kernel_avx512_bf16;
    case BH_AMX_BF16:
        return bh_kernel_amx_bf16;
#endif
    default:
        return bh_kernel_portable;
    }
}

static peak_flops_fn *peak_flops_entry(int32_t kernel) {
    switch (kernel) {
#if defined(BH_HAS_X86_KERNELS)
    case BH_AVX2:
        return bh_peak_flops_avx2;
    case BH_AVX512:
    case BH_AMX:
    case BH_AVX512_BF16:
    case BH_AMX_BF16:
        return bh_peak_flops_avx512;
#endif
    default:
        return bh_peak_flops_portable;
    }
}

int64_t bh_peak_flops(int32_t requested, int64_t rounds) {
    const int32_t kernel = bh_choose_kernel(requested);
    if (kernel < 0) {
        return kernel;
    }
    if (rounds < 1 || rounds > INT32_MAX) {
        return BH_BAD_SIZE;
    }
    float sink;
    return peak_flops_entry(kernel)(rounds, &sink);
}
