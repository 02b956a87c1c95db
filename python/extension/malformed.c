// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

#define MALFORMED_TOLD_SECONDS 60  // at least, between two lines in the log

void tell_malformed(TracerObject* tracer) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t told_at = tracer->malformed_told_at;
    if (told_at != 0 && now.tv_sec - told_at < MALFORMED_TOLD_SECONDS) {
        return;
    }
    tracer->malformed_told_at = now.tv_sec == 0 ? 1 : now.tv_sec;
    clew_stats stats;
    clew_tracer_stats(tracer->native, &stats);
    PyObject* faults = PyImport_ImportModule("clew.faults");
    PyObject* done = NULL;
    if (faults != NULL) {
        const unsigned long long count = stats.headers_malformed;
        done = PyObject_CallMethod(faults, "malformed_headers", "K", count);
    }
    if (done == NULL) {
        PyErr_WriteUnraisable((PyObject*)tracer);
    }
    Py_XDECREF(done);
    Py_XDECREF(faults);
}
