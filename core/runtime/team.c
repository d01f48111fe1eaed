/* Threads, a spinning barrier, and flush-to-zero. Without POSIX threads a team has one thread. */
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
#else
#define HAVE_THREADS 0
#endif

/* Flush denormals (below 1.2e-38): they are up to 100 times slower and irrelevant to training.
 * Returns the mode before. */
static unsigned flush_denormals(void) {
#if defined(__SSE__)
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
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

static void run_task(const thread_arg *arg) {
    const unsigned before = flush_denormals();
    arg->work(arg->task, arg->tid);
    restore_denormals(before);
}

#if HAVE_THREADS

enum {
    MAX_TEAM_SIZE = 64,
    SPIN_LIMIT = 4000 /* some 50 us, longer than any phase waits on a quiet machine; then yield */
};

/* Threads start working together, when it is known how many could be created. */
typedef struct {
    thread_arg arg;
    atomic_int *start_flag;
} start_arg;

static void *wait_and_run(void *argument) {
    const start_arg *start = argument;
    while (atomic_load_explicit(start->start_flag, memory_order_acquire) == 0) {
        sched_yield();
    }
    run_task(&start->arg);
    return 0;
}

void team_run(thread_team *t, void (*work)(void *task, int tid), void *task) {
    pthread_t threads[MAX_TEAM_SIZE];
    start_arg starts[MAX_TEAM_SIZE];
    atomic_int start_flag = 0;
    int size = 1;
    for (; size < t->size && size < MAX_TEAM_SIZE; size++) {
        starts[size] = (start_arg){{work, task, size}, &start_flag};
        if (pthread_create(&threads[size], 0, wait_and_run, &starts[size])) {
            break;
        }
    }
    t->size = size;
    atomic_store(&t->n_waiting, 0);
    atomic_store(&t->generation, 0);
    atomic_store_explicit(&start_flag, 1, memory_order_release);
    run_task(&(thread_arg){work, task, 0});
    for (int i = 1; i < size; i++) {
        pthread_join(threads[i], 0);
    }
}

static void pause_or_yield(int spin) {
    if (spin > SPIN_LIMIT) {
        sched_yield();
        return;
    }
#if defined(__SSE__)
    _mm_pause();
#endif
}

void team_barrier(thread_team *t) {
    if (t->size == 1) {
        return;
    }
    const int generation = atomic_load_explicit(&t->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->n_waiting, 1, memory_order_acq_rel) == t->size - 1) {
        atomic_store_explicit(&t->n_waiting, 0, memory_order_relaxed);
        atomic_store_explicit(&t->generation, generation + 1, memory_order_release);
        return;
    }
    for (int spin = 0; atomic_load_explicit(&t->generation, memory_order_acquire) == generation;
         spin++) {
        pause_or_yield(spin);
    }
}

#else

void team_run(thread_team *t, void (*work)(void *task, int tid), void *task) {
    t->size = 1;
    run_task(&(thread_arg){work, task, 0});
}

void team_barrier(thread_team *t) {
    (void)t;
}

#endif
