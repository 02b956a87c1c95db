// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "context.h"
#include "conventions.h"
#include "failure.h"

PyDoc_STRVAR(
    span_doc,
    "One piece of work: made by Tracer.start() or Tracer.receive(), told what is known\n"
    "about it, and ended by finish().\n\n"
    "As a context manager it is the current span of the block, and ends with it; an\n"
    "exception that leaves the block becomes the tag \"error\", unless error() was\n"
    "called before. What is said about a span that is not sampled, or has ended, is\n"
    "dropped. No method raises for a text that it is given: values become text by\n"
    "str(), and what cannot be shown is named by its type.\n\n"
    "Threads: one at a time, any thread. After os.fork() the child's copy keeps its ids\n"
    "and reports nothing. A span that is dropped while open is sent with the annotation\n"
    "clew.flush."
);

SpanObject* span_new(TracerObject* tracer) {
    PyTypeObject* type = tracer->span_type;
    SpareSpans* spare = tracer->state->spare;
    SpanObject* self = NULL;
    if (spare != NULL && spare->count != 0) {
        self = (SpanObject*)PyObject_Init((PyObject*)spare->spans[--spare->count], type);
        memset(&self->tracer, 0, sizeof *self - offsetof(SpanObject, tracer));
    } else {
        self = (SpanObject*)type->tp_alloc(type, 0);
    }
    if (self != NULL) {
        Py_INCREF(tracer);
        self->tracer = tracer;
    }
    return self;
}

void spare_spans_free(ModuleState* state) {
    SpareSpans* spare = state->spare;
    state->spare = NULL;
    while (spare != NULL && spare->count != 0) {
        state->span_type->tp_free(spare->spans[--spare->count]);
    }
    PyMem_Free(spare);
}

static void keep_local(SpanObject* self, PyObject* ip, uint16_t port) {
    PyObject* old = self->local_ip;
    Py_INCREF(ip);
    self->local_ip = ip;
    self->local_port = port;
    Py_XDECREF(old);
}

void span_set_local(SpanObject* self, PyObject* ip, uint16_t port) {
    TextView text = text_of(ip);
    clew_span_local(&self->span, text.text, port);
    text_done(&text);
    keep_local(self, ip, port);
}

void span_inherit_local(SpanObject* self, const SpanObject* parent) {
    if (parent->local_ip != NULL) {
        span_set_local(self, parent->local_ip, parent->local_port);
    }
}

void span_finish_now(SpanObject* self) {
    if (self->is_open) {
        self->is_open = false;
        clew_span_finish(&self->span);
        span_note_end(self);
        span_clear_cause(self);
    }
}

void span_abandon(SpanObject* self) {
    if (self->is_open) {
        self->is_open = false;
        clew_span_abandon(&self->span);
        span_note_end(self);
        span_clear_cause(self);
    }
}

static void span_dealloc(SpanObject* self) {
    if (self->is_open) {
        clew_span_orphan(&self->span);
    }
    PyTypeObject* type = Py_TYPE(self);
    Py_CLEAR(self->token);
    Py_CLEAR(self->root);
    Py_CLEAR(self->local_ip);
    span_clear_cause(self);
    clew_carried_release(self->carried);
    const ModuleState* state = self->tracer != NULL ? self->tracer->state : NULL;
    Py_CLEAR(self->tracer);
    SpareSpans* spare = state != NULL ? state->spare : NULL;
    if (spare != NULL && spare->count < SPARE_SPANS_MAX) {
        spare->spans[spare->count++] = self;
    } else {
        type->tp_free(self);
    }
    Py_DECREF(type);
}

static int wrong_count(const char* name, const char* wanted, Py_ssize_t count) {
    PyErr_Format(PyExc_TypeError, "%s() takes %s arguments (%zd given)", name, wanted, count);
    return -1;
}

PyDoc_STRVAR(
    tag_doc,
    "tag(key, value, /)\n"
    "--\n\n"
    "Says something about the whole span; a key said twice keeps the later value. What\n"
    "is longer than the tracer's limits is cut."
);
static PyObject* span_tag(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2) {
        wrong_count("tag", "2", count);
        return NULL;
    }
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        TextView key = text_of(args[0]);
        TextView value = text_of(args[1]);
        clew_span_tag(&self->span, key.text, value.text);
        text_done(&key);
        text_done(&value);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    annotate_doc,
    "annotate(text, at_us=0, /)\n"
    "--\n\n"
    "Says that something happened at a moment: microseconds since the epoch, 0 for now."
);
static PyObject* span_annotate(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count < 1 || count > 2) {
        wrong_count("annotate", "1 or 2", count);
        return NULL;
    }
    int64_t at_us = 0;
    if (count == 2) {
        at_us = PyLong_AsLongLong(args[1]);
        if (at_us == -1 && PyErr_Occurred()) {
            return NULL;
        }
    }
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        TextView text = text_of(args[0]);
        clew_span_annotate(&self->span, text.text, at_us);
        text_done(&text);
    }
    Py_RETURN_NONE;
}

typedef void (*SetEndpoint)(clew_span* span, clew_text ip, uint16_t port, clew_text service_name);

static void set_remote(clew_span* span, clew_text ip, uint16_t port, clew_text service_name) {
    clew_span_remote(span, service_name, ip, port);
}

static void set_local(clew_span* span, clew_text ip, uint16_t port, clew_text service_name) {
    (void)service_name;
    clew_span_local(span, ip, port);
}

static PyObject* set_endpoint(
    SpanObject* self, PyObject* const* args, Py_ssize_t count, SetEndpoint set
) {
    const long port = PyLong_AsLong(args[1]);
    if (port == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (port < 0 || port > 65535) {
        PyErr_Format(PyExc_ValueError, "port must be 0 to 65535, not %ld", port);
        return NULL;
    }
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        TextView ip = text_of(args[0]);
        TextView name = {{NULL, 0}, NULL};
        if (count == 3) {
            name = text_of(args[2]);
        }
        set(&self->span, ip.text, (uint16_t)port, name.text);
        text_done(&ip);
        text_done(&name);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    remote_doc,
    "remote(ip, port, service_name=\"\", /)\n"
    "--\n\n"
    "Says who is on the other side of the call: the address as text, v4 or v6, and a\n"
    "port of 0 to 65535; empty and 0 are left out.\n"
    "ValueError: another port."
);
static PyObject* span_remote(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count < 2 || count > 3) {
        wrong_count("remote", "2 or 3", count);
        return NULL;
    }
    return set_endpoint(self, args, count, set_remote);
}

PyDoc_STRVAR(
    local_doc,
    "local(ip, port, /)\n"
    "--\n\n"
    "Says where the span was recorded, when that is not the tracer's own address; as\n"
    "for remote(). Spans that start below this one in this process begin with it."
);
static PyObject* span_local(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2) {
        wrong_count("local", "2", count);
        return NULL;
    }
    PyObject* done = set_endpoint(self, args, count, set_local);
    if (done != NULL && self->tracer != NULL) {
        keep_local(self, args[0], (uint16_t)PyLong_AsLong(args[1]));
    }
    return done;
}

PyDoc_STRVAR(
    finish_doc,
    "finish()\n"
    "--\n\n"
    "Ends the span now and hands it on; the second time it does nothing. Never waits."
);
static PyObject* span_finish(SpanObject* self, PyObject* Py_UNUSED(ignored)) {
    span_finish_now(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    abandon_doc,
    "abandon()\n"
    "--\n\n"
    "Ends the span and forgets it: nothing is sent."
);
static PyObject* abandon(SpanObject* self, PyObject* Py_UNUSED(ignored)) {
    span_abandon(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    inject_doc,
    "inject()\n"
    "--\n\n"
    "The headers that carry this span to the next service, as a list of (name, value),\n"
    "in the formats of the option propagation; also when the span is not sampled, so\n"
    "that the next one knows. With them goes what this service's caller sent to be\n"
    "passed on: other tracers' tracestate, and baggage."
);
static PyObject* span_inject(SpanObject* self, PyObject* Py_UNUSED(ignored)) {
    HeaderList headers = {self->tracer, PyList_New(0)};
    if (headers.list == NULL || headers.tracer == NULL) {
        return headers.list;
    }
    clew_inject(self->tracer->native, &self->context, self->carried, append_header, &headers);
    if (PyErr_Occurred()) {
        Py_CLEAR(headers.list);
    }
    return headers.list;
}

static PyObject* span_enter(SpanObject* self, PyObject* Py_UNUSED(ignored)) {
    if (self->tracer == NULL) {
        Py_INCREF(self);  // one for all that is not traced: any number of blocks at once
        return (PyObject*)self;
    }
    if (self->token != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the span is in use by a `with` already");
        return NULL;
    }
    self->token = PyContextVar_Set(self->tracer->current, (PyObject*)self);
    if (self->token == NULL) {
        return NULL;
    }
    Py_INCREF(self);
    return (PyObject*)self;
}

static PyObject* span_exit(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 3) {
        wrong_count("__exit__", "3", count);
        return NULL;
    }
    PyObject* token = self->token;
    const bool was_entered = token != NULL;
    self->token = NULL;
    if (was_entered) {
        if (PyContextVar_Reset(self->tracer->current, token) < 0) {
            PyErr_Clear();  // left from another context than entered: that one is not ours to set
        }
        Py_DECREF(token);
    }
    if (args[1] != Py_None && !self->has_error) {
        span_tell_error(self, args[1]);
    }
    if (self->is_open) {
        span_finish_now(self);
    } else if (was_entered) {
        span_note_end(self);
    }
    Py_RETURN_FALSE;
}

PyObject* span_trace_id(const SpanObject* self) {
    char text[33];
    const clew_context* context = &self->context;
    if (context->trace_id_high == 0) {
        PyOS_snprintf(text, sizeof text, "%016llx", (unsigned long long)context->trace_id_low);
    } else {
        PyOS_snprintf(
            text,
            sizeof text,
            "%016llx%016llx",
            (unsigned long long)context->trace_id_high,
            (unsigned long long)context->trace_id_low
        );
    }
    return PyUnicode_FromString(text);
}

static PyObject* span_get_trace_id(SpanObject* self, void* Py_UNUSED(closure)) {
    return span_trace_id(self);
}

static PyObject* id_or_none(uint64_t id) {
    if (id == 0) {
        Py_RETURN_NONE;
    }
    char text[17];
    PyOS_snprintf(text, sizeof text, "%016llx", (unsigned long long)id);
    return PyUnicode_FromString(text);
}

static PyObject* span_get_span_id(SpanObject* self, void* Py_UNUSED(closure)) {
    return id_or_none(self->context.span_id);
}

static PyObject* span_get_parent_id(SpanObject* self, void* Py_UNUSED(closure)) {
    return id_or_none(self->context.parent_id);
}

static PyObject* span_get_is_sampled(SpanObject* self, void* Py_UNUSED(closure)) {
    return PyBool_FromLong((self->context.flags & clew_context_sampled) != 0);
}

static PyObject* span_get_is_debug(SpanObject* self, void* Py_UNUSED(closure)) {
    return PyBool_FromLong((self->context.flags & clew_context_debug) != 0);
}

static PyObject* span_get_is_open(SpanObject* self, void* Py_UNUSED(closure)) {
    return PyBool_FromLong(self->is_open);
}

PyDoc_STRVAR(
    name_doc,
    "set_name(name, /)\n"
    "--\n\n"
    "Replaces the span's name; Zipkin shows it in lower case."
);
static PyObject* span_set_name(SpanObject* self, PyObject* name) {
    if (self->is_open) {
        self->is_named = true;
        TextView text = text_of(name);
        clew_span_set_name(&self->span, text.text);
        text_done(&text);
    }
    Py_RETURN_NONE;
}

#define METHOD(name, function, flags, doc) \
    { name, (PyCFunction)(void (*)(void))(function), flags, doc }
static PyMethodDef span_methods[] = {
    METHOD("tag", span_tag, METH_FASTCALL, tag_doc),
    METHOD("tag_http", span_tag_http_method, METH_FASTCALL, tag_http_doc),
    METHOD("annotate", span_annotate, METH_FASTCALL, annotate_doc),
    METHOD("error", span_error, METH_FASTCALL, error_doc),
    METHOD("error_status", span_error_status, METH_O, error_status_doc),
    METHOD("set_name", span_set_name, METH_O, name_doc),
    METHOD("set_route", span_set_route, METH_FASTCALL, set_route_doc),
    METHOD("set_cause", span_set_cause, METH_O, set_cause_doc),
    METHOD("remote", span_remote, METH_FASTCALL, remote_doc),
    METHOD("local", span_local, METH_FASTCALL, local_doc),
    METHOD("inject", span_inject, METH_NOARGS, inject_doc),
    METHOD("set_baggage", span_set_baggage, METH_FASTCALL, set_baggage_doc),
    METHOD("finish", span_finish, METH_NOARGS, finish_doc),
    METHOD("abandon", abandon, METH_NOARGS, abandon_doc),
    METHOD("__enter__", span_enter, METH_NOARGS, NULL),
    METHOD("__exit__", span_exit, METH_FASTCALL, NULL),
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef span_properties[] = {
    {"trace_id", (getter)span_get_trace_id, NULL, "16 or 32 lower-hex characters.", NULL},
    {"span_id", (getter)span_get_span_id, NULL, "16 lower-hex characters.", NULL},
    {"parent_id", (getter)span_get_parent_id, NULL, "16 lower-hex characters, or None.", NULL},
    {"is_sampled", (getter)span_get_is_sampled, NULL, "Whether the trace is recorded.", NULL},
    {"is_debug", (getter)span_get_is_debug, NULL, "Whether the caller forces recording.", NULL},
    {"baggage",
     (getter)span_get_baggage,
     NULL,
     "What the application lets travel with this span: a dict of its own, name to value.",
     NULL},
    {"is_open", (getter)span_get_is_open, NULL, "False after finish() or abandon().", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define REPR_NAME_BYTES 200  // of a longer name the beginning is shown

static PyObject* span_repr(SpanObject* self) {
    if (self->tracer == NULL) {
        return PyUnicode_FromString("<clew.Span that records nothing>");
    }
    char bytes[REPR_NAME_BYTES] = "";
    clew_span_name(&self->span, bytes, sizeof bytes);
    PyObject* name = PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)strlen(bytes), "replace");
    PyObject* trace_id = span_trace_id(self);
    PyObject* repr = NULL;
    if (name != NULL && trace_id != NULL) {
        char id[17];
        PyOS_snprintf(id, sizeof id, "%016llx", (unsigned long long)self->context.span_id);
        const bool is_sampled = (self->context.flags & clew_context_sampled) != 0;
        const char* state = !self->is_open ? "ended" : is_sampled ? "open" : "not sampled";
        if (PyUnicode_GET_LENGTH(name) > 0) {
            repr = PyUnicode_FromFormat(
                "<clew.Span %R %s of trace %U, %s>", name, id, trace_id, state
            );
        } else {
            repr = PyUnicode_FromFormat("<clew.Span %s of trace %U, %s>", id, trace_id, state);
        }
    }
    Py_XDECREF(name);
    Py_XDECREF(trace_id);
    return repr;
}

static PyType_Slot span_slots[] = {
    {Py_tp_dealloc, (void*)span_dealloc},
    {Py_tp_doc, (void*)span_doc},
    {Py_tp_repr, (void*)span_repr},
    {Py_tp_methods, span_methods},
    {Py_tp_getset, span_properties},
    {0, NULL},
};

PyType_Spec span_spec = {
    .name = "clew.Span",
    .basicsize = sizeof(SpanObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = span_slots,
};
