// SPDX-License-Identifier: Apache-2.0
// Lets fork() wait until the other threads of a program sleep, and have slept for a moment. Loaded
// after asan by the sanitized tests: gcc's asan, unlike the C library, leaves its allocator locked
// in a child when fork() interrupts a thread that allocates, and the child hangs at its first
// allocation. A program without asan does not need this.
//
// Threads: all at once. A thread that never sleeps is waited for QUIET_TRIES_MAX times.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <stdio.h>

#define QUIET_TRIES_MAX 1000  // of a millisecond each
#define QUIET_IN_A_ROW 3

static void sleep_for_a_millisecond(void) {
    const struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
}

// How often a thread has gone to sleep; -1 when it is awake.
static long sleeps_of(const char* thread) {
    char path[64];
    char line[128];
    snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
    FILE* file = fopen(path, "re");
    if (file == NULL) {
        return 0;  // it has ended
    }
    long sleeps = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "State:\tR", 8) == 0) {
            sleeps = -1;
            break;
        }
        if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0) {
            sleeps = atol(line + 24);
        }
    }
    fclose(file);
    return sleeps;
}

// The sum over all threads but this one; -1 when one is awake.
static long sleeps_of_others(void) {
    DIR* threads = opendir("/proc/self/task");
    if (threads == NULL) {
        return 0;
    }
    long sum = 0;
    const struct dirent* entry = NULL;
    while (sum >= 0 && (entry = readdir(threads)) != NULL) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == gettid()) {
            continue;
        }
        const long sleeps = sleeps_of(entry->d_name);
        sum = sleeps < 0 ? -1 : sum + sleeps;
    }
    closedir(threads);
    return sum;
}

static void wait_for_quiet(void) {
    long before = -1;
    int in_a_row = 0;
    for (int tries = 0; tries < QUIET_TRIES_MAX && in_a_row < QUIET_IN_A_ROW; tries++) {
        const long sleeps = sleeps_of_others();
        in_a_row = sleeps >= 0 && sleeps == before ? in_a_row + 1 : 0;
        before = sleeps;
        sleep_for_a_millisecond();
    }
}

pid_t fork(void) {
    static pid_t (*next)(void);
    if (next == NULL) {
        next = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    }
    wait_for_quiet();
    return next();
}
