/* Vectors of floats in GCC's and Clang's vector extensions, as wide as the processor family this
 * file is compiled for: SSE, AVX2, AVX-512, NEON or WebAssembly. A template parameter: the -m flags
 * of the family, see gemm/parameters.md. */
#ifndef BYHAND_SIMD_H
#define BYHAND_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* LANES: floats in a vector. NR_VECTORS: vectors in a row of a tile. MR * NR_VECTORS sums are in
 * flight at once: at least multiply-add latency times throughput, 4 * 2 = 8, and no more than there
 * are registers, 32 or 16 less those for operands. */
#if defined(__AVX512F__)
enum { LANES = 16, NR_VECTORS = 4 };
#elif defined(__AVX2__)
enum { LANES = 8, NR_VECTORS = 2 };
#elif defined(__aarch64__)
enum { LANES = 4, NR_VECTORS = 4 };
#else
enum { LANES = 4, NR_VECTORS = 2 };
#endif

enum { NR = NR_VECTORS * LANES }; /* columns of a tile and of a panel */

#define INLINE   static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline)) /* called rarely enough: keeps code small */
#if defined(__wasm__)
#define INLINE_UNLESS_WASM static inline __attribute__((noinline)) /* keeps core.wasm small */
#else
#define INLINE_UNLESS_WASM INLINE
#endif

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16") /* early enough for arrays to become registers */
#endif

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

/* Memory: LANES elements, unaligned. memcpy becomes one instruction. */

INLINE vec v_load(const float *from) {
    vec v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void v_store(float *to, vec v) {
    memcpy(to, &v, sizeof v);
}

/* LANES bytes as floats. */
INLINE vec v_load_u8(const unsigned char *from) {
#if defined(__AVX512F__) /* one instruction; GCC 12 makes 40 of the code below */
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from)));
#else
    typedef unsigned char bytes __attribute__((vector_size(LANES)));
    typedef uint16_t shorts __attribute__((vector_size(2 * LANES)));
    bytes b;
    memcpy(&b, from, sizeof b);
    return __builtin_convertvector(
        __builtin_convertvector(__builtin_convertvector(b, shorts), ivec), vec);
#endif
}

/* Lane by lane */

INLINE vec v_set1(float x) {
    return x - (vec){0};
}

/* sum + x * v. WebAssembly's relaxed SIMD has it as one instruction, which compilers do not choose
 * by themselves because browsers may round once or twice. */
INLINE vec v_multiply_add(vec sum, float x, vec v) {
#if defined(__wasm_relaxed_simd__)
    return __builtin_wasm_relaxed_madd_f32x4(v_set1(x), v, sum);
#else
    return sum + x * v;
#endif
}

/* mask ? yes : no, for masks of all ones or all zeros. */
INLINE vec v_select(ivec mask, vec yes, vec no) {
    return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

INLINE vec v_max(vec a, vec b) {
    return v_select(a > b, a, b);
}

INLINE vec v_min(vec a, vec b) {
    return v_select(a < b, a, b);
}

INLINE vec v_sqrt(vec v) {
    for (int i = 0; i < LANES; i++) {
        v[i] = __builtin_sqrtf(v[i]);
    }
    return v;
}

/* All ones in the first n lanes; n may be larger than LANES. */
INLINE ivec v_lane_mask(int32_t n) {
    ivec lanes;
    for (int i = 0; i < LANES; i++) {
        lanes[i] = i;
    }
    return lanes < n;
}

/* e^x to 2 ulp: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r, and n added to the
 * exponent. ln 2 is subtracted in two parts, the first exact in few bits. x is clamped to -87 ...
 * 88, so the result is 1.6e-38 ... 1.7e38. Coefficients: Cephes, expf (Moshier 1992). */
INLINE vec v_exp(vec x) {
    const float round_to_int =
        12582912.0f; /* 1.5 * 2^23: adding it leaves no bits for a fraction */
    x = v_max(v_min(x, v_set1(88.0f)), v_set1(-87.0f));
    vec n = (x * 1.44269504f + round_to_int) - round_to_int;
    vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    vec p = v_set1(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * (vec)((__builtin_convertvector(n, ivec) + 127) << 23);
}

/* cos(2 pi t) to 3e-7, for an angle of t turns with |t| < 2^22; beyond, a number from -1 to 1.
 * Whole turns are taken away exactly, which leaves |r| <= 1/2; and cos(2 pi r) = sin(2 pi s) with
 * s = 1/4 - |r|, a polynomial. NaN remains NaN. */
INLINE vec v_cos_turns(vec t) {
    const float round_to_int = 12582912.0f; /* as in v_exp */
    const vec r = t - ((t + round_to_int) - round_to_int);
    const vec s = v_max(v_set1(-0.25f), 0.25f - v_select(r < 0, -r, r));
    const vec s2 = s * s;
    vec p = v_set1(39.7598271f);
    p = p * s2 - 76.5811726f;
    p = p * s2 + 81.6024764f;
    p = p * s2 - 41.3416806f;
    p = p * s2 + 6.28318528f;
    return p * s;
}

INLINE vec v_sin_turns(vec t) {
    return v_cos_turns(t - 0.25f);
}

/* Four floats, on any processor */

typedef float quad __attribute__((vector_size(16)));
typedef int32_t quad_mask __attribute__((vector_size(16)));

#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (quad_mask){i, j, k, l})
#endif

INLINE quad quad_max(quad a, quad b) {
    const quad_mask larger = a > b;
    return (quad)((larger & (quad_mask)a) | (~larger & (quad_mask)b));
}

/* Transpose 4 x 4 floats; leading dimensions from_stride and to_stride. */
INLINE void transpose_4x4(const float *from, ptrdiff_t from_stride, float *to,
                          ptrdiff_t to_stride) {
    quad r[4];
    for (int i = 0; i < 4; i++) {
        memcpy(&r[i], from + i * from_stride, sizeof r[i]);
    }
    const quad low_01 = SHUFFLE(r[0], r[1], 0, 4, 1, 5), high_01 = SHUFFLE(r[0], r[1], 2, 6, 3, 7);
    const quad low_23 = SHUFFLE(r[2], r[3], 0, 4, 1, 5), high_23 = SHUFFLE(r[2], r[3], 2, 6, 3, 7);
    const quad columns[4] = {
        SHUFFLE(low_01, low_23, 0, 1, 4, 5), SHUFFLE(low_01, low_23, 2, 3, 6, 7),
        SHUFFLE(high_01, high_23, 0, 1, 4, 5), SHUFFLE(high_01, high_23, 2, 3, 6, 7)};
    for (int i = 0; i < 4; i++) {
        memcpy(to + i * to_stride, &columns[i], sizeof columns[i]);
    }
}

/* Across lanes: halves are added until one lane is left, so that few additions wait for others. */

enum { QUADS = LANES / 4 };

INLINE float v_reduce_add(vec v) {
    quad q[QUADS];
    memcpy(q, &v, sizeof v);
    UNROLL
    for (int half = QUADS / 2; half > 0; half /= 2) {
        UNROLL
        for (int i = 0; i < half; i++) {
            q[i] += q[i + half];
        }
    }
    const quad pairs = q[0] + SHUFFLE(q[0], q[0], 2, 3, 0, 1);
    return pairs[0] + pairs[1];
}

INLINE float v_reduce_max(vec v) {
    quad q[QUADS];
    memcpy(q, &v, sizeof v);
    UNROLL
    for (int half = QUADS / 2; half > 0; half /= 2) {
        UNROLL
        for (int i = 0; i < half; i++) {
            q[i] = quad_max(q[i], q[i + half]);
        }
    }
    const quad pairs = quad_max(q[0], SHUFFLE(q[0], q[0], 2, 3, 0, 1));
    return pairs[0] > pairs[1] ? pairs[0] : pairs[1];
}

/* Return a . b; both are padded to n, and b holds 0 behind its end. */
INLINE float dot(const float *a, const float *b, int32_t n) {
    vec sum = v_set1(0);
    for (int32_t k = 0; k < n; k += LANES) {
        sum += v_load(a + k) * v_load(b + k);
    }
    return v_reduce_add(sum);
}

#undef SHUFFLE

/* Lists of indices */

typedef unsigned char bytes16 __attribute__((vector_size(16)));

INLINE bytes16 load_bytes16(const unsigned char *from) {
    bytes16 b;
    memcpy(&b, from, sizeof b);
    return b;
}

/* Bit i: is byte i not 0? */
INLINE int nonzero_bytes(bytes16 b) {
#if defined(__SSE2__) /* vector extensions have no movemask */
    return _mm_movemask_epi8(_mm_cmpeq_epi8((__m128i)b, _mm_setzero_si128())) ^ 0xffff;
#elif defined(__wasm_simd128__)
    return (int)__builtin_wasm_bitmask_i8x16(b != 0);
#else
    int found = 0;
    for (int i = 0; i < 16; i++) {
        found |= (b[i] != 0) << i;
    }
    return found;
#endif
}

/* Write base + the positions of the set bits among 16 to list, which has room for 16; return how
 * many. table (256, 8): the positions of every byte's set bits. */
INLINE_UNLESS_WASM int32_t append_set_bits(int bits, int32_t base, int32_t *list,
                                           const int32_t *table) {
#if defined(__AVX512F__) /* vector extensions have no compress */
    (void)table;
    const __m512i zero_to_15 =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i indices = _mm512_add_epi32(zero_to_15, _mm512_set1_epi32(base));
    _mm512_storeu_si512(list, _mm512_maskz_compress_epi32((__mmask16)bits, indices));
    return __builtin_popcount((unsigned)bits);
#else
    const int low = bits & 255;
    const int high = bits >> 8;
    const int n_low = __builtin_popcount((unsigned)low);
    for (int i = 0; i < 8; i++) {
        list[i] = base + table[8 * low + i];
    }
    for (int i = 0; i < 8; i++) {
        list[n_low + i] = base + 8 + table[8 * high + i];
    }
    return n_low + __builtin_popcount((unsigned)high);
#endif
}

/* List the k < n with x[k] != 0; return how many. The list has room for n rounded up to 16. */
INLINE int32_t nonzero_indices(const float *x, int32_t n, int32_t *list) {
    int32_t found = 0;
    int32_t k = 0;
#if defined(__AVX512F__)
    for (; k + LANES <= n; k += LANES) {
        const int bits = _mm512_cmp_ps_mask(v_load(x + k), v_set1(0), _CMP_NEQ_UQ);
        found += append_set_bits(bits, k, list + found, 0);
    }
#endif
    for (; k < n; k++) {
        list[found] = k;
        found += x[k] != 0;
    }
    return found;
}

#endif
