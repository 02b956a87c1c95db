// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "context.h"
#include "conventions.h"
#include "fork.h"
#include "news.h"
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
    self->conventions = conventions_zipkin;
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
    self->news = clew_tracer_news(self->native);
    return (PyObject*)self;
}

// A sampler is often a closure over what has the tracer. Without it the tracer decides by itself.
static int tracer_traverse(TracerObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->choose);
    Py_VISIT(self->told);
    return 0;
}

static int tracer_clear(TracerObject* self) {
    Py_CLEAR(self->choose);
    Py_CLEAR(self->told);
    return 0;
}

static void tracer_dealloc(TracerObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    fork_forget(self);
    if (self->native != NULL) {
        clew_tracer* native = self->native;
        self->native = NULL;
        Py_BEGIN_ALLOW_THREADS;
        clew_tracer_destroy(native);
        Py_END_ALLOW_THREADS;
    }
    tracer_clear(self);
    header_names_clear(&self->outgoing);
    Py_CLEAR(self->span_type);
    Py_CLEAR(self->current);
    type->tp_free(self);
    Py_DECREF(type);
}

// Before a span starts: there the application is in the middle of nothing, so that news may be
// told.
int tracer_check_open(TracerObject* self) {
    if (self->is_closed) {
        PyErr_SetString(PyExc_RuntimeError, "the tracer is closed");
        return -1;
    }
    return tell_any_news(self);
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
        if ((found & clew_extracted_malformed) != 0 && tell_malformed(self) < 0) {
            span_abandon(span);
            Py_DECREF(span);
            return NULL;
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
    "greenthreads do not. What went wrong with sending is in the log.\n"
    "TypeError, ValueError: another timeout."
);

// The one argument of flush() and close(), in milliseconds; -1 with an exception.
static int64_t read_timeout(const char* function, PyObject* const* args, Py_ssize_t count) {
    double seconds = 1.0;
    if (count > 1) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most 1 argument (%zd given)", function, count);
        return -1;
    }
    if (count == 1) {
        seconds = PyFloat_AsDouble(args[0]);
        if (seconds == -1.0 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_OverflowError)) {
                if (PyErr_ExceptionMatches(PyExc_TypeError)) {
                    PyErr_Format(
                        PyExc_TypeError, "timeout must be a number of seconds, not %.200R", args[0]
                    );
                }
                return -1;
            }
            PyErr_Clear();  // refused below
        }
    }
    if (!(seconds >= 0.0 && seconds <= 3600.0)) {
        PyErr_Format(PyExc_ValueError, "timeout must be 0 to 3600 seconds, not %.200R", args[0]);
        return -1;
    }
    return (int64_t)(seconds * 1000.0);
}

static bool flush_within(TracerObject* self, int64_t timeout_ms) {
    int is_done = 0;
    Py_BEGIN_ALLOW_THREADS;
    is_done = clew_tracer_flush(self->native, (uint32_t)timeout_ms);
    Py_END_ALLOW_THREADS;
    return is_done != 0;
}

static PyObject* tracer_flush(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    const int64_t timeout_ms = read_timeout("flush", args, count);
    if (timeout_ms < 0) {
        return NULL;
    }
    const bool is_done = flush_within(self, timeout_ms);
    return tell_any_news(self) < 0 ? NULL : PyBool_FromLong(is_done);
}

PyDoc_STRVAR(
    close_doc,
    "close(timeout=1.0, /)\n"
    "--\n\n"
    "No more spans start; waits as flush() does. Spans that are open may still finish\n"
    "and are sent. The native thread ends when the last span and the last reference to\n"
    "the tracer are gone. What could not be sent is in the log."
);
static PyObject* tracer_close(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    const int64_t timeout_ms = read_timeout("close", args, count);
    if (timeout_ms < 0) {
        return NULL;
    }
    self->is_closed = true;
    Py_CLEAR(self->choose);
    const bool is_done = flush_within(self, timeout_ms);
    return tell_end(self) < 0 ? NULL : PyBool_FromLong(is_done);
}

PyDoc_STRVAR(
    flush_last_doc,
    "_flush_last(timeout, /)\n"
    "--\n\n"
    "flush() at the end of a program: what has not been sent by then is lost, and the log\n"
    "told of it. Spans may start all the same."
);
static PyObject* tracer_flush_last(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    const int64_t timeout_ms = read_timeout("_flush_last", args, count);
    if (timeout_ms < 0) {
        return NULL;
    }
    const bool is_done = flush_within(self, timeout_ms);
    return tell_end(self) < 0 ? NULL : PyBool_FromLong(is_done);
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
    METHOD("use_conventions", tracer_use_conventions, METH_O, use_conventions_doc),
    METHOD("flush", tracer_flush, METH_FASTCALL, flush_doc),
    METHOD("close", tracer_close, METH_FASTCALL, close_doc),
    METHOD("_flush_last", tracer_flush_last, METH_FASTCALL, flush_last_doc),
    METHOD("stats", tracer_stats, METH_NOARGS, tracer_stats_doc),
    {NULL, NULL, 0, NULL},
};

static PyObject* tracer_get_endpoint(TracerObject* self, void* Py_UNUSED(closure)) {
    return PyUnicode_FromString(clew_tracer_endpoint(self->native));
}

static PyObject* tracer_get_service_name(TracerObject* self, void* Py_UNUSED(closure)) {
    const char* name = clew_tracer_service_name(self->native);
    return PyUnicode_DecodeUTF8(name, (Py_ssize_t)strlen(name), "replace");
}

static PyObject* tracer_repr(TracerObject* self) {
    PyObject* name = tracer_get_service_name(self, NULL);
    PyObject* repr = NULL;
    if (name != NULL) {
        const char* state = self->is_closed ? ", closed" : "";
        const char* endpoint = clew_tracer_endpoint(self->native);
        repr = PyUnicode_FromFormat("<clew.Tracer %R to %s%s>", name, endpoint, state);
        Py_DECREF(name);
    }
    return repr;
}

static PyGetSetDef tracer_properties[] = {
    {"endpoint",
     (getter)tracer_get_endpoint,
     NULL,
     "Where it sends to; without the query of a URL, which may hold a key.",
     NULL},
    {"service_name", (getter)tracer_get_service_name, NULL, "Of the service, in Zipkin.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef tracer_members[] = {
    {"_told", T_OBJECT, offsetof(TracerObject, told), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot tracer_slots[] = {
    {Py_tp_new, (void*)tracer_new},
    {Py_tp_dealloc, (void*)tracer_dealloc},
    {Py_tp_traverse, (void*)tracer_traverse},
    {Py_tp_clear, (void*)tracer_clear},
    {Py_tp_doc, (void*)tracer_doc},
    {Py_tp_methods, tracer_methods},
    {Py_tp_getset, tracer_properties},
    {Py_tp_members, tracer_members},
    {Py_tp_repr, (void*)tracer_repr},
    {0, NULL},
};

PyType_Spec tracer_spec = {
    .name = "clew.Tracer",
    .basicsize = sizeof(TracerObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = tracer_slots,
};
