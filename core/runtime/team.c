/* Threads, a barrier, and flush-to-zero. Where there are no POSIX threads a team has one member. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "runtime/team.h"

#if defined(__SSE__)
#include <immintrin.h>
#endif

#if !defined(_WIN32) && !defined(__wasm__)
#define HAVE_THREADS 1
#include <pthread.h>
#include <sched.h>
#endif

enum { SPIN_LIMIT = 4000 /* some 50 µs, longer than any phase waits on a quiet machine; then the processor is lent out */ };

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
    int tid;
} thread_arg;

static void *run_task(void *argument) {
    const thread_arg *a = argument;
    unsigned before = flush_denormals();
    a->work(a->task, a->tid);
    restore_denormals(before);
    return 0;
}

#if HAVE_THREADS

enum { MAX_TEAM_SIZE = 64 };

/* Members start together, once it is known how many there are. */
typedef struct {
    thread_arg arg;
    atomic_int *start_flag;
} start_arg;

static void *wait_and_run(void *argument) {
    start_arg *m = argument;
    int start_flag;
    while (!(start_flag = atomic_load_explicit(m->start_flag, memory_order_acquire))) sched_yield();
    return start_flag > 0 ? run_task(&m->arg) : 0;
}

void team_run(thread_team *t, void (*work)(void *task, int tid), void *task) {
    pthread_t threads[MAX_TEAM_SIZE];
    start_arg members[MAX_TEAM_SIZE];
    atomic_int start_flag = 0;
    int size = 1;
    for (; size < t->size && size < MAX_TEAM_SIZE; size++) {
        members[size] = (start_arg){{work, task, size}, &start_flag};
        if (pthread_create(&threads[size], 0, wait_and_run, &members[size])) break;
    }
    t->size = size;
    atomic_store(&t->n_waiting, 0);
    atomic_store(&t->generation, 0);
    atomic_store_explicit(&start_flag, 1, memory_order_release);
    run_task(&(thread_arg){work, task, 0});
    for (int i = 1; i < size; i++) pthread_join(threads[i], 0);
}

void team_barrier(thread_team *t) {
    if (t->size == 1) return;
    int generation = atomic_load_explicit(&t->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->n_waiting, 1, memory_order_acq_rel) == t->size - 1) {
        atomic_store_explicit(&t->n_waiting, 0, memory_order_relaxed);
        atomic_store_explicit(&t->generation, generation + 1, memory_order_release);
        return;
    }
    for (int spin = 0; atomic_load_explicit(&t->generation, memory_order_acquire) == generation; spin++) {
        if (spin > SPIN_LIMIT) sched_yield();
#if defined(__SSE__)
        else _mm_pause();
#endif
    }
}

#else

void team_run(thread_team *t, void (*work)(void *task, int tid), void *task) {
    t->size = 1;
    run_task(&(thread_arg){work, task, 0});
}

void team_barrier(thread_team *t) { (void)t; }

#endif
