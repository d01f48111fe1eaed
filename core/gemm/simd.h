/* Vectors of floats as the compiler knows them (GCC and Clang), as wide as the processor this file is compiled for.
 * Everything below is written once and becomes SSE, AVX2, AVX-512, NEON or WebAssembly. */
#ifndef BYHAND_SIMD_H
#define BYHAND_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
enum { LANES = 16, NR_VECTORS = 4 }; /* 4 × 4 sums, as many as a multiplier needs to be kept busy, twice */
#elif defined(__AVX2__)
enum { LANES = 8, NR_VECTORS = 2 };
#elif defined(__aarch64__)
enum { LANES = 4, NR_VECTORS = 4 };
#else
enum { LANES = 4, NR_VECTORS = 2 };
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16") /* early enough for arrays to become registers */
#endif

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

INLINE vec v_load(const float *from) {
    vec v;
    memcpy(&v, from, sizeof v); /* one unaligned load */
    return v;
}

INLINE vec v_load_u8(const unsigned char *from) {
#if defined(__AVX512F__) /* one instruction, which GCC 12 does not find */
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from)));
#else
    typedef unsigned char bytes __attribute__((vector_size(LANES)));
    typedef uint16_t halves __attribute__((vector_size(2 * LANES)));
    bytes b;
    memcpy(&b, from, sizeof b);
    return __builtin_convertvector(__builtin_convertvector(__builtin_convertvector(b, halves), ivec), vec);
#endif
}

INLINE void v_store(float *to, vec v) { memcpy(to, &v, sizeof v); }

INLINE vec v_set1(float x) { return x - (vec){0}; }

INLINE vec v_select(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }

/* Turn 4 × 4 numbers, rows `from_row` and `to_row` apart. */
INLINE void transpose_4x4(const float *from, ptrdiff_t from_row, float *to, ptrdiff_t to_row) {
    typedef float quad __attribute__((vector_size(16)));
#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
    typedef int32_t indices __attribute__((vector_size(16)));
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (indices){i, j, k, l})
#endif
    quad r[4];
    for (int i = 0; i < 4; i++) memcpy(&r[i], from + i * from_row, sizeof r[i]);
    const quad top = SHUFFLE(r[0], r[1], 0, 4, 1, 5), high = SHUFFLE(r[0], r[1], 2, 6, 3, 7);
    const quad low = SHUFFLE(r[2], r[3], 0, 4, 1, 5), last = SHUFFLE(r[2], r[3], 2, 6, 3, 7);
    const quad out[4] = {SHUFFLE(top, low, 0, 1, 4, 5), SHUFFLE(top, low, 2, 3, 6, 7), SHUFFLE(high, last, 0, 1, 4, 5),
                            SHUFFLE(high, last, 2, 3, 6, 7)};
    for (int i = 0; i < 4; i++) memcpy(to + i * to_row, &out[i], sizeof out[i]);
#undef SHUFFLE
}

INLINE vec v_max(vec a, vec b) { return v_select(a > b, a, b); }

INLINE vec v_min(vec a, vec b) { return v_select(a < b, a, b); }

INLINE vec v_sqrt(vec v) {
    for (int i = 0; i < LANES; i++) v[i] = __builtin_sqrtf(v[i]);
    return v;
}

/* Ones in the first n lanes. */
INLINE ivec v_lane_mask(int32_t n) {
    ivec indices;
    for (int i = 0; i < LANES; i++) indices[i] = i;
    return indices < n;
}

/* Halve until one is left. */
INLINE float v_reduce_add(vec v) {
    float x[LANES];
    v_store(x, v);
    UNROLL for (int half = LANES / 2; half > 0; half /= 2)
        UNROLL for (int i = 0; i < half; i++) x[i] += x[i + half];
    return x[0];
}

INLINE float v_reduce_max(vec v) {
    float x[LANES];
    v_store(x, v);
    UNROLL for (int half = LANES / 2; half > 0; half /= 2)
        UNROLL for (int i = 0; i < half; i++) x[i] = x[i] > x[i + half] ? x[i] : x[i + half];
    return x[0];
}

/* eˣ for x ≤ 88, to two units in the last place: x = n ln 2 + r, |r| ≤ ½ ln 2, a polynomial for eʳ and n into the
 * exponent. ln 2 is taken off in two parts, the first exact in few bits. Coefficients: Cephes, expf (Moshier 1992).
 * Below −87 the result is that of −87, 1.6e-38. */
INLINE vec v_exp(vec x) {
    const float to_whole = 12582912.0f; /* 1.5 · 2²³: adding it leaves no room for a fraction */
    x = v_max(v_min(x, v_set1(88.0f)), v_set1(-87.0f));
    vec n = (x * 1.44269504f + to_whole) - to_whole;
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

/* Return 16 bits: which of 16 bytes have one of these bits? */
INLINE int v_movemask16(const unsigned char *bytes, int bits) {
#if defined(__SSE2__) /* no word for it in the compiler's vectors */
    const __m128i some = _mm_and_si128(_mm_loadu_si128((const __m128i *)bytes), _mm_set1_epi8((char)bits));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(some, _mm_setzero_si128())) ^ 0xffff;
#else
    int found = 0;
    for (int i = 0; i < 16; i++) found |= ((bytes[i] & bits) != 0) << i;
    return found;
#endif
}

/* Write base + the places of the bits, of 16, and return how many there are. The list has room for 16. places: (256, 8),
 * those of every byte. */
INLINE int32_t append_set_bits(int bits, int32_t base, int32_t *list, const int32_t *indices) {
#if defined(__AVX512F__) /* nor for this */
    (void)indices;
    const __m512i zero_to_15 = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i these = _mm512_add_epi32(zero_to_15, _mm512_set1_epi32(base));
    _mm512_storeu_si512(list, _mm512_maskz_compress_epi32((__mmask16)bits, these));
    return __builtin_popcount((unsigned)bits);
#else
    const int low = bits & 255, high = bits >> 8, n_low = __builtin_popcount((unsigned)low);
    for (int i = 0; i < 8; i++) list[i] = base + indices[8 * low + i];
    for (int i = 0; i < 8; i++) list[n_low + i] = base + 8 + indices[8 * high + i];
    return n_low + __builtin_popcount((unsigned)high);
#endif
}

/* List the k with x[k] ≠ 0 of n numbers, and return how many. The list has room for n, rounded up to 16. */
INLINE int32_t nonzero_indices(const float *x, int32_t n, int32_t *list) {
    int32_t found = 0, k = 0;
#if defined(__AVX512F__)
    for (; k + LANES <= n; k += LANES)
        found += append_set_bits(_mm512_cmp_ps_mask(v_load(x + k), v_set1(0), _CMP_NEQ_UQ), k, list + found, 0);
#endif
    for (; k < n; k++) {
        list[found] = k;
        found += x[k] != 0;
    }
    return found;
}

#endif
