// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which span is the current one, for code that runs inside of it, and how long it stays that after
// its request has ended: work that a request has started may go on for ever (a loop, a pool's
// thread), and is then no longer the request's. Threads: as extension.h.

#include "extension.h"

#define DETACH_AFTER_MS 1000  // by default, see Tracer.detach_after()
#define DETACH_AFTER_MS_MAX 86400000
#define DETACH_NEVER UINT32_MAX

// Makes the span the current one. The token for leave_context(), or NULL without an exception.
PyObject* enter_context(const ModuleState* state, SpanObject* span);
// Steals the token; an exception that is on its way stays set.
void leave_context(const ModuleState* state, PyObject* token);

// The current span, or None where there is none, or is none any more; a new reference, or NULL with
// an exception.
PyObject* context_current(const ModuleState* state);

// Notes that a span begins below another one of this process.
void span_begin_below(SpanObject* self, SpanObject* parent);
// Notes that it has ended, or that the block that it was the current one of has.
void span_note_end(SpanObject* self);
// What span_is_left() asks of a span that has ended.
bool request_is_over(const SpanObject* self);
// Whether what begins now is no longer the work of the span, although it is the current one.
static inline bool span_is_left(const SpanObject* self) {
    return !self->is_open && request_is_over(self);
}

// Tracer.detach_after().
PyObject* tracer_detach_after(TracerObject* self, PyObject* milliseconds);
extern const char detach_after_doc[];
