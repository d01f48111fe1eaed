/* A team's run and its barrier, on whatever threads there are: POSIX threads, a page's workers, or
 * the calling thread alone.
 *
 * A waiting thread spins for a moment, because on a quiet machine the others arrive within
 * microseconds, and then sleeps in the kernel, because on a busy one the others may be waiting for
 * this very processor. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "runtime/team.h"

/* Each has run_threads; wait_while_generation; and next_generation, which releases the threads that
 * wait while the generation is this one. */
#if defined(__wasm_atomics__)
#define HAVE_THREADS 1
#include "runtime/worker_threads.h"
#elif !defined(_WIN32) && !defined(__wasm__)
#define HAVE_THREADS 1
#include "runtime/posix_threads.h"
#else
#define HAVE_THREADS 0
#include "runtime/run_task.h"
#endif

#if HAVE_THREADS

void team_run(thread_team *t, void (*work)(void *task, int tid), void *task) {
    if (t->size == 1) {
        run_task(&(thread_arg){work, task, 0});
        return;
    }
    atomic_init(&t->n_waiting, 0);
    atomic_init(&t->generation, 0);
    run_threads(t, work, task);
}

void team_barrier(thread_team *t) {
    if (t->size == 1) {
        return;
    }
    const unsigned generation = atomic_load_explicit(&t->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->n_waiting, 1, memory_order_acq_rel) == t->size - 1) {
        atomic_store_explicit(&t->n_waiting, 0, memory_order_relaxed);
        next_generation(t, generation);
        return;
    }
    wait_while_generation(t, generation);
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
