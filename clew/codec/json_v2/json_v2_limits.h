// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much one Zipkin v2 JSON message may ask for, beyond what the size of its body already bounds.
// Passing a limit fails the message with Code::limit_exceeded and a text that names the limit.
//
// Threads: a plain value.

#include <cstddef>

namespace clew::codec {

struct JsonV2Limits {
    std::size_t spans_max = 100'000;            // in one message
    std::size_t span_tags_max = 4'096;          // in one span, repeated keys counted
    std::size_t span_annotations_max = 16'384;  // in one span
    std::size_t depth_max = 255;                // of lists and objects, Zipkin's own limit
    // Of a body with odd text once it is made strict JSON, where a control character takes 6 bytes.
    std::size_t lenient_bytes_max = std::size_t{32} * 1024 * 1024;
};

}  // namespace clew::codec
