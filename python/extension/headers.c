// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "extension.h"

static bool is_same(PyObject* name, clew_text text) {
    return (size_t)PyUnicode_GET_LENGTH(name) == text.size &&
           memcmp(PyUnicode_1BYTE_DATA(name), text.text, text.size) == 0;
}

static PyObject* add_name(HeaderNames* names, clew_text text) {
    if (names->count == HEADERS_MAX) {
        PyErr_SetString(PyExc_SystemError, "the tracer sets more headers than HEADERS_MAX");
        return NULL;
    }
    PyObject* name = PyUnicode_DecodeASCII(text.text, (Py_ssize_t)text.size, "strict");
    if (name != NULL) {
        PyUnicode_InternInPlace(&name);
        names->entries[names->count++] = name;
    }
    return name;
}

// The interned str for a header, made at its first use. NULL with an exception when there is none.
static PyObject* find_name(HeaderNames* names, clew_text text) {
    for (size_t index = 0; index < names->count; index++) {
        if (is_same(names->entries[index], text)) {
            return names->entries[index];
        }
    }
    return add_name(names, text);
}

int append_header(void* carrier, clew_text name, clew_text value) {
    HeaderList* headers = carrier;
    PyObject* key = find_name(&headers->tracer->outgoing, name);
    if (key == NULL) {
        return 1;
    }
    PyObject* text = PyUnicode_DecodeASCII(value.text, (Py_ssize_t)value.size, "strict");
    if (text == NULL) {
        return 1;
    }
    PyObject* pair = PyTuple_Pack(2, key, text);
    Py_DECREF(text);
    if (pair == NULL) {
        return 1;
    }
    const int failed = PyList_Append(headers->list, pair);
    Py_DECREF(pair);
    return failed != 0;
}

void header_names_clear(HeaderNames* names) {
    while (names->count > 0) {
        names->count--;
        Py_CLEAR(names->entries[names->count]);
    }
}
