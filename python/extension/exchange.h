// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request while a WSGI server answers it, on behalf of a span that is recorded (see
// exchange_new()). Threads: the server's, one at a time for one request.

#include "extension.h"

// A new Exchange, or NULL with an exception. It takes the place of the application and of the file
// that the response is written to. A body that is neither of the types `whole` nor has a length
// becomes watch_body(body, exchange), which calls failed() with what reading it raises.
PyObject* exchange_new(
    const ModuleState* state,
    SpanObject* span,
    PyObject* application,
    PyObject* wfile,
    PyObject* watch_body,
    PyObject* whole
);

// Tags the span with the status that was sent, if any; 5xx is an error when nothing else was.
void exchange_tell_status(PyObject* exchange);
