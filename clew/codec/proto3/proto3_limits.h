// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much one protobuf message of spans may ask for, beyond what the size of its body bounds.
// Passing a limit fails the message with Code::limit_exceeded and a text that names the limit.
//
// Threads: a plain value.

#include <cstddef>

namespace clew::codec {

struct Proto3Limits {
    std::size_t spans_max = 100'000;            // in one message
    std::size_t span_tags_max = 4'096;          // in one span, repeated keys counted
    std::size_t span_annotations_max = 16'384;  // in one span
};

}  // namespace clew::codec
