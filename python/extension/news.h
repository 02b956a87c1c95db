// SPDX-License-Identifier: Apache-2.0
#pragma once

// What there is to say about sending: as numbers, and as lines in the log. The thread that sends
// knows nothing of Python: it changes a number, and whoever starts a span next, or flushes, looks.

#include "extension.h"

// What becomes lines in the log, by clew/notices.py; each 0, or -1 with an exception that is the
// application's, raised by one of its handlers. Not from a finalizer: whatever is logged may run
// anything.
//
// What is new about sending, if anything.
int tell_news(TracerObject* tracer);
static inline int tell_any_news(TracerObject* tracer) {
    const uint32_t news = __atomic_load_n(tracer->news, __ATOMIC_RELAXED);
    return __builtin_expect(news != tracer->news_told, 0) ? tell_news(tracer) : 0;
}
// The same at the end of tracing, with what has not been sent until now.
int tell_end(TracerObject* tracer);
// At most once a minute: a caller's headers were ignored because they break their format.
int tell_malformed(TracerObject* tracer);

// Tracer.stats().
PyObject* tracer_stats(TracerObject* self, PyObject* ignored);
extern const char tracer_stats_doc[];
