// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "extension.h"

// The arguments of Tracer(), each with the words that refuse a wrong one: what it must be, then
// what came. Ranges are those of tracing_options.h, which has the last word; said here so that a
// wrong number is refused as it was given, whatever its size.

typedef enum {
    option_text,
    option_share,   // a number from 0 to 1
    option_number,  // min to max
    option_either,  // min or max
    option_yes_no,  // -1 when it is not given
    option_flag
} OptionKind;

typedef struct {
    const char* name;
    const char* wanted;
    OptionKind kind;
    size_t offset;  // in clew_options
    size_t size;    // of a number: 4 or 8
    uint64_t min;
    uint64_t max;
} Option;

#define FIELD(name) offsetof(clew_options, name), sizeof(((clew_options*)NULL)->name)
#define TEXT(name, wanted) \
    { #name, wanted, option_text, FIELD(name), 0, 0 }
#define NUMBER(name, min, max) \
    { #name, #min " to " #max, option_number, FIELD(name), min, max }
#define YES_NO(name, kind) \
    { #name, "True or False", kind, FIELD(name), 0, 1 }

#define FORMATS "a str, a list with commas of b3multi, b3, tracecontext and baggage, or none"

static const Option options_known[] = {
    TEXT(service_name, "a str"),
    TEXT(endpoint, "a str like 'http://host:9411/api/v2/spans' or 'scribe://host:9410'"),
    {"sample_rate", "a number from 0 to 1", option_share, FIELD(sample_rate), 0, 1},
    TEXT(propagation, FORMATS),
    YES_NO(join, option_yes_no),
    TEXT(local_ip, "a str, an IPv4 or IPv6 address"),
    NUMBER(local_port, 0, 65535),
    {"trace_id_bits", "64 or 128", option_either, FIELD(trace_id_bits), 64, 128},
    NUMBER(flush_interval_ms, 1, 60000),
    NUMBER(close_timeout_ms, 1, 600000),
    NUMBER(ring_bytes, 4096, 1073741824),
    NUMBER(queue_bytes_max, 65536, 1099511627776),
    YES_NO(gzip, option_yes_no),
    TEXT(extract_order, FORMATS),
    TEXT(trust_inbound, "'all', 'ids' or 'no'"),
    TEXT(sampler, "a str like '0.1' or 'per_second(100)'"),
    TEXT(ring_dir, "a str, the path of a directory"),
    YES_NO(ignore_environment, option_flag),
};
#define OPTIONS Py_ARRAY_LENGTH(options_known)
#define POSITIONAL_MAX 2  // service_name and endpoint

static int refuse(PyObject* type, const Option* option, PyObject* value) {
    PyErr_Format(type, "%s must be %s, not %.200R", option->name, option->wanted, value);
    return -1;
}

static int read_text(const Option* option, PyObject* value, void* field) {
    if (!PyUnicode_Check(value)) {
        return refuse(PyExc_TypeError, option, value);
    }
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(value, &size);
    if (text == NULL) {
        PyErr_Clear();  // lone surrogates
    }
    if (text == NULL || strlen(text) != (size_t)size) {
        PyErr_Format(
            PyExc_ValueError,
            "%s has a character that no text can carry: %.200R",
            option->name,
            value
        );
        return -1;
    }
    if (size == 0) {
        PyErr_Format(
            PyExc_ValueError, "%s must not be empty; leave it out for its default", option->name
        );
        return -1;
    }
    *(const char**)field = text;
    return 0;
}

static int read_share(const Option* option, PyObject* value, double* field) {
    const double share = PyFloat_AsDouble(value);
    if (share == -1.0 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            return refuse(PyExc_ValueError, option, value);
        }
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            return refuse(PyExc_TypeError, option, value);
        }
        return -1;
    }
    if (!(share >= 0.0 && share <= 1.0)) {
        return refuse(PyExc_ValueError, option, value);
    }
    *field = share;
    return 0;
}

static int read_number(const Option* option, PyObject* value, void* field) {
    if (PyBool_Check(value) || !PyIndex_Check(value)) {
        return refuse(PyExc_TypeError, option, value);
    }
    const long long number = PyLong_AsLongLong(value);
    if (number == -1 && PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_OverflowError)) {
        return -1;
    }
    const uint64_t read = number < 0 ? UINT64_MAX : (uint64_t)number;
    const bool is_within = read >= option->min && read <= option->max;
    const bool is_between = read > option->min && read < option->max;
    if (!is_within || (option->kind == option_either && is_between)) {
        return refuse(PyExc_ValueError, option, value);
    }
    if (option->size == sizeof(uint64_t)) {
        *(uint64_t*)field = read;
    } else {
        *(uint32_t*)field = (uint32_t)read;
    }
    return 0;
}

// 0 and 1, too: environments and files have them.
static int read_yes_no(const Option* option, PyObject* value, int32_t* field) {
    if (!PyLong_Check(value)) {
        return refuse(PyExc_TypeError, option, value);
    }
    int overflow = 0;
    const long number = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow != 0 || (number != 0 && number != 1)) {
        return refuse(PyExc_ValueError, option, value);
    }
    *field = (int32_t)number;
    return 0;
}

static int read_option(const Option* option, PyObject* value, clew_options* options) {
    if (value == Py_None && option->kind != option_flag) {
        return 0;
    }
    void* field = (char*)options + option->offset;
    switch (option->kind) {
        case option_text: return read_text(option, value, field);
        case option_share: return read_share(option, value, field);
        case option_number:
        case option_either: return read_number(option, value, field);
        case option_yes_no:
        case option_flag: return read_yes_no(option, value, field);
    }
    return -1;
}

PyObject* option_names(void) {
    PyObject* names = PyTuple_New(OPTIONS);
    for (size_t index = 0; names != NULL && index < OPTIONS; index++) {
        PyObject* name = PyUnicode_InternFromString(options_known[index].name);
        if (name == NULL) {
            Py_CLEAR(names);
        } else {
            PyTuple_SET_ITEM(names, (Py_ssize_t)index, name);
        }
    }
    return names;
}

// TypeError, with the nearest name there is; see clew/arguments.py.
static int refuse_unknown(PyObject* name) {
    PyObject* arguments = PyImport_ImportModule("clew.arguments");
    PyObject* names = arguments == NULL ? NULL : option_names();
    if (names != NULL) {
        Py_XDECREF(PyObject_CallMethod(arguments, "refuse_unknown", "sOO", "Tracer", name, names));
    }
    Py_XDECREF(names);
    Py_XDECREF(arguments);
    return -1;
}

static int read_keyword(PyObject* name, PyObject* value, Py_ssize_t given, clew_options* options) {
    for (size_t index = 0; index < OPTIONS; index++) {
        const Option* option = &options_known[index];
        if (PyUnicode_CompareWithASCIIString(name, option->name) == 0) {
            if ((Py_ssize_t)index < given) {
                PyErr_Format(PyExc_TypeError, "Tracer() got %s twice", option->name);
                return -1;
            }
            return read_option(option, value, options);
        }
    }
    return refuse_unknown(name);
}

int parse_options(PyObject* args, PyObject* keywords, clew_options* options) {
    const Py_ssize_t given = PyTuple_GET_SIZE(args);
    if (given > POSITIONAL_MAX) {
        PyErr_Format(
            PyExc_TypeError,
            "Tracer() takes service_name and endpoint by position and all else by name; %zd given",
            given
        );
        return -1;
    }
    for (Py_ssize_t index = 0; index < given; index++) {
        if (read_option(&options_known[index], PyTuple_GET_ITEM(args, index), options) < 0) {
            return -1;
        }
    }
    bool is_named = given > 0;
    PyObject* name = NULL;
    PyObject* value = NULL;
    for (Py_ssize_t at = 0; keywords != NULL && PyDict_Next(keywords, &at, &name, &value);) {
        is_named |= PyUnicode_CompareWithASCIIString(name, options_known[0].name) == 0;
        if (read_keyword(name, value, given, options) < 0) {
            return -1;
        }
    }
    if (!is_named) {
        PyErr_SetString(PyExc_TypeError, "Tracer() needs a service_name: a str, or None");
        return -1;
    }
    return 0;
}
