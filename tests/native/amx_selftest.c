/* Asks AMX, the real one or its emulator, questions whose answers are known. Prints "ok" and what
 * was asked, or says what was wrong and returns 1.
 *
 *     amx_selftest products | corners | addresses | threads
 *     amx_selftest shapes | twice | unconfigured | rows | palette | other       what must be
 * refused
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOM = 40 }; /* numbers to a row in memory, more than a tile takes */
enum {
    PLAIN = 0x1F80,
    FLUSH = 0x8040,
    UPWARDS = 0x4000
}; /* MXCSR as a program finds it; bits that change its ways */

typedef struct {
    uint8_t palette, start_row, reserved_1[14];
    uint16_t colsb[8];
    uint8_t reserved_2[16], rows[8], reserved_3[8];
} configuration;

typedef struct {
    int rows, pairs, columns;
    uint16_t a[16 * ROOM], b[16 * ROOM];
    float c[16 * ROOM], before[16 * ROOM];
} problem;

static void expect(int holds, const char *what) {
    if (holds)
        return;
    printf("wrong: %s\n", what);
    exit(1);
}

static void
ask_for_tiles(void) { /* Linux gives them to whom asks; the emulator needs no permission */
    const long request = 0x1023, tile_data = 18;
    (void)!syscall(SYS_arch_prctl, request, tile_data);
}

static void set_shape(configuration *is, int tile, int rows, int dwords) {
    is->palette = 1, is->rows[tile] = (uint8_t)rows, is->colsb[tile] = (uint16_t)(4 * dwords);
}

/* Everything is written to memory before a tile instruction looks there: GCC's intrinsics do not
 * say what they read. */
static void finished(const void *it) {
    __asm__ volatile("" ::"r"(it) : "memory");
}

static uint32_t draw(uint32_t *seed) {
    return (*seed = *seed * 1664525 + 1013904223) >> 8;
}

static float widened(uint16_t bf16) {
    const uint32_t bits = (uint32_t)bf16 << 16;
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static void invent(problem *p, int rows, int pairs, int columns, uint32_t seed) {
    p->rows = rows, p->pairs = pairs, p->columns = columns;
    for (int i = 0; i < 16 * ROOM; i++) {
        p->a[i] =
            (uint16_t)(0x3E00 + draw(&seed) % 0x200 + draw(&seed) % 2 * 0x8000); /* ±1/8 to ±8 */
        p->b[i] = (uint16_t)(0x3E00 + draw(&seed) % 0x200 + draw(&seed) % 2 * 0x8000);
        p->before[i] = p->c[i] = (float)(draw(&seed) % 2001) / 100 - 10;
    }
}

/* c += a @ b; all threads meet, where there are any, once their tiles are full. */
static void multiply(problem *p, pthread_barrier_t *meeting) {
    configuration is = {0};
    set_shape(&is, 0, p->rows, p->columns);
    set_shape(&is, 3, p->rows, p->pairs), set_shape(&is, 7, p->pairs, p->columns);
    finished(&is), finished(p), _tile_loadconfig(&is);
    _tile_loadd(0, p->c, ROOM * 4);
    _tile_loadd(3, p->a, ROOM * 2);
    _tile_stream_loadd(7, p->b, ROOM * 2);
    if (meeting)
        pthread_barrier_wait(meeting);
    _tile_dpbf16ps(0, 3, 7);
    _tile_stored(0, p->c, ROOM * 4);
    _tile_release();
}

/* Each of at most pairs + 2 roundings on the way of a number errs by half a unit of its last place,
 * 2^-24 of what has been added up so far, which is never more than the sum of all magnitudes. */
static void check(const problem *p) {
    for (int i = 0; i < 16 * ROOM; i++) {
        const int r = i / ROOM, j = i % ROOM;
        if (r >= p->rows || j >= p->columns) {
            expect(p->c[i] == p->before[i], "something is stored beside the tile");
            continue;
        }
        double exact = (double)p->before[i], magnitude = fabs(exact);
        for (int k = 0; k < 2 * p->pairs; k++) {
            const double term = (double)widened(p->a[r * ROOM + k]) *
                                (double)widened(p->b[k / 2 * ROOM + 2 * j + k % 2]);
            exact += term, magnitude += fabs(term);
        }
        expect(fabs((double)p->c[i] - exact) <= 0x1.01p-24 * (p->pairs + 2) * magnitude,
               "a product");
    }
}

static void products(void) {
    static const int shapes[][3] = {{5, 7, 11}, {16, 16, 16}, {1, 1, 1}, {16, 1, 3}, {2, 16, 16}};
    for (uint32_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        problem p;
        invent(&p, shapes[i][0], shapes[i][1], shapes[i][2], i);
        multiply(&p, NULL), check(&p);
    }
}

/* Return c + (a[0], a[1]) · (b[0], b[1]) + … of one row, one column and two pairs. */
static float of_two_pairs(float c, const float *a, const float *b) {
    problem p = {.rows = 1, .pairs = 2, .columns = 1, .c = {c}};
    for (int k = 0; k < 4; k++) {
        uint32_t bits[2];
        memcpy(&bits[0], &a[k], 4), memcpy(&bits[1], &b[k], 4);
        p.a[k] = (uint16_t)(bits[0] >> 16), p.b[k / 2 * ROOM + k % 2] = (uint16_t)(bits[1] >> 16);
    }
    multiply(&p, NULL);
    return p.c[0];
}

static void expect_of(float wanted, float c, const float a[4], const float b[4], const char *what) {
    const float got = of_two_pairs(c, a, b);
    expect(!memcmp(&got, &wanted, 4), what);
}

#define FOUR(...) ((const float[4]){__VA_ARGS__})

/* Worked by hand from the manual's order: the even products, the odd ones, both sums, and only then
 * c. */
static void corners(void) {
    const float big = 0x1p24f, *ones = FOUR(1, 1, 1, 1);
    static const unsigned modes[] = {PLAIN, PLAIN | FLUSH, PLAIN | UPWARDS};
    for (int i = 0; i < 3; i++) { /* it makes no difference what MXCSR wants */
        _mm_setcsr(modes[i]);
        expect_of(0, -big, FOUR(big, 1), ones, "c comes last: 2^24 + 1 is rounded to 2^24 before");
        expect_of(2, 0, FOUR(big, 1, -big, 1), ones,
                  "even and odd are apart: (2^24 - 2^24) + (1 + 1)");
        expect_of(big, 0, FOUR(big, 1, 1, 0), ones,
                  "each step is rounded: 2^24 + 1 is 2^24, twice");
        expect_of(0x1p127f, 0, FOUR(-0x1p127f, 0, 0x1p64f, 0), FOUR(1, 0, 0x1p64f, 0),
                  "a product does not overflow");
        expect_of(INFINITY, 0, FOUR(0x1p64f, 0, -0x1p64f, 0), FOUR(0x1p64f, 0, 1, 0), "a sum does");
        expect_of(0, 0, FOUR(0x1p-127f, 0), FOUR(0x1p127f, 0), "a subnormal factor is zero");
        expect_of(0, 0, FOUR(0x1p-100f, 0), FOUR(0x1p-27f, 0), "a subnormal sum is zero");
        expect_of(0x1p-126f, 0, FOUR(0x1p-100f, 0), FOUR(0x1p-26f, 0), "a normal one is kept");
        expect_of(0x1p-126f, 0x1p-127f, FOUR(0x1p-100f, 0), FOUR(0x1p-26f, 0),
                  "a subnormal c is zero");
        expect_of(1, 0, FOUR(0x1p-126f, 0x1p-126f), FOUR(0x1p125f, 0x1p125f),
                  "two halves make one");
        expect(isnan(of_two_pairs(0, FOUR(INFINITY, 0), FOUR(0, 0))),
               "infinity times zero is no number");
        expect(_mm_getcsr() == modes[i], "MXCSR stays as it was");
    }
    _mm_setcsr(PLAIN);
}

/* Runs an instruction with one register set to base, another to index. */
#define WITH(base_register, base, index_register, index, instruction)           \
    __asm__ volatile("mov %0, %%" base_register "\n\tmov %1, %%" index_register \
                     "\n\t" instruction ::"r"((long)(base)),                    \
                     "r"((long)(index))                                         \
                     : base_register, index_register, "memory")

static configuration of_process, read_back;
static __thread configuration of_thread;

static void expect_configured(int columns, const char *what) {
    _tile_storeconfig(&read_back);
    expect(read_back.palette == 1 && read_back.rows[0] == 3 && read_back.colsb[0] == 4 * columns,
           what);
    memset(&read_back, 0, sizeof read_back);
}

static void configure_from_anywhere(char *low) {
    configuration there[9] = {0};
    for (int i = 0; i < 9; i++)
        set_shape(&there[i], 0, 3, i + 1);
    WITH("r13", there, "r8", 0, "ldtilecfg (%%r13)");
    expect_configured(1, "r13, which needs a displacement");
    WITH("r12", there, "r8", 0, "ldtilecfg 0x40(%%r12)");
    expect_configured(2, "r12, which needs SIB; one byte further");
    WITH("rax", there, "r8", 0, "ldtilecfg 0x80(%%rax)");
    expect_configured(3, "four bytes further");
    WITH("rdx", there + 5, "r8", 0, "ldtilecfg -0x80(%%rdx)");
    expect_configured(4, "one byte backwards");
    WITH("r9", there, "r12", 64, "ldtilecfg (%%r9,%%r12,4)");
    expect_configured(5, "r12 as an index");
    set_shape(&of_process, 0, 3, 6), set_shape(&of_thread, 0, 3, 7);
    __asm__ volatile("ldtilecfg %0" ::"m"(of_process));
    expect_configured(6, "relative to the instruction");
    __asm__ volatile("ldtilecfg %0" ::"m"(of_thread));
    expect_configured(7, "a variable of the thread");
    memcpy(low, &there[7], 64), memcpy(low + 0x400, &there[8], 64);
    __asm__ volatile("ldtilecfg 0x10000000" ::: "memory");
    expect_configured(8, "an address and no register");
    WITH("rcx", 0x80, "r8", 0, "ldtilecfg 0x10000000(,%%rcx,8)");
    expect_configured(9, "an address and an index");
    _tile_release(), _tile_storeconfig(&read_back);
    expect(!memcmp(&read_back, &(configuration){0}, 64), "released, all is zero");
}

/* Tile 0, three rows of two, is what stands at from, where rows are ROOM numbers apart. */
static void expect_loaded(const int *from, const char *what) {
    int got[6];
    _tile_stored(0, got, 8);
    for (int i = 0; i < 6; i++)
        expect(got[i] == from[i / 2 * ROOM + i % 2], what);
    _tile_zero(0);
    _tile_stored(0, got, 8);
    for (int i = 0; i < 6; i++)
        expect(!got[i], "zeroed");
}

static void load_from_anywhere(int *low) {
    configuration is = {0};
    int there[6 * ROOM], got[6] = {0};
    const int apart = ROOM * 4;
    for (int i = 0; i < 6 * ROOM; i++)
        there[i] = low[i] = i + 1;
    set_shape(&is, 0, 3, 2), finished(&is), finished(there);
    _tile_loadconfig(&is);
    WITH("r13", there, "r14", apart / 4, "tileloadd 0x40(%%r13,%%r14,4), %%tmm0");
    expect_loaded(there + 16, "r13, r14");
    WITH("rbx", there, "r12", apart, "tileloadd 0x140(%%rbx,%%r12), %%tmm0");
    expect_loaded(there + 80, "rbx, r12");
    WITH("r12", there + 2, "rsi", apart / 2, "tileloadd -8(%%r12,%%rsi,2), %%tmm0");
    expect_loaded(there, "r12, rsi");
    WITH("rdi", there + 2 * ROOM, "r15", -apart, "tileloaddt1 (%%rdi,%%r15), %%tmm0");
    _tile_stored(0, got, 8);
    expect(got[4] == 1 && got[0] == 2 * ROOM + 1, "a stride backwards");
    WITH("r8", 0, "r11", apart / 8, "tileloadd 0x10000000(,%%r11,8), %%tmm0");
    expect_loaded(low, "an address, r11");
    _tile_loadd(0, there, apart);
    memset(got, 0, sizeof got);
    WITH("r12", got, "r8", 0, "tilestored %%tmm0, (%%r12)");
    expect(got[0] == 2 * ROOM + 1 && got[1] == 2 * ROOM + 2 && !got[2],
           "no index is a stride of zero: the last row stays");
    _tile_release();
}

static void addresses(void) {
    const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    char *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, how, -1, 0);
    expect(low == (void *)0x10000000, "no memory there");
    configure_from_anywhere(low), load_from_anywhere((int *)low);
}

static pthread_barrier_t meeting;

static void *one_thread(void *second) {
    const int is_second = second != NULL;
    _mm_setcsr(PLAIN | FLUSH);
    for (uint32_t round = 0; round < 20; round++) {
        problem p;
        invent(&p, is_second ? 16 : 5, is_second ? 16 : 7, is_second ? 16 : 11,
               2 * round + (uint32_t)is_second);
        multiply(&p, &meeting), check(&p);
    }
    expect(_mm_getcsr() >> 6 == (PLAIN | FLUSH) >> 6,
           "MXCSR stays as it was"); /* its lowest bits say what happened */
    return NULL;
}

static void threads(void) {
    pthread_t second;
    pthread_barrier_init(&meeting, NULL, 2);
    expect(!pthread_create(&second, NULL, one_thread, &meeting), "no second thread");
    one_thread(NULL);
    pthread_join(second, NULL);
}

/* What must be refused: b with one row too few, one tile as two operands, a tile without a shape, a
 * row too many, a palette that does not exist. */
static void configure_three(configuration is) {
    set_shape(&is, 0, 5, 11), set_shape(&is, 1, 5, 7),
        set_shape(&is, 2, is.rows[2] ? is.rows[2] : 7, 11);
    finished(&is), _tile_loadconfig(&is);
}

static void shapes(void) {
    configure_three((configuration){.rows[2] = 6});
    _tile_dpbf16ps(0, 1, 2);
}

static void twice(void) {
    configure_three((configuration){0});
    __asm__ volatile(".byte 0xC4, 0xE2, 0x72, 0x5C, 0xC1"); /* tdpbf16ps of 0, 1 and 1, which
                                                               assemblers refuse too */
}

static void unconfigured(void) {
    configure_three((configuration){0});
    _tile_zero(4);
}

static void rows(void) {
    configure_three((configuration){.rows[2] = 17});
}

static void palette(void) {
    const configuration is = {.palette = 2};
    finished(&is), _tile_loadconfig(&is);
}

static void other(void) {
    __asm__ volatile("ud2");
} /* no instruction of AMX */

int main(int n, char **arguments) {
    static const struct {
        const char *name;
        void (*ask)(void);
    } all[] = {{"products", products},
               {"corners", corners},
               {"addresses", addresses},
               {"threads", threads},
               {"shapes", shapes},
               {"twice", twice},
               {"unconfigured", unconfigured},
               {"rows", rows},
               {"palette", palette},
               {"other", other}};
    ask_for_tiles();
    for (size_t i = 0; n == 2 && i < sizeof all / sizeof *all; i++)
        if (!strcmp(arguments[1], all[i].name))
            return all[i].ask(), printf("ok: %s\n", all[i].name), 0;
    return 2;
}
