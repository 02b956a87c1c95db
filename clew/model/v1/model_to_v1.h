// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes a span as a record of Zipkin's first model, for the formats that know no other (scribe):
// kind and times become well-known annotations, tags and the remote endpoint become binary
// annotations, as Zipkin's own reporters do it. What the first model has no word for (status,
// links, nanoseconds, the shared flag itself) is left out; a shared span leaves its times to its
// caller, which is how V1ToModel recognises it.
//
// Threads: one at a time.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "clew/model/span_batch.h"
#include "clew/model/v1/v1_span.h"

namespace clew::model {

class ModelToV1 {
public:
    // Replaces what `record` held. Its texts are valid until the next call, and as long as the
    // span's batch.
    void convert(const Span& span, V1Span& record);

private:
    struct Moments;  // what begin, end and address are called, and when they were

    std::string_view text_of(const Value& value);
    static void add_annotations(const Span& span, const Moments& moments, V1Span& record);
    void add_binary_annotations(const Span& span, const Moments& moments, V1Span& record);

    std::deque<std::string> texts_;  // of tags whose value is no text
};

}  // namespace clew::model
