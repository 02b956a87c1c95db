// SPDX-License-Identifier: Apache-2.0
#pragma once

// The attribute names, keywords and WSGI keys that the extension looks up on hot paths: interned
// once for each module, so that finding one is a pointer's comparison. Owned by the module's state.

#define CLEW_NAMES(NAME)                                   \
    NAME(application, "application")                       \
    NAME(client_address, "client_address")                 \
    NAME(close, "close")                                   \
    NAME(command, "command")                               \
    NAME(environ, "environ")                               \
    NAME(exc_info, "exc_info")                             \
    NAME(extract, "extract")                               \
    NAME(file_wrapper, "wsgi.file_wrapper")                \
    NAME(filelike, "filelike")                             \
    NAME(flush, "flush")                                   \
    NAME(headers, "headers")                               \
    NAME(http_b3, "HTTP_B3")                               \
    NAME(http_baggage, "HTTP_BAGGAGE")                     \
    NAME(http_traceparent, "HTTP_TRACEPARENT")             \
    NAME(http_tracestate, "HTTP_TRACESTATE")               \
    NAME(http_x_b3_flags, "HTTP_X_B3_FLAGS")               \
    NAME(http_x_b3_parentspanid, "HTTP_X_B3_PARENTSPANID") \
    NAME(http_x_b3_sampled, "HTTP_X_B3_SAMPLED")           \
    NAME(http_x_b3_spanid, "HTTP_X_B3_SPANID")             \
    NAME(http_x_b3_traceid, "HTTP_X_B3_TRACEID")           \
    NAME(kind, "kind")                                     \
    NAME(legacy_tags, "legacy_tags")                       \
    NAME(length, "__len__")                                \
    NAME(local, "local")                                   \
    NAME(parent, "parent")                                 \
    NAME(path, "path")                                     \
    NAME(path_info, "PATH_INFO")                           \
    NAME(raw_uri, "RAW_URI")                               \
    NAME(remote_addr, "REMOTE_ADDR")                       \
    NAME(remote_port, "REMOTE_PORT")                       \
    NAME(request_method, "REQUEST_METHOD")                 \
    NAME(request_uri, "REQUEST_URI")                       \
    NAME(result, "result")                                 \
    NAME(routing_args, "wsgiorg.routing_args")             \
    NAME(script_name, "SCRIPT_NAME")                       \
    NAME(server_name, "SERVER_NAME")                       \
    NAME(server_port, "SERVER_PORT")                       \
    NAME(span, "clew.span")                                \
    NAME(tracer, "tracer")                                 \
    NAME(wfile, "wfile")                                   \
    NAME(write, "write")                                   \
    NAME(writelines, "writelines")

#define CLEW_NAME_ENUMERATOR(name, text) name_##name,
enum { CLEW_NAMES(CLEW_NAME_ENUMERATOR) name_count };
#undef CLEW_NAME_ENUMERATOR
