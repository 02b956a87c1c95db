// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a WSGI environ (PEP 3333) tells about its request. All borrowed; threads: as extension.h.

#include "extension.h"

// What receive_http() does, for a request of which there is nothing but its WSGI environ.
SpanObject* tracer_receive_environ(TracerObject* self, PyObject* environ);
// The target of a WSGI request, as near to what the client sent as the server tells: a new str, or
// NULL with an exception.
PyObject* environ_target(const TracerObject* tracer, PyObject* environ);
// Both ends of a WSGI request's connection; what is missing or nonsense is left out.
void environ_tell_addresses(SpanObject* span, PyObject* environ);
