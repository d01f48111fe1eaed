/* Intel's AMX instructions carried out in software, for processors that have none. For Linux on
 * x86-64.
 *
 *     gcc -O2 -shared -fPIC -std=gnu11 -Wall -Wextra amx_emulator.c -o amx_emulator.so
 *     LD_PRELOAD=./amx_emulator.so program
 *
 * A processor without AMX refuses such an instruction with SIGILL. The handler below reads the
 * instruction where it stands, does what Intel's manual (volume 2) says it does, and lets the
 * program go on behind it. So the very machine code of a kernel is run where there is no AMX. Each
 * instruction takes ten microseconds or so: this tells whether a kernel is right, and nothing about
 * its speed.
 *
 * Known: LDTILECFG, STTILECFG, TILERELEASE, TILEZERO, TILELOADD, TILELOADDT1, TILESTORED,
 * TDPBF16PS. Where the manual wants a fault, one line names it, and the program is aborted. Any
 * other instruction kills it, as it would have anyway.
 *
 * CPUID still denies AMX. And who sets a handler for SIGILL later, takes it from us: Python's
 * faulthandler is one. */
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { TILES = 8, ROWS = 16, ROW_BYTES = 64, PAIRS = ROW_BYTES / 4 };

typedef union { /* a row of a tile, looked at in three ways */
    uint8_t byte[ROW_BYTES];
    uint16_t bf16[2 * PAIRS];
    float fp32[PAIRS];
} row;

typedef struct { /* the 64 bytes of LDTILECFG, as they lie in memory */
    uint8_t palette, start_row, reserved_1[14];
    uint16_t colsb[TILES]; /* bytes of a row */
    uint8_t reserved_2[16], rows[TILES], reserved_3[8];
} configuration;

_Static_assert(sizeof(configuration) == 64 && sizeof(row) == 64, "the layout is the manual's");

/* Each thread has its own. All zero: nothing is configured. initial-exec: it is there from the
 * thread's beginning, and a handler must not allocate it. */
static __thread struct {
    configuration is;
    row tile[TILES][ROWS];
} state __attribute__((tls_model("initial-exec")));

/* SIGILL comes from the instruction itself, not from amid the C library, so a handler may print. */
#define FAULT(format, ...) (fprintf(stderr, "AMX emulator: " format "\n", ##__VA_ARGS__), abort())

/* ---- Numbers. Subnormal ones are zero, coming in and going out; rounding is to nearest, ties to
 * even. ---- */

/* What stays below 2^-126 when it is rounded to 24 bits, as if exponents had no end, is zero: x86
 * rounds, then looks. */
static float settled(double x) {
    const double least = 0x1.ffffffp-127; /* the first that rounds up to 2^-126 */
    return fabs(x) < least ? copysignf(0, (float)x) : (float)x;
}

static float sum(float x, float y) {
    return settled((double)x + (double)y);
}

/* Rounded once, like a fused instruction, though in double: a product of two bf16 is exact there,
 * and rounding its sum with an fp32 to 53 bits before 24 changes nothing, since 53 ≥ 2 · 24 + 2. */
static float multiply_add(float x, float y, float z) {
    return settled((double)x * (double)y + (double)z);
}

static float widened(uint16_t bf16) { /* it is the upper half of an fp32 */
    const uint32_t bits = (uint32_t)bf16 << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return settled(x);
}

/* ---- What each instruction does; a tile is given by its number ---- */

static void need(int t, int whole) {
    if (!state.is.palette)
        FAULT("#UD: no tiles are configured");
    if (t >= TILES)
        FAULT("#UD: tile %d, and there are %d", t, TILES);
    if (!state.is.rows[t])
        FAULT("#UD: tile %d is not configured", t);
    if (state.is.colsb[t] % whole)
        FAULT("#UD: tile %d has rows of %d bytes, not whole dwords", t, state.is.colsb[t]);
}

static void need_rows(int t) {
    need(t, 4);
    if (state.is.start_row >= state.is.rows[t])
        FAULT("#UD: tile %d has %d rows, start_row is %d", t, state.is.rows[t], state.is.start_row);
}

static void need_product(int c, int a, int b) {
    const configuration *is = &state.is;
    need(c, 4), need(a, 4), need(b, 4);
    if (c == a || c == b || a == b)
        FAULT("#UD: TDPBF16PS: tiles %d, %d, %d are not three", c, a, b);
    if (is->rows[c] != is->rows[a] || is->colsb[a] / 4 != is->rows[b] ||
        is->colsb[c] != is->colsb[b])
        FAULT("#UD: TDPBF16PS: shapes do not match, in dwords: %d x %d += %d x %d @ %d x %d",
              is->rows[c], is->colsb[c] / 4, is->rows[a], is->colsb[a] / 4, is->rows[b],
              is->colsb[b] / 4);
}

static void need_valid(const configuration *is) {
    static const uint8_t zeros[16];
    if (is->palette > 1)
        FAULT("#GP: LDTILECFG: palette %d, and there are 0 and 1", is->palette);
    if (!is->palette)
        return; /* and the rest is not looked at */
    if (memcmp(is->reserved_1, zeros, 14) || memcmp(is->reserved_2, zeros, 16) ||
        memcmp(is->reserved_3, zeros, 8))
        FAULT("#GP: LDTILECFG: a reserved byte is not 0");
    for (int t = 0; t < TILES; t++)
        if (is->rows[t] > ROWS || is->colsb[t] > ROW_BYTES || !is->rows[t] != !is->colsb[t])
            FAULT("#GP: LDTILECFG: tile %d has %d rows of %d bytes", t, is->rows[t], is->colsb[t]);
}

static void release(void) {
    memset(&state, 0, sizeof state);
}

static void configure(const void *from) {
    configuration asked;
    memcpy(&asked, from, sizeof asked);
    need_valid(&asked);
    release();
    if (asked.palette)
        state.is = asked;
}

static void clear_from(int t, int row_number) {
    for (int r = row_number; r < ROWS; r++)
        memset(&state.tile[t][r], 0, sizeof(row));
}

static void zero(int t) {
    need(t, 1);
    clear_from(t, 0);
    state.is.start_row = 0;
}

static void load(int t, uintptr_t start, uintptr_t stride) {
    need_rows(t);
    clear_from(t, state.is.start_row); /* what is beside and below the loaded bytes is zero */
    for (uintptr_t r = state.is.start_row; r < state.is.rows[t]; r++)
        memcpy(&state.tile[t][r], (const void *)(start + r * stride), state.is.colsb[t]);
    state.is.start_row = 0;
}

static void store(int t, uintptr_t start, uintptr_t stride) {
    need_rows(t);
    for (uintptr_t r = state.is.start_row; r < state.is.rows[t]; r++)
        memcpy((void *)(start + r * stride), &state.tile[t][r], state.is.colsb[t]);
    state.is.start_row = 0;
}

/* A row of c += a @ b. Each dword of a and b is a pair of bf16. Products of first ones and of
 * second ones are added up apart, then the two sums are added, then that to c. */
static void multiply_row(row *c, const row *a, const row *b, int pairs, int columns) {
    float even[PAIRS] = {0}, odd[PAIRS] = {0};
    for (int k = 0; k < pairs; k++)
        for (int j = 0; j < columns; j++) {
            even[j] = multiply_add(widened(a->bf16[2 * k]), widened(b[k].bf16[2 * j]), even[j]);
            odd[j] =
                multiply_add(widened(a->bf16[2 * k + 1]), widened(b[k].bf16[2 * j + 1]), odd[j]);
        }
    for (int j = 0; j < PAIRS; j++)
        c->fp32[j] = j < columns ? sum(settled(c->fp32[j]), sum(even[j], odd[j])) : 0;
}

static void multiply(int c, int a, int b) {
    need_product(c, a, b);
    for (int r = 0; r < state.is.rows[c]; r++)
        multiply_row(&state.tile[c][r], &state.tile[a][r], state.tile[b], state.is.rows[b],
                     state.is.colsb[c] / 4);
    clear_from(c, state.is.rows[c]);
    state.is.start_row = 0;
}

/* ---- How an instruction is written: VEX of three bytes, opcode, ModRM, perhaps SIB, perhaps a
 * displacement ---- */

enum { /* opcode · 16 + 1, 2 or 3 for the prefix 66, F3 or F2 that VEX stands for; + 0x1000 for one
          without an address */
       LDTILECFG = 0x490,
       STTILECFG = 0x491,
       TILELOADDT1 = 0x4B1,
       TILESTORED = 0x4B2,
       TILELOADD = 0x4B3,
       TILERELEASE = 0x1490,
       TILEZERO = 0x1493,
       TDPBF16PS = 0x15C2,
};

typedef struct {
    int what;                     /* one of these, or something else */
    int mod, reg, rm, third, sib; /* third: the register in VEX itself, 0 where it names none */
    uintptr_t start,
        index; /* base + displacement; index register · scale, which is the stride of a tile */
} instruction;

static uintptr_t general(const ucontext_t *before, int number) {
    static const uint8_t place[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                    REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                    REG_R12, REG_R13, REG_R14, REG_R15};
    return (uintptr_t)before->uc_mcontext.gregs[place[number]];
}

/* p stands behind ModRM; x and b are 8 where VEX makes index and base one of r8 to r15. Return the
 * instruction's end. */
static const uint8_t *read_address(instruction *in, const uint8_t *p, int x, int b,
                                   const ucontext_t *before) {
    int base = in->rm, bytes = in->mod == 1 ? 1 : in->mod == 2 ? 4 : 0;
    if (in->sib) {
        const int scale = *p >> 6, index = (*p >> 3 & 7) | x;
        if (index != 4)
            in->index = general(before, index) << scale; /* 4 would be rsp, and means none */
        base = *p++ & 7;
    }
    const int has_base = base != 5 || in->mod;
    if (!has_base)
        bytes = 4;
    int32_t far = 0;
    memcpy(&far, p, (size_t)bytes);
    in->start += (uintptr_t)(intptr_t)(bytes == 1 ? (int8_t)far : far);
    in->start += has_base ? general(before, base | b) : in->sib ? 0 : (uintptr_t)(p + bytes);
    return p + bytes;
}

/* Return the instruction's end, or NULL where it is none of ours. */
static const uint8_t *read_instruction(instruction *in, const uint8_t *p,
                                       const ucontext_t *before) {
    memset(in, 0, sizeof *in);
    if (*p == 0x64) { /* relative to fs: a variable of the thread, whose block begins with its own
                         address */
        __asm__("mov %%fs:0, %0" : "=r"(in->start));
        p++;
    }
    if (p[0] != 0xC4 || (p[1] & 0x9F) != 0x82 || (p[2] & 0x84))
        return NULL; /* map 0F38, R not used, W = L = 0 */
    const int x = p[1] & 0x40 ? 0 : 8,
              b = p[1] & 0x20 ? 0 : 8; /* VEX keeps them, and third, upside down */
    in->third = ~p[2] >> 3 & 15, in->what = p[3] << 4 | (p[2] & 3);
    in->mod = p[4] >> 6, in->reg = p[4] >> 3 & 7, in->rm = p[4] & 7,
    in->sib = in->mod != 3 && in->rm == 4;
    if (in->mod != 3)
        return read_address(in, p + 5, x, b, before);
    in->what += 0x1000, in->rm |= b;
    return p + 5;
}

/* Return whether it was one of ours. */
static int obey(const instruction *in) {
    void *const place = (void *)(in->start + in->index);
    if (in->third && in->what != TDPBF16PS)
        return 0;
    switch (in->what) {
    case LDTILECFG:
        return !in->reg && (configure(place), 1);
    case STTILECFG:
        return !in->reg && (memcpy(place, &state.is, sizeof state.is), 1);
    case TILELOADD:
    case TILELOADDT1:
        return in->sib && (load(in->reg, in->start, in->index), 1);
    case TILESTORED:
        return in->sib && (store(in->reg, in->start, in->index), 1);
    case TILERELEASE:
        return !in->reg && !in->rm && (release(), 1);
    case TILEZERO:
        return !in->rm && (zero(in->reg), 1);
    case TDPBF16PS:
        return multiply(in->reg, in->rm, in->third), 1;
    default:
        return 0;
    }
}

/* ---- The handler ---- */

static void on_refused(int number, siginfo_t *info, void *context) {
    ucontext_t *at = context;
    const unsigned modes = _mm_getcsr();
    instruction in;
    (void)info;
    _mm_setcsr(0x1F80); /* settled() counts on it; the interrupted code may flush, and round, as it
                           likes */
    const uint8_t *end = read_instruction(&in, (const uint8_t *)at->uc_mcontext.gregs[REG_RIP], at);
    const int is_ours = end && obey(&in);
    _mm_setcsr(modes);
    if (is_ours)
        at->uc_mcontext.gregs[REG_RIP] = (greg_t)end;
    else
        signal(number, SIG_DFL); /* it is refused once more, and kills */
}

__attribute__((constructor)) static void emulator(void) {
    struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
}
