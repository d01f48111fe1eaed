/* A team's threads in a browser: workers of the page, each with an instance of this module on the
 * same memory and a stack of its own in it. A worker calls bh_work, which never returns; a team is
 * made of those that have done so by then. For team.c alone; for core-threads.wasm alone. */
#ifndef BYHAND_WORKER_THREADS_H
#define BYHAND_WORKER_THREADS_H

#include "byhand.h"
#include "runtime/run_task.h"
#include "runtime/team.h"

enum {
    MAX_TEAM_SIZE = BH_MAX_THREADS,
    SPINS =
        50000 /* looks before falling asleep: some 50 us, as of POSIX threads; there is no clock */
};

/* Whether anybody must be woken. */
struct sleepers {
    atomic_int count; /* threads that sleep or are about to */
};

/* All workers, and what they are to do. */
static struct {
    atomic_int n_workers;
    void (*work)(void *task, int tid);
    void *task;
    _Alignas(CACHE_LINE) atomic_uint call; /* runs so far, times MAX_TEAM_SIZE, and the number of
                                            * workers in the newest: both are read at once */
    _Alignas(CACHE_LINE) atomic_uint n_running; /* workers that have not finished that run */
    struct sleepers sleepers;
} crew;

/* The count is raised before the number is read, and whoever writes the number does so before it
 * reads the count: one of the two sees the other, so no thread sleeps through its wake-up. */
static void wait_while(atomic_uint *number, unsigned value, struct sleepers *s) {
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(number) != value) {
            return;
        }
    }
    atomic_fetch_add(&s->count, 1);
    while (atomic_load(number) == value) {
        __builtin_wasm_memory_atomic_wait32((int *)number, (int)value, -1);
    }
    atomic_fetch_sub(&s->count, 1);
}

/* Wake who waits for a number that was written. */
static void wake(atomic_uint *number, struct sleepers *s) {
    if (atomic_load(&s->count) > 0) {
        __builtin_wasm_memory_atomic_notify((int *)number, BH_MAX_THREADS);
    }
}

static void wait_while_generation(thread_team *t, unsigned generation) {
    wait_while(&t->generation, generation, t->sleepers);
}

static void next_generation(thread_team *t, unsigned generation) {
    atomic_store(&t->generation, generation + 1);
    wake(&t->generation, t->sleepers);
}

static void run_threads(thread_team *t, void (*work)(void *task, int tid), void *task) {
    struct sleepers sleepers = {0};
    const int n_workers = atomic_load(&crew.n_workers);
    t->size = t->size <= n_workers ? t->size : n_workers + 1;
    t->sleepers = &sleepers;
    crew.work = work;
    crew.task = task;
    const unsigned others = (unsigned)t->size - 1;
    atomic_store(&crew.n_running, others);
    atomic_store(&crew.call, (atomic_load(&crew.call) | (MAX_TEAM_SIZE - 1)) + 1 + others);
    wake(&crew.call, &crew.sleepers);
    run_task(&(thread_arg){work, task, 0});
    for (unsigned n; (n = atomic_load(&crew.n_running)) > 0;) {
        wait_while(&crew.n_running, n, &crew.sleepers);
    }
}

/* Be one of the team's threads for good. The call is read before the worker is counted: no run of
 * which it is a part can begin unseen. A worker that is no part of a run may miss it. */
BH_API void bh_work(void) {
    unsigned call = atomic_load(&crew.call);
    const int tid = atomic_fetch_add(&crew.n_workers, 1) + 1;
    for (;;) {
        wait_while(&crew.call, call, &crew.sleepers);
        call = atomic_load(&crew.call);
        if (tid <= (int)(call % MAX_TEAM_SIZE)) {
            run_task(&(thread_arg){crew.work, crew.task, tid});
            atomic_fetch_sub(&crew.n_running, 1);
            wake(&crew.n_running, &crew.sleepers);
        }
    }
}

#endif
