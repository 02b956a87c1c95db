// SPDX-License-Identifier: Apache-2.0
#pragma once

// The attribute names, keywords and WSGI keys that the extension looks up on hot paths: interned
// once for each module, so that finding one is a pointer's comparison. Owned by the module's state.

#define CLEW_NAMES(NAME)                    \
    NAME(close, "close")                    \
    NAME(exc_info, "exc_info")              \
    NAME(extract, "extract")                \
    NAME(file_wrapper, "wsgi.file_wrapper") \
    NAME(flush, "flush")                    \
    NAME(headers, "headers")                \
    NAME(kind, "kind")                      \
    NAME(length, "__len__")                 \
    NAME(local, "local")                    \
    NAME(parent, "parent")                  \
    NAME(path_info, "PATH_INFO")            \
    NAME(raw_uri, "RAW_URI")                \
    NAME(remote_addr, "REMOTE_ADDR")        \
    NAME(remote_port, "REMOTE_PORT")        \
    NAME(request_method, "REQUEST_METHOD")  \
    NAME(request_uri, "REQUEST_URI")        \
    NAME(script_name, "SCRIPT_NAME")        \
    NAME(server_name, "SERVER_NAME")        \
    NAME(server_port, "SERVER_PORT")        \
    NAME(span_key, "clew.span")             \
    NAME(write, "write")                    \
    NAME(writelines, "writelines")

#define CLEW_NAME_ENUMERATOR(name, text) name_##name,
enum { CLEW_NAMES(CLEW_NAME_ENUMERATOR) name_count };
#undef CLEW_NAME_ENUMERATOR
