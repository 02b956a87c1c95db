// SPDX-License-Identifier: Apache-2.0
#pragma once

// A form of spans that people write in tests: one span a line, words in any order.
//
//     trace=a id=2 parent=1 kind=CLIENT name=get at=1000 for=50 local=frontend@10.0.0.1:80
//         remote=backend note:1010="cache miss" tag:http.path=/ debug shared
//
// (on one line). Times are microseconds, ids hexadecimal. An endpoint is name@address:port, each
// part optional; an IPv6 address stands in brackets. Quotes keep blanks and `=` together; inside
// them \" \\ and \n are escapes. Lines that are empty or begin with # say nothing. Spans get the
// normal form of Zipkin's model (zipkin_span_builder.h), so names become lower-case.
//
// Threads: pure functions.

#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/model/span_batch.h"

namespace clew::model::testing {

// All spans of the text, or a sentence that names the line.
Expected<SpanBatch> parse_spans(std::string_view text);

// The same for texts that stand in a test: a mistake in them ends the program.
SpanBatch spans(std::string_view text);

// The span as a line of the form, words in the order above; what parse_spans() reads back.
std::string span_text(const Span& span);

}  // namespace clew::model::testing
