/* A team of threads that work through one epoch in step: each computes its share of every phase,
 * and a barrier separates phases that need each other's results. Shares are cut so that every
 * number is computed by one thread in one order; the result does not depend on the number of
 * threads. */
#ifndef BYHAND_TEAM_H
#define BYHAND_TEAM_H

#include <stdatomic.h>
#include <stdint.h>

enum { CACHE_LINE = 64 /* bytes */ };

/* What threads write at every barrier lies on cache lines of its own, so that nobody's other reads
 * wait for it. */
typedef struct {
    int size;
    struct sleepers *sleepers; /* while the team runs */
    _Alignas(CACHE_LINE) atomic_int n_waiting;
    _Alignas(CACHE_LINE) atomic_uint generation; /* of the barrier: how often it opened */
    char padding[CACHE_LINE - sizeof(atomic_uint)];
} thread_team;

/* Call work(task, tid) for each thread number 0 ... size-1, number 0 on the calling thread; return
 * when all are done. If threads cannot be created, size shrinks to the number that could. Denormals
 * are flushed to zero meanwhile; the caller's floating-point mode is restored. */
void team_run(thread_team *t, void (*work)(void *task, int tid), void *task);

/* Wait until every thread of the team is here: spin briefly, then sleep. */
void team_barrier(thread_team *t);

/* Thread tid's share of n items: first ... end-1. */
static inline void team_partition(const thread_team *t, int tid, int64_t n, int64_t *first,
                                  int64_t *end) {
    *first = n * tid / t->size;
    *end = n * (tid + 1) / t->size;
}

#endif
