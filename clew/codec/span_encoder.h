// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes spans in one format; one implementation per folder under codec/. A reporter encodes
// finished spans with it, a server its answers. Encoding cannot fail: what the format has no word
// for is left out as the format's folder documents.
//
// Threads: one at a time per encoder (it may keep scratch memory between calls).

#include <string>

#include "clew/codec/encoding.h"
#include "clew/model/span_batch.h"

namespace clew::codec {

class SpanEncoder {
public:
    virtual ~SpanEncoder() = default;

    virtual Encoding encoding() const noexcept = 0;

    // Appends one span, without list framing: what a scribe entry carries.
    virtual void append_span(const model::Span& span, std::string& out) = 0;

    // Appends a list of all spans of the batch, framed as the format frames lists.
    virtual void append_list(const model::SpanBatch& batch, std::string& out) = 0;
};

}  // namespace clew::codec
