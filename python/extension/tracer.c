// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "context.h"
#include "fork.h"
#include "received_headers.h"

PyDoc_STRVAR(
    tracer_doc,
    "Tracer(service_name, endpoint=None, *, sample_rate=None, propagation=None, join=None,\n"
    "       local_ip=None, local_port=None, trace_id_bits=None, flush_interval_ms=None,\n"
    "       close_timeout_ms=None, ring_bytes=None, queue_bytes_max=None, gzip=None,\n"
    "       extract_order=None, trust_inbound=None, sampler=None, ring_dir=None,\n"
    "       ignore_environment=False)\n"
    "--\n\n"
    "Records spans and sends them by a native thread, which starts after the first\n"
    "sampled span has finished and never takes the interpreter lock. None: the CLEW_*\n"
    "variable of the environment, else the default. endpoint is scribe://host:port or\n"
    "http://host:port/api/v2/spans; sample_rate is 0 to 1; trace_id_bits is 64 or 128.\n"
    "propagation names the headers that are sent, a list with commas of 'b3multi', 'b3',\n"
    "'tracecontext' and 'baggage', or 'none'; extract_order those that are read, of which\n"
    "the first with a trace counts. trust_inbound says what a caller decides: 'all';\n"
    "'ids', its trace goes on but the sampler here is asked; 'no', a new trace begins.\n"
    "sampler, instead of sample_rate: '0.1', 'counting(0.1)', 'per_second(100)' or rules,\n"
    "'/health=never; GET /api/*=per_second(10); 0.01'. ring_dir is a directory in memory,\n"
    "like '/dev/shm': finished spans wait there, and those of a process that is killed\n"
    "are sent by the next one of its service.\n\n"
    "ValueError: an option is wrong; the message says which.\n"
    "Threads: all at once. Fork: a child sends its own spans and nothing that it\n"
    "inherited."
);

static PyObject* tracer_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    clew_options options;
    clew_options_init(&options, sizeof options);
    if (parse_options(args, keywords, &options) < 0) {
        return NULL;
    }
    ModuleState* state = PyType_GetModuleState(type);
    if (state == NULL) {
        return NULL;
    }
    TracerObject* self = (TracerObject*)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->state = state;
    self->number = ++state->tracers;
    self->detach_after_ms = DETACH_AFTER_MS;
    Py_INCREF(state->span_type);
    self->span_type = state->span_type;
    Py_INCREF(state->current);
    self->current = state->current;
    char error[512] = "";
    self->native = clew_tracer_create(&options, error, sizeof error);
    if (self->native == NULL) {
        PyErr_SetString(PyExc_ValueError, error);
    }
    if (self->native == NULL || fork_watch(type, self) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject*)self;
}

static void tracer_dealloc(TracerObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    fork_forget(self);
    if (self->native != NULL) {
        clew_tracer* native = self->native;
        self->native = NULL;
        Py_BEGIN_ALLOW_THREADS;
        clew_tracer_destroy(native);
        Py_END_ALLOW_THREADS;
    }
    Py_CLEAR(self->choose);
    header_names_clear(&self->outgoing);
    Py_CLEAR(self->span_type);
    Py_CLEAR(self->current);
    type->tp_free(self);
    Py_DECREF(type);
}

int tracer_check_open(const TracerObject* self) {
    if (self->is_closed) {
        PyErr_SetString(PyExc_RuntimeError, "the tracer is closed");
        return -1;
    }
    return 0;
}

void span_started(SpanObject* span) {
    span->is_open = true;
    clew_span_context(&span->span, &span->context);
}

// What came with a request; what there is not is NULL. Its path is in `environ` or `path`,
// borrowed.
typedef struct {
    ReceivedHeaders* headers;
    PyObject* environ;
    PyObject* path;
} Source;

// PATH_INFO, whose characters are the bytes that came (PEP 3333).
static clew_text path_bytes(PyObject* path) {
    clew_text bytes = {NULL, 0};
    if (path != NULL && PyUnicode_Check(path) && PyUnicode_KIND(path) == PyUnicode_1BYTE_KIND) {
        bytes.text = (const char*)PyUnicode_1BYTE_DATA(path);
        bytes.size = (size_t)PyUnicode_GET_LENGTH(path);
    }
    return bytes;
}

// Starts a server's span whose sampling is still open: samplers may look at its request, which is
// named after its method. 0, or -1 with an exception.
static int receive_undecided(
    TracerObject* self,
    SpanObject* span,
    clew_text name,
    const Source* source,
    clew_context* received
) {
    PyObject* path = source->path;
    TextView text = {{NULL, 0}, NULL};
    if (source->environ != NULL) {
        path = PyDict_GetItemWithError(source->environ, self->state->names[name_path_info]);
        PyErr_Clear();  // an environ that cannot be asked has no path
        text.text = path_bytes(path);
    } else if (path != NULL && path != Py_None) {
        text = text_of(path);
    }
    Py_XINCREF(path);  // a callable may do anything, also to the environ
    const int asked = ask_sampler(self, name, path, received);
    if (asked == 0) {
        const clew_request request = {name, text.text};
        clew_span_receive_request(self->native, &span->span, name, received, &request);
    }
    text_done(&text);
    Py_XDECREF(path);
    return asked;
}

static SpanObject* receive_span(
    TracerObject* self, clew_kind kind, clew_text name, const Source* source
) {
    SpanObject* span = span_new(self);
    if (span != NULL) {
        clew_context received = {0};
        int found = 0;
        if (source->headers != NULL) {
            found = clew_extract(
                self->native, read_received, source->headers, &received, &span->carried
            );
        }
        int asked = 0;
        if (kind == clew_kind_server) {
            *self->state->has_served = 1;
        }
        if (kind == clew_kind_server && (received.flags & clew_context_decided) == 0) {
            asked = receive_undecided(self, span, name, source, &received);
        } else {
            asked = ask_sampler(self, name, source->path, &received);
            if (asked == 0) {
                clew_span_receive(self->native, &span->span, kind, name, &received);
            }
        }
        if (asked < 0) {
            Py_DECREF(span);
            return NULL;
        }
        span_started(span);
        if ((found & clew_extracted_malformed) != 0) {
            tell_malformed(self);
        }
    }
    return span;
}

SpanObject* tracer_receive_span(TracerObject* self, clew_text name, PyObject* environ) {
    if (tracer_check_open(self) < 0) {
        return NULL;
    }
    ReceivedHeaders headers;
    const bool found = received_headers_read_environ(&headers, self->state, environ);
    const Source source = {found ? &headers : NULL, environ, NULL};
    SpanObject* span = receive_span(self, clew_kind_server, name, &source);
    if (found) {
        received_headers_clear(&headers);
    }
    return span;
}

PyDoc_STRVAR(
    receive_doc,
    "receive(name, environ, /)\n"
    "--\n\n"
    "Starts the server span of a request whose WSGI environ (PEP 3333) holds what the\n"
    "caller sent: joined to the caller's span, or below it, as the tracer's option join\n"
    "says; a new trace when it sent none, or nonsense.\n"
    "RuntimeError: the tracer is closed."
);
static PyObject* tracer_receive(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2 || !PyDict_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "receive() takes a name and the dict of a WSGI request");
        return NULL;
    }
    TextView name = text_of(args[0]);
    SpanObject* span = tracer_receive_span(self, name.text, args[1]);
    text_done(&name);
    return (PyObject*)span;
}

PyDoc_STRVAR(
    extract_doc,
    "extract(headers, name, kind='server', path=None, /)\n"
    "--\n\n"
    "Starts the span of a request or message whose headers, a mapping or an iterable of\n"
    "pairs, hold what the caller sent; names and values are str or bytes, in any case.\n"
    "A server span is joined to the caller's as for receive(), others are below it. path\n"
    "is for samplers.\n"
    "TypeError: what holds no headers. ValueError: another kind.\n"
    "RuntimeError: the tracer is closed."
);
static PyObject* tracer_extract(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count < 2 || count > 4) {
        PyErr_Format(PyExc_TypeError, "extract() takes 2 to 4 arguments (%zd given)", count);
        return NULL;
    }
    clew_kind kind = clew_kind_server;
    ReceivedHeaders headers;
    if ((count > 2 && parse_kind(args[2], &kind) < 0) || tracer_check_open(self) < 0 ||
        received_headers_read(&headers, args[0]) < 0) {
        return NULL;
    }
    TextView name = text_of(args[1]);
    const Source source = {&headers, NULL, count > 3 ? args[3] : NULL};
    SpanObject* span = receive_span(self, kind, name.text, &source);
    text_done(&name);
    received_headers_clear(&headers);
    return (PyObject*)span;
}

PyDoc_STRVAR(
    receive_http_doc,
    "receive_http(method, target, environ, peer, /)\n"
    "--\n\n"
    "receive() for a server: the span is named after the method in lower case and has\n"
    "the tags http.method and http.path (the target without its query), the environ's\n"
    "SERVER_NAME and SERVER_PORT as its address, and peer, (ip, port), on the other side.\n"
    "ValueError: SERVER_PORT is no port. TypeError: what is no request.\n"
    "RuntimeError: the tracer is closed."
);

PyDoc_STRVAR(
    flush_doc,
    "flush(timeout=1.0, /)\n"
    "--\n\n"
    "Waits, at most timeout seconds (0 to 3600), until all finished spans are sent or\n"
    "counted as dropped; True when they are. Other OS threads run meanwhile, other\n"
    "greenthreads do not."
);
static PyObject* tracer_flush(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    double seconds = 1.0;
    if (count > 1) {
        PyErr_Format(PyExc_TypeError, "flush() takes at most 1 argument (%zd given)", count);
        return NULL;
    }
    if (count == 1) {
        seconds = PyFloat_AsDouble(args[0]);
        if (seconds == -1.0 && PyErr_Occurred()) {
            return NULL;
        }
    }
    if (!(seconds >= 0.0 && seconds <= 3600.0)) {
        PyErr_SetString(PyExc_ValueError, "timeout must be 0 to 3600 seconds");
        return NULL;
    }
    int is_done = 0;
    Py_BEGIN_ALLOW_THREADS;
    is_done = clew_tracer_flush(self->native, (uint32_t)(seconds * 1000.0));
    Py_END_ALLOW_THREADS;
    return PyBool_FromLong(is_done);
}

PyDoc_STRVAR(
    close_doc,
    "close(timeout=1.0, /)\n"
    "--\n\n"
    "No more spans start; waits as flush() does. Spans that are open may still finish\n"
    "and are sent. The native thread ends when the last span and the last reference to\n"
    "the tracer are gone."
);
static PyObject* tracer_close(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    self->is_closed = true;
    Py_CLEAR(self->choose);
    return tracer_flush(self, args, count);
}

static int set_number(PyObject* dict, const char* name, uint64_t number) {
    PyObject* value = PyLong_FromUnsignedLongLong(number);
    const int failed = value == NULL || PyDict_SetItemString(dict, name, value) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

static PyObject* dropped_by_reason(const clew_stats* stats) {
    PyObject* dropped = PyDict_New();
    for (uint32_t reason = 0; dropped != NULL && reason < clew_drop_reasons; reason++) {
        const char* name = clew_drop_reason_name(reason);
        if (name != NULL && set_number(dropped, name, stats->dropped[reason]) < 0) {
            Py_CLEAR(dropped);
        }
    }
    return dropped;
}

static int add_sending(PyObject* dict, const clew_stats* stats) {
    PyObject* breaker = PyUnicode_FromString(clew_breaker_name(stats->breaker));
    const int failed = breaker == NULL || PyDict_SetItemString(dict, "breaker", breaker) < 0 ||
                       set_number(dict, "retries", stats->retries) < 0 ||
                       set_number(dict, "message_bytes", stats->message_bytes) < 0 ||
                       set_number(dict, "written_bytes", stats->written_bytes) < 0 ||
                       set_number(dict, "compression_refused", stats->compression_refused) < 0 ||
                       set_number(dict, "breaker_openings", stats->breaker_openings) < 0;
    Py_XDECREF(breaker);
    return failed ? -1 : 0;
}

static int add_recovery(PyObject* dict, const clew_stats* stats) {
    const int failed = set_number(dict, "recovered", stats->recovered) < 0 ||
                       set_number(dict, "recovery_damaged", stats->recovery_damaged) < 0 ||
                       set_number(dict, "rings_unfiled", stats->rings_unfiled) < 0;
    return failed ? -1 : 0;
}

PyDoc_STRVAR(
    stats_doc,
    "stats()\n"
    "--\n\n"
    "What became of the sampled spans since the process, or in a child the fork, began:\n"
    "finished, sent, dropped (a dict by reason), messages_sent, messages_failed,\n"
    "retries (attempts at what had failed before), message_bytes and written_bytes (of\n"
    "messages_sent, before and after gzip), compression_refused (a collector knew no\n"
    "gzip), breaker ('closed'; 'open' while the collector is left alone after failures in\n"
    "a row; 'half_open' while one message tries it), breaker_openings, and last_error, the\n"
    "sentence about the newest failed attempt to send. After a flush() that returned True:\n"
    "finished + recovered == sent + sum(dropped.values()); recovered is the number of\n"
    "spans that killed processes had left in ring_dir, recovery_damaged that of those that\n"
    "could not be read, rings_unfiled that of threads for which there was no room there.\n"
    "headers_malformed is the number of requests with headers that were ignored because\n"
    "they break their format."
);
static PyObject* tracer_stats(TracerObject* self, PyObject* Py_UNUSED(ignored)) {
    clew_stats stats;
    clew_tracer_stats(self->native, &stats);
    char words[512] = "";
    clew_tracer_last_error(self->native, words, sizeof words);
    PyObject* dropped = dropped_by_reason(&stats);
    PyObject* last_error = PyUnicode_DecodeUTF8(words, (Py_ssize_t)strlen(words), "replace");
    PyObject* result = PyDict_New();
    if (dropped == NULL || last_error == NULL || result == NULL ||
        set_number(result, "finished", stats.finished) < 0 ||
        set_number(result, "sent", stats.sent) < 0 ||
        PyDict_SetItemString(result, "dropped", dropped) < 0 ||
        set_number(result, "messages_sent", stats.messages_sent) < 0 ||
        set_number(result, "messages_failed", stats.messages_failed) < 0 ||
        set_number(result, "headers_malformed", stats.headers_malformed) < 0 ||
        add_sending(result, &stats) < 0 || add_recovery(result, &stats) < 0 ||
        PyDict_SetItemString(result, "last_error", last_error) < 0) {
        Py_CLEAR(result);
    }
    Py_XDECREF(dropped);
    Py_XDECREF(last_error);
    return result;
}

#define METHOD(name, function, flags, doc) \
    { name, (PyCFunction)(void (*)(void))(function), flags, doc }
static PyMethodDef tracer_methods[] = {
    METHOD("start", tracer_start, METH_FASTCALL, start_doc),
    METHOD("receive", tracer_receive, METH_FASTCALL, receive_doc),
    METHOD("extract", tracer_extract, METH_FASTCALL, extract_doc),
    METHOD("receive_http", tracer_receive_http, METH_FASTCALL, receive_http_doc),
    METHOD("sample_by", tracer_sample_by, METH_O, sample_by_doc),
    METHOD("detach_after", tracer_detach_after, METH_O, detach_after_doc),
    METHOD("flush", tracer_flush, METH_FASTCALL, flush_doc),
    METHOD("close", tracer_close, METH_FASTCALL, close_doc),
    METHOD("stats", tracer_stats, METH_NOARGS, stats_doc),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot tracer_slots[] = {
    {Py_tp_new, (void*)tracer_new},
    {Py_tp_dealloc, (void*)tracer_dealloc},
    {Py_tp_doc, (void*)tracer_doc},
    {Py_tp_methods, tracer_methods},
    {0, NULL},
};

PyType_Spec tracer_spec = {
    .name = "clew.Tracer",
    .basicsize = sizeof(TracerObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = tracer_slots,
};
