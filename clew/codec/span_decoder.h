// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads spans from the bytes of one format; one implementation per folder under codec/. A receiver
// keeps a decoder as long as it listens and fills a batch with the spans of one message. The
// decoder takes the received buffer over, so that texts need not be copied: they stay where they
// were received, in the batch's arena.
//
// Threads: one at a time per decoder (it may keep scratch memory between calls); make one per
// thread.

#include <string>

#include "clew/base/expected.h"
#include "clew/codec/encoding.h"
#include "clew/model/span_builder.h"

namespace clew::codec {

class SpanDecoder {
public:
    virtual ~SpanDecoder() = default;

    virtual Encoding encoding() const noexcept = 0;

    // Appends the spans of `body`, a list in this format, in the order they stand there. On an
    // error (malformed, truncated, invalid_argument, limit_exceeded) `into` holds the spans it held
    // before, and the message is what the format's reference implementation answers.
    virtual Expected<void> decode(std::string&& body, model::SpanBuilder& into) = 0;
};

}  // namespace clew::codec
