/* What this processor can run, asked of itself. Not __builtin_cpu_supports: it needs a library that not all have. */
#ifndef BYHAND_CPU_FEATURES_H
#define BYHAND_CPU_FEATURES_H

#include "byhand.h"

#if !defined(BH_AMX_EMULATED)
#define BH_AMX_EMULATED 0 /* 1 for a test that carries out their instructions itself */
#endif

#if defined(BH_HAS_X86_KERNELS)
#include <cpuid.h>
#include <stdatomic.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Of Intel's manual, volume 2, CPUID; AMD's are the same. */
enum {
    FMA = 1 << 12, OSXSAVE = 1 << 27,                                       /* leaf 1, ecx */
    AVX2 = 1 << 5, AVX512F = 1 << 16, AVX512DQ = 1 << 17, AVX512BW = 1 << 30, /* leaf 7, ebx; and AVX512VL, its last bit */
    AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24,                                   /* leaf 7, edx */
    AVX512_BF16 = 1 << 5                                                      /* leaf 7, subleaf 1, eax */
};

/* Tiles are 8 KiB a thread, which Linux keeps for those alone who have asked. */
static int request_amx_permission(void) {
#if defined(__linux__)
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
    return 0;
#endif
}

/* Which registers the operating system keeps for each thread. */
static unsigned read_xcr0(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Return a bit for each kernel it can run. */
static int detect_kernels(void) {
    unsigned a, b, c, d, b7, c7, d7, a71 = 0;
    int supported = 1 << BH_PORTABLE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d7) || !(c & OSXSAVE)) return supported;
    if (a >= 1) __get_cpuid_count(7, 1, &a71, &b, &c7, &d); /* a: the last subleaf */
    const unsigned avx = 0x06, avx512 = 0xE6, amx = 0x60000, xcr0 = read_xcr0();
    if ((xcr0 & avx) == avx && (c & FMA) && (b7 & AVX2)) supported |= 1 << BH_AVX2;
    if (!((xcr0 & avx512) == avx512 && (b7 & AVX512F) && (b7 & AVX512DQ) && (b7 & AVX512BW) && b7 >> 31)) return supported;
    supported |= 1 << BH_AVX512;
#if defined(BH_HAS_BF16_KERNELS)
    if (a71 & AVX512_BF16) supported |= 1 << BH_AVX512_BF16;
    if (BH_AMX_EMULATED || ((xcr0 & amx) == amx && (d7 & AMX_TILE) && (d7 & AMX_BF16) && request_amx_permission()))
        supported |= 1 << BH_AMX | 1 << BH_AMX_BF16;
#endif
    return supported;
}

static int kernel_supported(int32_t kernel) {
    static atomic_int cached; /* the one thing kept between calls: in a virtual machine asking takes 20 µs */
    int kernels = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!kernels) atomic_store_explicit(&cached, kernels = detect_kernels(), memory_order_relaxed);
    return kernel >= BH_PORTABLE && kernel < BH_KERNELS && (kernels >> kernel & 1);
}

#else

static int kernel_supported(int32_t kernel) { return kernel == BH_PORTABLE; }

#endif
#endif
