// SPDX-License-Identifier: Apache-2.0
#include "http_request.h"

#include <string.h>

#include "conventions.h"
#include "environ.h"

#define METHOD_BYTES_MAX 32  // of a request's method that becomes the span's name

// The number of a port as WSGI has it, a str; 0 for an empty one. -1 with a ValueError.
static int read_port(PyObject* text, uint16_t* port) {
    Py_ssize_t size = 0;
    const char* digits = PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &size) : NULL;
    unsigned long value = 0;
    for (Py_ssize_t index = 0; digits != NULL && index < size; index++) {
        if (digits[index] < '0' || digits[index] > '9' || value > 65535) {
            digits = NULL;
            break;
        }
        value = value * 10 + (unsigned long)(digits[index] - '0');
    }
    if (digits == NULL || value > 65535) {
        PyErr_Format(PyExc_ValueError, "SERVER_PORT must be a port's number, not %R", text);
        return -1;
    }
    *port = (uint16_t)value;
    return 0;
}

// The address that the request came to, as the WSGI server tells it; none on a Unix socket.
static int tell_local(SpanObject* span, const ModuleState* state, PyObject* environ) {
    PyObject* name = PyDict_GetItemWithError(environ, state->names[name_server_name]);
    PyObject* number = PyDict_GetItemWithError(environ, state->names[name_server_port]);
    if (name == NULL || number == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    uint16_t port = 0;
    if (read_port(number, &port) < 0) {
        return -1;
    }
    if (port != 0) {
        span_set_local(span, name, port);
    }
    return 0;
}

// The number of a peer's port: an int, or a str where a proxy's protocol has told it; 0, which is
// none, for everything else.
static uint16_t port_of(PyObject* port) {
    uint16_t number = 0;
    if (PyUnicode_Check(port)) {
        if (read_port(port, &number) < 0) {
            PyErr_Clear();
        }
        return number;
    }
    const long value = PyLong_Check(port) ? PyLong_AsLong(port) : 0;
    if (value < 0 || value > 65535) {
        PyErr_Clear();
        return 0;
    }
    return (uint16_t)value;
}

// peer: the address of the accepted connection, (ip, port, ...), anything else on a Unix socket.
static void tell_peer(SpanObject* span, PyObject* peer) {
    if (!PyTuple_Check(peer) || PyTuple_GET_SIZE(peer) < 2) {
        return;
    }
    TextView ip = text_of(PyTuple_GET_ITEM(peer, 0));
    const clew_text nobody = {NULL, 0};
    clew_span_remote(&span->span, nobody, ip.text, port_of(PyTuple_GET_ITEM(peer, 1)));
    text_done(&ip);
}

// What lies between the host, where a proxy's client names one, and the query.
static clew_text path_of(clew_text target) {
    const char* query = target.size != 0 ? memchr(target.text, '?', target.size) : NULL;
    if (query != NULL) {
        target.size = (size_t)(query - target.text);
    }
    if (target.size > 7 && memcmp(target.text, "http", 4) == 0) {
        const char* colon = memchr(target.text, ':', target.size);
        const char* end = target.text + target.size;
        if (colon != NULL && end - colon > 3 && colon[1] == '/' && colon[2] == '/') {
            const char* path = memchr(colon + 3, '/', (size_t)(end - colon - 3));
            const clew_text found = {path, path == NULL ? 0 : (size_t)(end - path)};
            const clew_text root = {"/", 1};
            return path == NULL ? root : found;
        }
    }
    return target;
}

static void tell_request(SpanObject* span, clew_text method, clew_text target) {
    span_tag_http(span, &http_method_tag, method);
    span_tag_http(span, &http_path_tag, path_of(target));
}

static clew_text lower_case(clew_text method, char* into) {
    const size_t size = method.size < METHOD_BYTES_MAX ? method.size : METHOD_BYTES_MAX;
    for (size_t index = 0; index < size; index++) {
        const char c = method.text[index];
        into[index] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    const clew_text name = {into, size};
    return name;
}

// The span, which the environ has from now on, and so has a copy that a middleware makes of it:
// what comes later finds there that the request is traced.
static SpanObject* receive(
    TracerObject* tracer, PyObject* method, clew_text text, PyObject* environ
) {
    char name[METHOD_BYTES_MAX];
    SpanObject* span = tracer_receive_span(tracer, lower_case(text, name), environ);
    if (span == NULL || !PyUnicode_Check(method)) {
        return span;  // it is no request
    }
    if (PyDict_SetItem(environ, tracer->state->names[name_span], (PyObject*)span) < 0) {
        span_abandon(span);
        Py_CLEAR(span);
    }
    return span;
}

SpanObject* http_receive(TracerObject* tracer, PyObject* method, PyObject* environ) {
    if (!PyUnicode_Check(method) || !PyDict_Check(environ)) {
        PyErr_SetString(PyExc_TypeError, "a request has a str for its method, a dict for environ");
        return NULL;
    }
    TextView text = text_of(method);
    SpanObject* span = receive(tracer, method, text.text, environ);
    text_done(&text);
    return span;
}

int http_tell(
    SpanObject* span, PyObject* method, PyObject* target, PyObject* environ, PyObject* peer
) {
    if (!PyUnicode_Check(target)) {
        PyErr_SetString(PyExc_TypeError, "a request has a str for its target");
        return -1;
    }
    TextView method_text = text_of(method);
    TextView target_text = text_of(target);
    tell_request(span, method_text.text, target_text.text);
    text_done(&method_text);
    text_done(&target_text);
    tell_peer(span, peer);
    return tell_local(span, span->tracer->state, environ);
}

SpanObject* tracer_receive_environ(TracerObject* self, PyObject* environ) {
    PyObject* method = PyDict_GetItemWithError(environ, self->state->names[name_request_method]);
    if (method == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "there is no REQUEST_METHOD");
        }
        return NULL;
    }
    Py_INCREF(method);  // what shows it, or samples, may change the environ
    TextView text = text_of(method);
    SpanObject* span = receive(self, method, text.text, environ);
    if (span != NULL && clew_span_is_sampled(&span->span)) {
        PyObject* target = environ_target(self, environ);
        if (target == NULL) {
            span_abandon(span);
            Py_CLEAR(span);
        } else {
            TextView view = text_of(target);
            tell_request(span, text.text, view.text);
            text_done(&view);
            Py_DECREF(target);
            environ_tell_addresses(span, environ);
        }
    }
    text_done(&text);
    Py_DECREF(method);
    return span;
}

PyObject* tracer_receive_http(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 4 || !PyUnicode_Check(args[0]) || !PyUnicode_Check(args[1]) ||
        !PyDict_Check(args[2])) {
        PyErr_SetString(
            PyExc_TypeError, "receive_http() takes a method, a target, a dict and an address"
        );
        return NULL;
    }
    SpanObject* span = http_receive(self, args[0], args[2]);
    if (span != NULL && clew_span_is_sampled(&span->span) &&
        http_tell(span, args[0], args[1], args[2], args[3]) < 0) {
        span_abandon(span);
        Py_CLEAR(span);
    }
    return (PyObject*)span;
}
