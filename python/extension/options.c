// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

// Values outside of what the option can hold become its largest, which the library refuses.
static uint32_t clamp_u32(long long value) {
    return value < 0 || value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

typedef struct {
    const char* service_name;
    const char* endpoint;
    const char* propagation;
    const char* extract_order;
    const char* trust_inbound;
    const char* sampler;
    const char* ring_dir;
    const char* local_ip;
    PyObject* sample_rate;
    PyObject* integers[8];  // in the order of read_integers()
    int ignore_environment;
} Arguments;

static int read_integer(PyObject* object, const char* name, long long* value) {
    *value = -1;
    if (object == NULL || object == Py_None) {
        return 0;
    }
    const long long read = PyLong_AsLongLong(object);
    if (read == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (read < 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be negative", name);
        return -1;
    }
    *value = read;
    return 1;
}

// The library takes 0 for an option that was not given.
static int refuse_zero(const char* name, long long value) {
    if (value == 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be 0", name);
        return -1;
    }
    return 0;
}

static int read_integers(const Arguments* arguments, clew_options* options) {
    static const char* const names[] = {
        "join",
        "local_port",
        "trace_id_bits",
        "flush_interval_ms",
        "close_timeout_ms",
        "ring_bytes",
        "queue_bytes_max",
        "gzip"};
    long long values[Py_ARRAY_LENGTH(names)];
    for (size_t index = 0; index < Py_ARRAY_LENGTH(names); index++) {
        if (read_integer(arguments->integers[index], names[index], &values[index]) < 0) {
            return -1;
        }
        const int is_zero_meant = index < 2 || index == 7;  // join, local_port and gzip
        if (!is_zero_meant && refuse_zero(names[index], values[index]) < 0) {
            return -1;
        }
    }
    if (values[0] >= 0) {
        options->join = values[0] != 0;
    }
    uint32_t* const narrow[] = {
        &options->local_port,
        &options->trace_id_bits,
        &options->flush_interval_ms,
        &options->close_timeout_ms};
    for (size_t index = 0; index < Py_ARRAY_LENGTH(narrow); index++) {
        if (values[index + 1] >= 0) {
            *narrow[index] = clamp_u32(values[index + 1]);
        }
    }
    if (values[5] >= 0) {
        options->ring_bytes = (uint64_t)values[5];
    }
    if (values[6] >= 0) {
        options->queue_bytes_max = (uint64_t)values[6];
    }
    if (values[7] >= 0) {
        options->gzip = values[7] != 0;
    }
    return 0;
}

static int read_sample_rate(PyObject* rate, clew_options* options) {
    if (rate == NULL || rate == Py_None) {
        return 0;
    }
    const double value = PyFloat_AsDouble(rate);
    if (value == -1.0 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) {
            return -1;
        }
        PyErr_Format(PyExc_TypeError, "sample_rate must be a number from 0 to 1, not %R", rate);
        return -1;
    }
    if (!(value >= 0.0 && value <= 1.0)) {
        PyErr_Format(PyExc_ValueError, "sample_rate must be 0 to 1, not %R", rate);
        return -1;
    }
    options->sample_rate = value;
    return 0;
}

int parse_options(PyObject* args, PyObject* keywords, clew_options* options) {
    static char* names[] = {
        "service_name",
        "endpoint",
        "sample_rate",
        "propagation",
        "join",
        "local_ip",
        "local_port",
        "trace_id_bits",
        "flush_interval_ms",
        "close_timeout_ms",
        "ring_bytes",
        "queue_bytes_max",
        "gzip",
        "extract_order",
        "trust_inbound",
        "sampler",
        "ring_dir",
        "ignore_environment",
        NULL};
    Arguments read = {0};
    const int parsed = PyArg_ParseTupleAndKeywords(
        args,
        keywords,
        "z|z$OzOzOOOOOOOzzzzp:Tracer",
        names,
        &read.service_name,
        &read.endpoint,
        &read.sample_rate,
        &read.propagation,
        &read.integers[0],
        &read.local_ip,
        &read.integers[1],
        &read.integers[2],
        &read.integers[3],
        &read.integers[4],
        &read.integers[5],
        &read.integers[6],
        &read.integers[7],
        &read.extract_order,
        &read.trust_inbound,
        &read.sampler,
        &read.ring_dir,
        &read.ignore_environment
    );
    if (!parsed) {
        return -1;
    }
    options->service_name = read.service_name;
    options->endpoint = read.endpoint;
    options->propagation = read.propagation;
    options->extract_order = read.extract_order;
    options->trust_inbound = read.trust_inbound;
    options->sampler = read.sampler;
    options->ring_dir = read.ring_dir;
    options->local_ip = read.local_ip;
    options->ignore_environment = read.ignore_environment;
    if (read_sample_rate(read.sample_rate, options) < 0) {
        return -1;
    }
    return read_integers(&read, options);
}
