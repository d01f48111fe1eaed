/* Which kernels this processor and operating system support, by CPUID. Not __builtin_cpu_supports,
 * which needs a run-time library that not every toolchain links. */
#ifndef BYHAND_CPU_FEATURES_H
#define BYHAND_CPU_FEATURES_H

#include <stdbool.h>

#include "byhand.h"

#if !defined(BH_AMX_EMULATED)
#define BH_AMX_EMULATED 0 /* 1 in a test that emulates AMX instructions */
#endif
#if !defined(BH_STAND_INS)
#define BH_STAND_INS 0 /* 1 in a test that compiles C functions in place of all instructions */
#endif

#if defined(BH_HAS_X86_KERNELS)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Intel SDM volume 2, CPUID; AMD's bits are the same. */
enum {
    FMA = 1 << 12,        /* leaf 1, ecx */
    OSXSAVE = 1 << 27,    /* leaf 1, ecx */
    AVX2 = 1 << 5,        /* leaf 7, ebx */
    AVX512F = 1 << 16,    /* leaf 7, ebx */
    AVX512DQ = 1 << 17,   /* leaf 7, ebx */
    AVX512BW = 1 << 30,   /* leaf 7, ebx; AVX512VL is its last bit, 31 */
    AMX_BF16 = 1 << 22,   /* leaf 7, edx */
    AMX_TILE = 1 << 24,   /* leaf 7, edx */
    AVX512_BF16 = 1 << 5, /* leaf 7, subleaf 1, eax */
};

/* XCR0: register state that the operating system saves. Intel SDM volume 1, 13.3. */
enum {
    XCR0_AVX = 0x06,    /* SSE and AVX */
    XCR0_AVX512 = 0xE6, /* and opmask, upper halves, registers 16 ... 31 */
    XCR0_AMX = 0x60000  /* tile configuration and data */
};

typedef struct {
    unsigned leaf1_ecx, leaf7_ebx, leaf7_edx, leaf7_1_eax, xcr0;
} cpu_features;

/* Linux grants the 8 KiB of tile registers only to processes that ask for them. */
static bool request_amx_permission(void) {
#if defined(__linux__)
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
    return false;
#endif
}

static unsigned read_xcr0(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Returns false if the processor has none of the features below. */
static bool read_cpu_features(cpu_features *f) {
    unsigned a, b, c, d, last_subleaf;
    *f = (cpu_features){0};
    if (!__get_cpuid(1, &a, &b, &f->leaf1_ecx, &d) || !(f->leaf1_ecx & OSXSAVE)) {
        return false;
    }
    if (!__get_cpuid_count(7, 0, &last_subleaf, &f->leaf7_ebx, &c, &f->leaf7_edx)) {
        return false;
    }
    if (last_subleaf >= 1) {
        __get_cpuid_count(7, 1, &f->leaf7_1_eax, &b, &c, &d);
    }
    f->xcr0 = read_xcr0();
    return true;
}

static bool has_all(unsigned bits, unsigned wanted) {
    return (bits & wanted) == wanted;
}

static bool has_avx2(const cpu_features *f) {
    return has_all(f->xcr0, XCR0_AVX) && has_all(f->leaf1_ecx, FMA) && has_all(f->leaf7_ebx, AVX2);
}

static bool has_avx512(const cpu_features *f) {
    const unsigned avx512vl = 1u << 31;
    return has_all(f->xcr0, XCR0_AVX512) &&
           has_all(f->leaf7_ebx, AVX512F | AVX512DQ | AVX512BW | avx512vl);
}

#if defined(BH_HAS_BF16_KERNELS)
static bool has_amx(const cpu_features *f) {
    if (BH_AMX_EMULATED) {
        return true;
    }
    return has_all(f->xcr0, XCR0_AMX) && has_all(f->leaf7_edx, AMX_TILE | AMX_BF16) &&
           request_amx_permission();
}
#endif

/* Return a set of kernels: bit k for kernel k. */
static int detect_kernels(void) {
    cpu_features f;
    int supported = 1 << BH_PORTABLE;
    if (BH_STAND_INS) {
        return (1 << BH_KERNELS) - 1;
    }
    if (!read_cpu_features(&f)) {
        return supported;
    }
    if (has_avx2(&f)) {
        supported |= 1 << BH_AVX2;
    }
    if (!has_avx512(&f)) {
        return supported;
    }
    supported |= 1 << BH_AVX512;
#if defined(BH_HAS_BF16_KERNELS)
    if (!has_all(f.leaf7_1_eax, AVX512_BF16)) {
        return supported;
    }
    supported |= 1 << BH_AVX512_BF16;
    if (has_amx(&f)) {
        supported |= 1 << BH_AMX | 1 << BH_AMX_BF16;
    }
#endif
    return supported;
}

/* Detected once per process: in a virtual machine CPUID traps and takes 20 us. */
static bool kernel_supported(int32_t kernel) {
    static atomic_int cached;
    int kernels = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!kernels) {
        kernels = detect_kernels();
        atomic_store_explicit(&cached, kernels, memory_order_relaxed);
    }
    return kernel >= BH_PORTABLE && kernel < BH_KERNELS && (kernels >> kernel & 1);
}

#else

static bool kernel_supported(int32_t kernel) {
    return kernel == BH_PORTABLE;
}

#endif
#endif
