// SPDX-License-Identifier: Apache-2.0
#include "environ.h"

#include <string.h>

// What a WSGI environ (PEP 3333) tells about its request, for the server span's tags.

// A str of the environ, borrowed; NULL without an exception when there is none.
static PyObject* text_at(const TracerObject* tracer, PyObject* environ, int name) {
    PyObject* found = PyDict_GetItemWithError(environ, tracer->state->names[name]);
    if (found != NULL && PyUnicode_Check(found)) {
        return found;
    }
    PyErr_Clear();
    return NULL;
}

static bool is_unquoted(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("/-._~!$&'()*+,;=:@", c) != NULL);
}

// Adds a path of PEP 3333, bytes that a server has read as latin-1, in its form on the wire.
static int append_quoted(PyObject* bytes, PyObject* path) {
    static const char digits[] = "0123456789ABCDEF";
    if (path == NULL || PyUnicode_KIND(path) != PyUnicode_1BYTE_KIND) {
        return 0;
    }
    const unsigned char* text = PyUnicode_DATA(path);
    const Py_ssize_t size = PyUnicode_GET_LENGTH(path);
    const Py_ssize_t begin = PyByteArray_GET_SIZE(bytes);
    if (PyByteArray_Resize(bytes, begin + size * 3) < 0) {
        return -1;
    }
    char* out = PyByteArray_AS_STRING(bytes) + begin;
    for (Py_ssize_t index = 0; index < size; index++) {
        if (is_unquoted(text[index])) {
            *out++ = (char)text[index];
        } else {
            *out++ = '%';
            *out++ = digits[text[index] >> 4];
            *out++ = digits[text[index] & 15];
        }
    }
    return PyByteArray_Resize(bytes, out - PyByteArray_AS_STRING(bytes));
}

static bool is_plain(PyObject* path) {
    if (!PyUnicode_IS_COMPACT_ASCII(path)) {
        return false;
    }
    const unsigned char* text = PyUnicode_DATA(path);
    const Py_ssize_t size = PyUnicode_GET_LENGTH(path);
    for (Py_ssize_t index = 0; index < size; index++) {
        if (!is_unquoted(text[index])) {
            return false;
        }
    }
    return true;
}

// SCRIPT_NAME and PATH_INFO as one path: a new str, or NULL with an exception.
static PyObject* quoted_path(PyObject* script, PyObject* path) {
    const bool is_alone = script == NULL || PyUnicode_GET_LENGTH(script) == 0;
    if (is_alone && path != NULL && is_plain(path)) {
        Py_INCREF(path);
        return path;
    }
    PyObject* bytes = PyByteArray_FromStringAndSize(NULL, 0);
    PyObject* text = NULL;
    if (bytes != NULL && append_quoted(bytes, script) == 0 && append_quoted(bytes, path) == 0) {
        text = PyUnicode_DecodeASCII(
            PyByteArray_AS_STRING(bytes), PyByteArray_GET_SIZE(bytes), "replace"
        );
    }
    Py_XDECREF(bytes);
    return text;
}

PyObject* environ_target(const TracerObject* tracer, PyObject* environ) {
    // As it was on the wire, where the server kept it: gunicorn and werkzeug, then uWSGI and
    // Apache.
    PyObject* raw = text_at(tracer, environ, name_raw_uri);
    raw = raw != NULL ? raw : text_at(tracer, environ, name_request_uri);
    if (raw != NULL) {
        Py_INCREF(raw);
        return raw;
    }
    PyObject* script = text_at(tracer, environ, name_script_name);
    return quoted_path(script, text_at(tracer, environ, name_path_info));
}

// The number that a str of digits says, or 0 for another str.
static long read_digits(PyObject* text) {
    if (!PyUnicode_Check(text) || !PyUnicode_IS_COMPACT_ASCII(text) ||
        PyUnicode_GET_LENGTH(text) > 5) {
        return 0;
    }
    long number = 0;
    const char* digits = PyUnicode_DATA(text);
    while (*digits >= '0' && *digits <= '9') {
        number = number * 10 + (*digits++ - '0');
    }
    return *digits == 0 ? number : 0;
}

// A port that may be a str, an int or missing; 0 when it is none of 1 to 65535.
static uint16_t port_at(const TracerObject* tracer, PyObject* environ, int name) {
    PyObject* found = PyDict_GetItemWithError(environ, tracer->state->names[name]);
    long port = 0;
    if (found != NULL) {
        port = PyLong_Check(found) ? PyLong_AsLong(found) : read_digits(found);
    }
    PyErr_Clear();
    return port > 0 && port <= 65535 ? (uint16_t)port : 0;
}

void environ_tell_addresses(SpanObject* span, PyObject* environ) {
    const TracerObject* tracer = span->tracer;
    PyObject* name = text_at(tracer, environ, name_server_name);
    const uint16_t port = port_at(tracer, environ, name_server_port);
    if (name != NULL && port != 0) {
        span_set_local(span, name, port);
    }
    PyObject* address = text_at(tracer, environ, name_remote_addr);
    if (address != NULL) {
        const clew_text nobody = {NULL, 0};
        TextView ip = text_of(address);
        const uint16_t remote = port_at(tracer, environ, name_remote_port);
        clew_span_remote(&span->span, nobody, ip.text, remote);
        text_done(&ip);
    }
}
