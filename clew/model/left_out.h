// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a message held and a batch read from it does not, although the message was accepted: the
// decoder counts it here, by reason, and the collector takes the counts over, so that no loss is
// silent whoever decoded and whatever the format.
//
// Threads: a plain value.

#include <cstddef>
#include <cstdint>

namespace clew::model {

struct LeftOut {
    std::uint32_t spans_zero_id = 0;  // a span id of zeros, which Zipkin takes and cannot give back
    std::uint32_t spans_empty = 0;    // nothing in them, not even an id
    std::uint32_t tags = 0;           // of a form that no text stands for: bytes of thrift
    std::uint32_t bytes_behind = 0;   // of the message, behind the end of its list

    std::size_t spans() const noexcept { return std::size_t{spans_zero_id} + spans_empty; }
    friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

}  // namespace clew::model
