// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes Zipkin's v2 JSON exactly as Zipkin's server does: the order of the keys, the escapes, no
// white space, absent fields left out. Tags that are not text are written as the text OpenTelemetry
// maps them to. Used by the server for its answers and by senders for their messages.
//
// Threads: pure functions; the class has no state.

#include <span>
#include <string>

#include "clew/codec/span_encoder.h"

namespace clew::codec {

// Appends one object.
void append_json_v2(const model::Span& span, std::string& out);

// Appends a list of objects.
void append_json_v2_list(std::span<const model::Span> spans, std::string& out);

class JsonV2Encoder final : public SpanEncoder {
public:
    Encoding encoding() const noexcept override { return Encoding::json_v2; }
    void append_span(const model::Span& span, std::string& out) override {
        append_json_v2(span, out);
    }
    void append_list(const model::SpanBatch& batch, std::string& out) override;
};

}  // namespace clew::codec
