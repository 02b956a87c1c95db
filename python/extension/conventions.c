// SPDX-License-Identifier: Apache-2.0
#include "conventions.h"

#include <string.h>

// clang-format off
#define TEXT(literal) {literal, sizeof literal - 1}
// clang-format on

const HttpTag http_method_tag = {TEXT("http.method"), TEXT("http.request.method")};
const HttpTag http_path_tag = {TEXT("http.path"), TEXT("url.path")};
const HttpTag http_status_tag = {TEXT("http.status_code"), TEXT("http.response.status_code")};
static const clew_text query_name = TEXT("url.query");
static const clew_text error_type_name = TEXT("error.type");

// Names that the hooks written in Python, or options of the application, give.
static const HttpTag named_tags[] = {
    {TEXT("http.method"), TEXT("http.request.method")},
    {TEXT("http.path"), TEXT("url.path")},
    {TEXT("http.status_code"), TEXT("http.response.status_code")},
    {TEXT("http.host"), TEXT("")},  // server.address and server.port are tagged in its place
    {TEXT("http.url"), TEXT("url.full")},
    {TEXT("http.user_agent"), TEXT("user_agent.original")},
    {TEXT("net.peer.name"), TEXT("server.address")},
    {TEXT("net.peer.port"), TEXT("server.port")},
};

void span_tag_http(SpanObject* self, const HttpTag* tag, clew_text value) {
    const unsigned in_use = self->tracer->conventions;
    if ((in_use & conventions_zipkin) != 0) {
        clew_span_tag(&self->span, tag->zipkin, value);
    }
    if ((in_use & conventions_stable) != 0) {
        self->has_error_type = true;
        if (tag->stable.size != 0) {
            clew_span_tag(&self->span, tag->stable, value);
        }
    }
}

static bool is_same(clew_text one, clew_text other) {
    return one.size == other.size && memcmp(one.text, other.text, one.size) == 0;
}

void span_tag_named(SpanObject* self, clew_text name, clew_text value) {
    if (self->tracer->conventions != conventions_zipkin) {
        for (size_t index = 0; index < Py_ARRAY_LENGTH(named_tags); index++) {
            if (is_same(name, named_tags[index].zipkin)) {
                span_tag_http(self, &named_tags[index], value);
                return;
            }
        }
    }
    clew_span_tag(&self->span, name, value);
}

void span_tag_query(SpanObject* self, clew_text target) {
    if ((self->tracer->conventions & conventions_stable) == 0 || target.size == 0) {
        return;
    }
    const char* mark = memchr(target.text, '?', target.size);
    if (mark != NULL) {
        const clew_text query = {mark + 1, target.size - (size_t)(mark + 1 - target.text)};
        clew_span_tag(&self->span, query_name, query);
    }
}

static bool is_status(clew_text text) {
    bool is_number = text.size == 3;
    for (size_t index = 0; is_number && index < text.size; index++) {
        is_number = text.text[index] >= '0' && text.text[index] <= '9';
    }
    return is_number;
}

void span_tag_error_type(SpanObject* self, clew_text text, bool is_exception) {
    static const clew_text other = TEXT("_OTHER");  // so in the conventions
    if (!self->has_error_type) {
        return;
    }
    clew_text type = is_exception || is_status(text) ? text : other;
    const char* colon = is_exception ? memchr(text.text, ':', text.size) : NULL;
    if (colon != NULL) {
        type.size = (size_t)(colon - text.text);
    }
    clew_span_tag(&self->span, error_type_name, type);
}

const char tag_http_doc[] =
    "tag_http(key, value, /)\n"
    "--\n\n"
    "tag() for HTTP: http.method, http.path, http.status_code, http.url, http.user_agent\n"
    "and net.peer.* become what Tracer.use_conventions() says. The errors of such a span\n"
    "have the tag error.type, too, where the stable names are in use.";
PyObject* span_tag_http_method(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "tag_http() takes 2 arguments (%zd given)", count);
        return NULL;
    }
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        TextView key = text_of(args[0]);
        TextView value = text_of(args[1]);
        span_tag_named(self, key.text, value.text);
        text_done(&key);
        text_done(&value);
    }
    Py_RETURN_NONE;
}

const char use_conventions_doc[] =
    "use_conventions(name, /)\n"
    "--\n\n"
    "Says by which names HTTP is tagged: None, http.method and the like, the default;\n"
    "'http', the stable names of OpenTelemetry, http.request.method and the like;\n"
    "'http/dup', both. For spans that begin later.\n"
    "TypeError, ValueError: another name.";
PyObject* tracer_use_conventions(TracerObject* self, PyObject* name) {
    if (name == Py_None) {
        self->conventions = conventions_zipkin;
    } else if (!PyUnicode_Check(name)) {
        return PyErr_Format(PyExc_TypeError, "conventions must be str or None, not %R", name);
    } else if (PyUnicode_CompareWithASCIIString(name, "http") == 0) {
        self->conventions = conventions_stable;
    } else if (PyUnicode_CompareWithASCIIString(name, "http/dup") == 0) {
        self->conventions = conventions_zipkin | conventions_stable;
    } else {
        return PyErr_Format(
            PyExc_ValueError, "conventions must be 'http' or 'http/dup', not %R", name
        );
    }
    Py_RETURN_NONE;
}
