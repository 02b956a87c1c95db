// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server span of an HTTP request, in two steps, since one that is not recorded needs only the
// first. Threads: as extension.h.

#include "extension.h"

// Starts it, below what the caller sent in the headers that are in the WSGI environ, a dict; its
// name is the method, a str, in lower case. A new reference, or NULL with an exception.
SpanObject* http_receive(TracerObject* tracer, PyObject* method, PyObject* environ);
// Tells method, target (a str as the client sent it) and both addresses; peer: that of the accepted
// connection. 0, or -1 with an exception.
int http_tell(
    SpanObject* span, PyObject* method, PyObject* target, PyObject* environ, PyObject* peer
);
