// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "extension.h"

// Of the names a tracer asks for, the pointer is enough (c.h says so).
static bool is_same_pointer(const HeaderName* entry, clew_text text) {
    return entry->text == text.text && entry->size == text.size;
}

static bool is_same_text(const HeaderName* entry, clew_text text) {
    return entry->size == text.size &&
           memcmp(PyUnicode_1BYTE_DATA(entry->name), text.text, text.size) == 0;
}

static PyObject* add_name(HeaderNames* names, clew_text text, PyObject* (*make)(clew_text)) {
    if (names->count == HEADERS_MAX) {
        PyErr_SetString(PyExc_SystemError, "the tracer asks for more headers than HEADERS_MAX");
        return NULL;
    }
    PyObject* name = make(text);
    if (name == NULL) {
        return NULL;
    }
    HeaderName* entry = &names->entries[names->count++];
    entry->text = text.text;
    entry->size = text.size;
    entry->name = name;
    return name;
}

// "X-B3-TraceId" -> "HTTP_X_B3_TRACEID", the key of PEP 3333.
static PyObject* make_environ_key(clew_text text) {
    char key[128] = "HTTP_";
    size_t size = strlen(key);
    if (text.size > sizeof key - size) {
        PyErr_SetString(PyExc_SystemError, "a header's name is too long");
        return NULL;
    }
    for (size_t index = 0; index < text.size; index++) {
        const char c = text.text[index];
        const bool is_lower = c >= 'a' && c <= 'z';
        key[size++] = c == '-' ? '_' : is_lower ? (char)(c - 'a' + 'A') : c;
    }
    PyObject* name = PyUnicode_FromStringAndSize(key, (Py_ssize_t)size);
    if (name != NULL) {
        PyUnicode_InternInPlace(&name);
    }
    return name;
}

static PyObject* make_header_name(clew_text text) {
    PyObject* name = PyUnicode_DecodeASCII(text.text, (Py_ssize_t)text.size, "strict");
    if (name != NULL) {
        PyUnicode_InternInPlace(&name);
    }
    return name;
}

// The interned str for a header, made at its first use. NULL with an exception when there is none.
static PyObject* find_name(
    HeaderNames* names,
    clew_text text,
    bool (*is_same)(const HeaderName*, clew_text),
    PyObject* (*make)(clew_text)
) {
    for (size_t index = 0; index < names->count; index++) {
        if (is_same(&names->entries[index], text)) {
            return names->entries[index].name;
        }
    }
    return add_name(names, text, make);
}

int read_environ(void* carrier, clew_text name, clew_text* value) {
    EnvironReader* reader = carrier;
    text_done(&reader->value);
    PyObject* key = find_name(&reader->tracer->incoming, name, is_same_pointer, make_environ_key);
    if (key == NULL) {
        PyErr_WriteUnraisable(reader->environ);
        return 0;
    }
    PyObject* found = PyDict_GetItemWithError(reader->environ, key);
    if (found == NULL || !PyUnicode_Check(found)) {
        PyErr_Clear();
        return 0;
    }
    reader->value = text_of(found);
    *value = reader->value.text;
    return 1;
}

int append_header(void* carrier, clew_text name, clew_text value) {
    HeaderList* headers = carrier;
    PyObject* key = find_name(&headers->tracer->outgoing, name, is_same_text, make_header_name);
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
        Py_CLEAR(names->entries[names->count].name);
    }
}
