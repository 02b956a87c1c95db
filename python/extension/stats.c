// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "news.h"

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

const char tracer_stats_doc[] = PyDoc_STR(
    "stats()\n"
    "--\n\n"
    "What became of the sampled spans since the process, or in a child the fork, began:\n"
    "finished, sent, dropped (a dict by reason), queued (finished, and neither sent nor\n"
    "dropped yet), messages_sent, messages_failed,\n"
    "failures_in_row (of those, since the newest message that was taken), retries\n"
    "(attempts at what had failed before), message_bytes and written_bytes (of\n"
    "messages_sent, before and after gzip), compression_refused (a collector knew no\n"
    "gzip), breaker ('closed'; 'open' while the collector is left alone after failures in\n"
    "a row; 'half_open' while one message tries it), breaker_openings, and last_error, the\n"
    "sentence about the newest failed attempt to send. Always:\n"
    "finished + recovered == sent + sum(dropped.values()) + queued; recovered is the number of\n"
    "spans that killed processes had left in ring_dir, recovery_damaged that of those that\n"
    "could not be read, rings_unfiled that of threads for which there was no room there.\n"
    "headers_malformed is the number of requests with headers that were ignored because\n"
    "they break their format."
);
PyObject* tracer_stats(TracerObject* self, PyObject* Py_UNUSED(ignored)) {
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
        set_number(result, "queued", stats.queued) < 0 ||
        PyDict_SetItemString(result, "dropped", dropped) < 0 ||
        set_number(result, "messages_sent", stats.messages_sent) < 0 ||
        set_number(result, "messages_failed", stats.messages_failed) < 0 ||
        set_number(result, "failures_in_row", stats.failures_in_row) < 0 ||
        set_number(result, "headers_malformed", stats.headers_malformed) < 0 ||
        add_sending(result, &stats) < 0 || add_recovery(result, &stats) < 0 ||
        PyDict_SetItemString(result, "last_error", last_error) < 0) {
        Py_CLEAR(result);
    }
    Py_XDECREF(dropped);
    Py_XDECREF(last_error);
    return result;
}
