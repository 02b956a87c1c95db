// SPDX-License-Identifier: Apache-2.0
#include "received_headers.h"

#include <string.h>

// Every header that a format of clew/propagation asks for; other headers are not kept.
static const struct {
    size_t size;
    const char* name;
    int key;  // in a WSGI environ
} known[RECEIVED_HEADERS] = {
    {2, "b3", name_http_b3},
    {12, "x-b3-traceid", name_http_x_b3_traceid},
    {12, "x-b3-sampled", name_http_x_b3_sampled},
    {11, "traceparent", name_http_traceparent},
    {11, "x-b3-spanid", name_http_x_b3_spanid},
    {10, "x-b3-flags", name_http_x_b3_flags},
    {7, "baggage", name_http_baggage},
    // Asked for beside the others only.
    {17, "x-b3-parentspanid", name_http_x_b3_parentspanid},
    {10, "tracestate", name_http_tracestate},
};
#define FIRST_BESIDE_OTHERS 7

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_known(clew_text name, size_t place) {
    if (name.size != known[place].size) {
        return false;
    }
    for (size_t at = 0; at < name.size; at++) {
        if (lower(name.text[at]) != known[place].name[at]) {
            return false;
        }
    }
    return true;
}

// The place of a header, its name's case ignored; RECEIVED_HEADERS for any other header.
static size_t place_of(clew_text name) {
    size_t place = 0;
    while (place < RECEIVED_HEADERS && !is_known(name, place)) {
        place++;
    }
    return place;
}

// "first,second", as one header that came in two fields; a new reference, or NULL.
static PyObject* joined(PyObject* first, PyObject* second) {
    TextView one = text_of(first);
    TextView two = text_of(second);
    const Py_ssize_t size = (Py_ssize_t)(one.text.size + 1 + two.text.size);
    PyObject* both = PyBytes_FromStringAndSize(NULL, size);
    if (both != NULL) {
        char* text = PyBytes_AS_STRING(both);
        memcpy(text, one.text.text, one.text.size);
        text[one.text.size] = ',';
        memcpy(text + one.text.size + 1, two.text.text, two.text.size);
    }
    text_done(&one);
    text_done(&two);
    return both;
}

static bool is_text(PyObject* object) { return PyUnicode_Check(object) || PyBytes_Check(object); }

// Keeps a header that a format may ask for. 0, or -1 with an exception.
static int keep(ReceivedHeaders* headers, PyObject* name, PyObject* value) {
    if (!is_text(name) || !is_text(value)) {
        return 0;
    }
    TextView text = {{NULL, 0}, NULL};
    if (PyBytes_Check(name)) {
        text.text.text = PyBytes_AS_STRING(name);
        text.text.size = (size_t)PyBytes_GET_SIZE(name);
    } else {
        text = text_of(name);
    }
    const size_t place = place_of(text.text);
    text_done(&text);
    if (place == RECEIVED_HEADERS) {
        return 0;
    }
    PyObject* before = headers->values[place];
    if (before == NULL) {
        Py_INCREF(value);
        headers->values[place] = value;
        return 0;
    }
    headers->values[place] = joined(before, value);
    Py_DECREF(before);
    return headers->values[place] == NULL ? -1 : 0;
}

static const char wanted[] = "headers must be a mapping or hold pairs";

static PyObject* no_headers(void) {
    PyErr_SetString(PyExc_TypeError, wanted);
    return NULL;
}

static int keep_pair(ReceivedHeaders* headers, PyObject* pair) {
    if (PyTuple_CheckExact(pair) && PyTuple_GET_SIZE(pair) == 2) {
        return keep(headers, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
    }
    PyObject* parts = is_text(pair) ? no_headers() : PySequence_Fast(pair, wanted);
    if (parts == NULL) {
        return -1;
    }
    int kept = -1;
    if (PySequence_Fast_GET_SIZE(parts) == 2) {
        PyObject** both = PySequence_Fast_ITEMS(parts);
        kept = keep(headers, both[0], both[1]);
    } else {
        no_headers();
    }
    Py_DECREF(parts);
    return kept;
}

static int keep_pairs(ReceivedHeaders* headers, PyObject* pairs) {
    PyObject* iterator = PyObject_GetIter(pairs);
    if (iterator == NULL) {
        return -1;
    }
    int kept = 0;
    PyObject* pair = NULL;
    while (kept == 0 && (pair = PyIter_Next(iterator)) != NULL) {
        kept = keep_pair(headers, pair);
        Py_DECREF(pair);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : kept;
}

// Lists and tuples, too, are what the C API calls mappings.
static bool is_mapping(PyObject* object) {
    return PyMapping_Check(object) && !PyList_Check(object) && !PyTuple_Check(object) &&
           PyObject_HasAttrString(object, "items");
}

int received_headers_read(ReceivedHeaders* headers, PyObject* object) {
    memset(headers, 0, sizeof *headers);
    int kept = 0;
    if (PyDict_CheckExact(object)) {
        PyObject* name = NULL;
        PyObject* value = NULL;
        Py_ssize_t at = 0;
        while (kept == 0 && PyDict_Next(object, &at, &name, &value)) {
            kept = keep(headers, name, value);
        }
    } else if (is_mapping(object)) {
        PyObject* items = PyMapping_Items(object);
        kept = items == NULL ? -1 : keep_pairs(headers, items);
        Py_XDECREF(items);
    } else {
        kept = keep_pairs(headers, object);
    }
    if (kept < 0) {
        received_headers_clear(headers);
    }
    return kept;
}

bool received_headers_read_environ(
    ReceivedHeaders* headers, const ModuleState* state, PyObject* environ
) {
    bool found = false;
    for (size_t place = 0; place < RECEIVED_HEADERS; place++) {
        PyObject* value = NULL;
        if (found || place < FIRST_BESIDE_OTHERS) {
            value = PyDict_GetItemWithError(environ, state->names[known[place].key]);
        }
        if (value != NULL && PyUnicode_Check(value)) {
            Py_INCREF(value);
            headers->values[place] = value;
            found = true;
        } else {
            headers->values[place] = NULL;
        }
    }
    if (PyErr_Occurred()) {
        PyErr_Clear();  // a key of another type that cannot be compared
    }
    memset(&headers->value, 0, sizeof headers->value);
    return found;
}

// place_of() for the names that the library asks for: of those the pointer is enough (c.h). Guarded
// by the interpreter lock.
static size_t place_asked_for(clew_text name) {
    static const char* asked[RECEIVED_HEADERS];
    for (size_t place = 0; place < RECEIVED_HEADERS; place++) {
        if (asked[place] == name.text) {
            return place;
        }
    }
    const size_t place = place_of(name);
    if (place != RECEIVED_HEADERS) {
        asked[place] = name.text;
    }
    return place;
}

int read_received(void* carrier, clew_text name, clew_text* value) {
    ReceivedHeaders* headers = carrier;
    text_done(&headers->value);
    const size_t place = place_asked_for(name);
    if (place == RECEIVED_HEADERS || headers->values[place] == NULL) {
        return 0;
    }
    headers->value = text_of(headers->values[place]);
    *value = headers->value.text;
    return 1;
}

void received_headers_clear(ReceivedHeaders* headers) {
    text_done(&headers->value);
    for (size_t place = 0; place < RECEIVED_HEADERS; place++) {
        Py_CLEAR(headers->values[place]);
    }
}
