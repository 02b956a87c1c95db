// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the target of a request: its path, and its parameters, which are the part behind '?',
// percent-encoded, with '+' for a space, names repeated or without values.
//
// Threads: pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clew/query/query_request.h"

namespace clew::web {

// In the order in which they stand. An escape that is none ("%zz") stands for itself.
std::vector<query::Parameter> parse_query_string(std::string_view text);

// Percent-escapes of a path; '+' is a plus there. Nothing when the path is not allowed to mean
// anything: a NUL inside.
std::optional<std::string> decode_path(std::string_view text);

// True when plain_path() would change nothing, which is nearly always.
bool is_plain_path(std::string_view path) noexcept;

// A path as Zipkin's server reads it: double slashes are one, a segment's parameters (";a=b") are
// left out, escapes of unreserved characters ("%73") are those characters; other escapes stay.
std::string plain_path(std::string_view path);

}  // namespace clew::web
