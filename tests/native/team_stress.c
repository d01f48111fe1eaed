/* The team of threads under stress: team_stress QUESTION; prints "ok: QUESTION".
 *
 *     steps   four thousand barriers with more threads than processors: no thread runs ahead
 *     sleep   threads that wait long take no processor time
 *     nap     now and then a thread comes late, so that the others fall asleep and are woken
 *     runs    many short teams, one after the other
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/team.h"

enum { THREADS = 5, STEPS = 2000, NAPS = 40 };

typedef struct {
    thread_team team;
    int steps, nap_every;
    long counts[THREADS];
    atomic_int wrong;
} job;

static void nap(long milliseconds) {
    nanosleep(&(struct timespec){0, milliseconds * 1000000}, 0);
}

/* Every thread counts its steps; between two barriers all counts are equal. */
static void count_steps(void *task, int tid) {
    job *j = task;
    for (int step = 1; step <= j->steps; step++) {
        if (j->nap_every && tid == step % j->team.size && step % j->nap_every == 0) {
            nap(1);
        }
        j->counts[tid] = step;
        team_barrier(&j->team);
        for (int i = 0; i < j->team.size; i++) {
            if (j->counts[i] != step) {
                atomic_store(&j->wrong, 1);
            }
        }
        team_barrier(&j->team);
    }
}

static int runs_in_step(int threads, int steps, int nap_every) {
    job j = {.team.size = threads, .steps = steps, .nap_every = nap_every};
    team_run(&j.team, count_steps, &j);
    return j.team.size == threads && !atomic_load(&j.wrong) && j.counts[threads - 1] == steps;
}

static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void keep_others_waiting(void *task, int tid) {
    job *j = task;
    if (tid == 0) {
        nap(400);
    }
    team_barrier(&j->team);
}

/* Four threads that wait for 0.4 s take 1.6 s of processors, or as much as there is, if they spin. */
static int sleeps(void) {
    job j = {.team.size = THREADS};
    const double before = processor_seconds();
    team_run(&j.team, keep_others_waiting, &j);
    return processor_seconds() - before < 0.04;
}

static int runs_many_teams(void) {
    for (int i = 0; i < 500; i++) {
        if (!runs_in_step(2 + i % (THREADS - 1), 2, 0)) {
            return 0;
        }
    }
    return 1;
}

int main(int n, char **arguments) {
    const char *question = n > 1 ? arguments[1] : "";
    const int ok = !strcmp(question, "steps")   ? runs_in_step(THREADS, STEPS, 0)
                   : !strcmp(question, "sleep") ? sleeps()
                   : !strcmp(question, "nap")   ? runs_in_step(THREADS, NAPS * 50, 50)
                   : !strcmp(question, "runs")  ? runs_many_teams()
                                                : 0;
    if (!ok) {
        return 1;
    }
    printf("ok: %s\n", question);
    return 0;
}
