/* A team of threads that work on one epoch in step: each takes its share of every phase, and waits where a phase needs
 * what the others made. Shares are cut so that every number is computed by one thread, in one order: the result does
 * not depend on how many there are. */
#ifndef BYHAND_TEAM_H
#define BYHAND_TEAM_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct {
    int size;
    atomic_int n_waiting, generation;
} thread_team;

/* Call work(task, member) for every member 0 … size−1, member 0 on this thread; return when all are done. Where
 * threads cannot be had, the size shrinks to what could be. Flush-to-zero is on in the meantime and restored after. */
void team_run(thread_team *t, void (*work)(void *task, int tid), void *task);

/* Wait until every member is here. */
void team_barrier(thread_team *t);

/* Return the first and one past the last of a member's share of n things. */
static inline void team_partition(const thread_team *t, int tid, int64_t n, int64_t *first, int64_t *end) {
    *first = n * tid / t->size;
    *end = n * (tid + 1) / t->size;
}

#endif
