// SPDX-License-Identifier: Apache-2.0
#include "news.h"

#define MALFORMED_TOLD_SECONDS 60  // at least, between two lines in the log

// Calls clew.notices.<name>(tracer), whose own failures are counted. 0, or -1 with an exception
// that is the application's: its handlers of the log run here.
static int tell(TracerObject* self, const char* name) {
    PyObject* notices = PyImport_ImportModule("clew.notices");
    PyObject* done = NULL;
    if (notices != NULL) {
        done = PyObject_CallMethod(notices, name, "O", (PyObject*)self);
        Py_DECREF(notices);
    }
    if (done == NULL) {
        return settle_fault(self->state, "a notice for the log");
    }
    Py_DECREF(done);
    return 0;
}

__attribute__((noinline)) int tell_news(TracerObject* self) {
    // Before the call: a handler of the log may start spans, too.
    self->news_told = __atomic_load_n(self->news, __ATOMIC_ACQUIRE);
    return tell(self, "tell");
}

int tell_end(TracerObject* self) {
    self->news_told = __atomic_load_n(self->news, __ATOMIC_ACQUIRE);
    return tell(self, "tell_end");
}

int tell_malformed(TracerObject* self) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t told_at = self->malformed_told_at;
    if (told_at != 0 && now.tv_sec - told_at < MALFORMED_TOLD_SECONDS) {
        return 0;
    }
    self->malformed_told_at = now.tv_sec == 0 ? 1 : now.tv_sec;
    return tell(self, "tell_malformed");
}
