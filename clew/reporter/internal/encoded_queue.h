// SPDX-License-Identifier: Apache-2.0
#pragma once

// Encoded spans between the rings and the sender, oldest first, bounded in bytes of memory held.
// Spans come in chunks, one per drained batch, each in one piece of memory that stays where it is
// until its last span has left, so that a message can point into it while it is sent.
//
// Threads: one, the reporter's worker.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "clew/transport/sender.h"

namespace clew::reporter::internal {

struct EncodedChunk {
    std::string bytes;
    std::vector<std::uint32_t> ends;  // of each span in bytes

    std::size_t spans() const noexcept { return ends.size(); }
    std::size_t size_bytes() const noexcept;  // memory held
};

class EncodedQueue {
public:
    // Drops what the chunk has allocated but does not use when that is much.
    void push(EncodedChunk&& chunk);

    // The oldest spans that fit into one message of the sender, at least one unless empty.
    // Requires: no span alone is larger than a message. Valid until: pop().
    void oldest(const transport::Sender& sender, std::vector<std::string_view>& message) const;
    // Requires: count <= spans().
    void pop(std::size_t count);

    bool empty() const noexcept { return spans_ == 0; }
    std::size_t spans() const noexcept { return spans_; }
    std::size_t size_bytes() const noexcept { return size_bytes_; }
    // Since the beginning; pushed - popped = spans().
    std::uint64_t pushed_total() const noexcept { return popped_total_ + spans_; }
    std::uint64_t popped_total() const noexcept { return popped_total_; }

private:
    std::deque<EncodedChunk> chunks_;
    std::size_t first_ = 0;  // of chunks_.front(), the first span that has not left
    std::size_t spans_ = 0;
    std::size_t size_bytes_ = 0;
    std::uint64_t popped_total_ = 0;
};

}  // namespace clew::reporter::internal
