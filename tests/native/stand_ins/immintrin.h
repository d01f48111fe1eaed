/* AVX-512's and AMX's intrinsics as C functions: with this folder before the compiler's own
 * headers, and -mavx2 -mfma -D__AVX512F__ for the instructions, the kernels for those families run on any
 * processor with AVX2. Only what the core uses, as Intel's intrinsics guide defines it. */
#ifndef BYHAND_STAND_INS_IMMINTRIN_H
#define BYHAND_STAND_INS_IMMINTRIN_H

#undef __AVX512F__
#include_next <immintrin.h>
#define __AVX512F__ 1

#include <stdint.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wpsabi"
#define STAND_IN static inline __attribute__((unused))

typedef float floats_512 __attribute__((vector_size(64)));
typedef int32_t ints_512 __attribute__((vector_size(64)));

STAND_IN ints_512 stand_in_cvtepu8_epi32(__m128i bytes) {
    unsigned char b[16];
    ints_512 r;
    memcpy(b, &bytes, sizeof b);
    for (int i = 0; i < 16; i++) {
        r[i] = b[i];
    }
    return r;
}

STAND_IN floats_512 stand_in_cvtepi32_ps(ints_512 v) {
    return __builtin_convertvector(v, floats_512);
}

STAND_IN ints_512 stand_in_add_epi32(ints_512 a, ints_512 b) {
    return a + b;
}

STAND_IN ints_512 stand_in_set1_epi32(int32_t x) {
    return x - (ints_512){0};
}

STAND_IN void stand_in_storeu(void *to, ints_512 v) {
    memcpy(to, &v, sizeof v);
}

STAND_IN ints_512 stand_in_compress(unsigned mask, ints_512 v) {
    ints_512 r = {0};
    int n = 0;
    for (int i = 0; i < 16; i++) {
        if (mask >> i & 1) {
            r[n++] = v[i];
        }
    }
    return r;
}

STAND_IN int stand_in_unequal(floats_512 a, floats_512 b) {
    int mask = 0;
    for (int i = 0; i < 16; i++) {
        mask |= (a[i] != b[i]) << i;
    }
    return mask;
}

typedef uint16_t words_512 __attribute__((vector_size(64)));

STAND_IN words_512 stand_in_set_words(const uint16_t *from_31_down) {
    words_512 r;
    for (int i = 0; i < 32; i++) {
        r[i] = from_31_down[31 - i];
    }
    return r;
}

STAND_IN ints_512 stand_in_permute_words(ints_512 indices, ints_512 v) {
    const words_512 at = (words_512)indices, from = (words_512)v;
    words_512 r;
    for (int i = 0; i < 32; i++) {
        r[i] = from[at[i] & 31];
    }
    return (ints_512)r;
}

/* Rounded to the nearest, ties to even; denormal numbers are 0. */
STAND_IN uint16_t stand_in_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7f800000u) == 0) {
        return (uint16_t)(bits >> 16 & 0x8000u);
    }
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return (uint16_t)(bits >> 16 | 0x40u);
    }
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

STAND_IN floats_512 stand_in_cvtne2ps_pbh(floats_512 high, floats_512 low) {
    words_512 r;
    for (int i = 0; i < 16; i++) {
        r[i] = stand_in_bf16(low[i]);
        r[i + 16] = stand_in_bf16(high[i]);
    }
    return (floats_512)r;
}

/* The bf16 numbers of a pair, the low half first. */
STAND_IN float bf16_half(uint32_t pair, int high) {
    const uint32_t bits = high ? pair & 0xffff0000u : pair << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

STAND_IN floats_512 stand_in_dpbf16(floats_512 sum, floats_512 a, floats_512 b) {
    const ints_512 pairs_a = (ints_512)a, pairs_b = (ints_512)b;
    for (int i = 0; i < 16; i++) {
        const uint32_t x = (uint32_t)pairs_a[i], y = (uint32_t)pairs_b[i];
        sum[i] += bf16_half(x, 1) * bf16_half(y, 1);
        sum[i] += bf16_half(x, 0) * bf16_half(y, 0);
    }
    return sum;
}

#define _mm512_cvtepu8_epi32          stand_in_cvtepu8_epi32
#define _mm512_cvtepi32_ps            stand_in_cvtepi32_ps
#define _mm512_setr_epi32(...)        ((ints_512){__VA_ARGS__})
#define _mm512_add_epi32              stand_in_add_epi32
#define _mm512_set1_epi32             stand_in_set1_epi32
#define _mm512_storeu_si512           stand_in_storeu
#define _mm512_maskz_compress_epi32   stand_in_compress
#define _mm512_cmp_ps_mask(a, b, how) stand_in_unequal(a, b)
#define _mm512_dpbf16_ps              stand_in_dpbf16
#define _mm512_set_epi16(...)         ((ints_512)stand_in_set_words((const uint16_t[]){__VA_ARGS__}))
#define _mm512_permutexvar_epi16      stand_in_permute_words
#define _mm512_cvtne2ps_pbh           stand_in_cvtne2ps_pbh
#define __m512                        floats_512
#define __m512i                       ints_512
#define __m512bh                      floats_512

/* AMX: eight tiles of 16 rows of 16 pairs, the only configuration that the core asks for. */
static _Thread_local float stand_in_tile[8][16][16];

STAND_IN void stand_in_zero(int tile) {
    memset(stand_in_tile[tile], 0, sizeof stand_in_tile[tile]);
}

STAND_IN void stand_in_loadd(int tile, const void *from, size_t stride) {
    for (int r = 0; r < 16; r++) {
        memcpy(stand_in_tile[tile][r], (const char *)from + (size_t)r * stride, 64);
    }
}

STAND_IN void stand_in_stored(int tile, void *to, size_t stride) {
    for (int r = 0; r < 16; r++) {
        memcpy((char *)to + (size_t)r * stride, stand_in_tile[tile][r], 64);
    }
}

STAND_IN void stand_in_dpbf16ps(int to, int a, int b) {
    for (int r = 0; r < 16; r++) {
        for (int k = 0; k < 16; k++) {
            for (int j = 0; j < 16; j++) {
                uint32_t x, y;
                memcpy(&x, &stand_in_tile[a][r][k], sizeof x);
                memcpy(&y, &stand_in_tile[b][k][j], sizeof y);
                stand_in_tile[to][r][j] += bf16_half(x, 0) * bf16_half(y, 0);
                stand_in_tile[to][r][j] += bf16_half(x, 1) * bf16_half(y, 1);
            }
        }
    }
}

#define _tile_loadconfig(config) ((void)(config))
#define _tile_release()          ((void)0)
#define _tile_zero               stand_in_zero
#define _tile_loadd              stand_in_loadd
#define _tile_stored             stand_in_stored
#define _tile_dpbf16ps           stand_in_dpbf16ps

#endif
