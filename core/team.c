/* Threads, a barrier, and flush-to-zero. Where there are no POSIX threads a team has one member. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "team.h"

#if defined(__SSE__)
#include <immintrin.h>
#endif

#if !defined(_WIN32) && !defined(__wasm__)
#define HAVE_THREADS 1
#include <pthread.h>
#include <sched.h>
#endif

enum { SPINS = 4000 /* some 50 µs, longer than any phase waits on a quiet machine; then the processor is lent out */ };

/* Denormal numbers, below 1.2e-38, are up to a hundred times slower than others and of no use to training. */
static unsigned flush_denormals(void) {
#if defined(__SSE__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
    return before;
#else
    return 0;
#endif
}

static void restore_denormals(unsigned before) {
#if defined(__SSE__)
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

typedef struct {
    void (*work)(void *, int);
    void *task;
    int member;
} assignment;

static void *carry_out(void *given) {
    const assignment *a = given;
    unsigned before = flush_denormals();
    a->work(a->task, a->member);
    restore_denormals(before);
    return 0;
}

#if HAVE_THREADS

enum { MOST_MEMBERS = 64 };

/* Members start together, once it is known how many there are. */
typedef struct {
    assignment job;
    atomic_int *go;
} waiting_member;

static void *start_together(void *given) {
    waiting_member *m = given;
    int go;
    while (!(go = atomic_load_explicit(m->go, memory_order_acquire))) sched_yield();
    return go > 0 ? carry_out(&m->job) : 0;
}

void team_run(team *t, void (*work)(void *task, int member), void *task) {
    pthread_t threads[MOST_MEMBERS];
    waiting_member members[MOST_MEMBERS];
    atomic_int go = 0;
    int size = 1;
    for (; size < t->size && size < MOST_MEMBERS; size++) {
        members[size] = (waiting_member){{work, task, size}, &go};
        if (pthread_create(&threads[size], 0, start_together, &members[size])) break;
    }
    t->size = size;
    atomic_store(&t->waiting, 0);
    atomic_store(&t->round, 0);
    atomic_store_explicit(&go, 1, memory_order_release);
    carry_out(&(assignment){work, task, 0});
    for (int i = 1; i < size; i++) pthread_join(threads[i], 0);
}

void team_wait(team *t) {
    if (t->size == 1) return;
    int round = atomic_load_explicit(&t->round, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->waiting, 1, memory_order_acq_rel) == t->size - 1) {
        atomic_store_explicit(&t->waiting, 0, memory_order_relaxed);
        atomic_store_explicit(&t->round, round + 1, memory_order_release);
        return;
    }
    for (int spin = 0; atomic_load_explicit(&t->round, memory_order_acquire) == round; spin++) {
        if (spin > SPINS) sched_yield();
#if defined(__SSE__)
        else _mm_pause();
#endif
    }
}

#else

void team_run(team *t, void (*work)(void *task, int member), void *task) {
    t->size = 1;
    carry_out(&(assignment){work, task, 0});
}

void team_wait(team *t) { (void)t; }

#endif
