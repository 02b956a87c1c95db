// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a caller has sent about its trace, in whatever its request or message has for headers; the
// formats of clew/propagation read it from here. Threads: as extension.h.

#include "extension.h"

// The headers of a request as any mapping of names to values, or pairs of them, has them: str or
// bytes, in any case. Those of one name are joined with a comma, as RFC 9110, 5.3, has it.
#define RECEIVED_HEADERS 9
typedef struct {
    PyObject* values[RECEIVED_HEADERS];  // strong, or NULL where there is none
    TextView value;
} ReceivedHeaders;
// 0, or -1 with a TypeError, or what reading the object raised; nothing to clear then.
int received_headers_read(ReceivedHeaders* headers, PyObject* object);
// The same for the environ of WSGI (PEP 3333), a dict, where a header of several fields is one.
// False when it holds none; there is nothing to clear then.
bool received_headers_read_environ(
    ReceivedHeaders* headers, const ModuleState* state, PyObject* environ
);
// clew_get; `carrier` is a ReceivedHeaders.
int read_received(void* carrier, clew_text name, clew_text* value);
void received_headers_clear(ReceivedHeaders* headers);
