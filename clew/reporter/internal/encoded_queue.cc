// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/internal/encoded_queue.h"

#include <algorithm>
#include <utility>

namespace clew::reporter::internal {

std::size_t EncodedChunk::size_bytes() const noexcept {
    return sizeof(EncodedChunk) + bytes.capacity() + ends.capacity() * sizeof(ends[0]);
}

void EncodedQueue::push(EncodedChunk&& chunk) {
    if (chunk.ends.empty()) return;
    if (chunk.bytes.capacity() / 5 * 4 > chunk.bytes.size()) chunk.bytes.shrink_to_fit();
    chunks_.push_back(std::move(chunk));
    spans_ += chunks_.back().spans();
    size_bytes_ += chunks_.back().size_bytes();
}

void EncodedQueue::oldest(const transport::Sender& sender, std::vector<std::string_view>& message)
    const {
    message.clear();
    const transport::MessageBounds bounds = sender.bounds();
    std::size_t size = sender.empty_message_bytes();
    std::size_t first = first_;
    for (const EncodedChunk& chunk : chunks_) {
        for (std::size_t i = first; i < chunk.spans(); ++i) {
            const std::size_t begin = i == 0 ? 0 : chunk.ends[i - 1];
            const auto span = std::string_view(chunk.bytes).substr(begin, chunk.ends[i] - begin);
            size += sender.framed_bytes(span.size());
            const bool fits = size <= bounds.bytes_max && message.size() < bounds.payloads_max;
            if (!fits && !message.empty()) return;
            message.push_back(span);
        }
        first = 0;
    }
}

void EncodedQueue::pop(std::size_t count) {
    spans_ -= count;
    popped_total_ += count;
    while (count > 0) {
        EncodedChunk& chunk = chunks_.front();
        const std::size_t taken = std::min(count, chunk.spans() - first_);
        first_ += taken;
        count -= taken;
        if (first_ < chunk.spans()) return;
        size_bytes_ -= chunk.size_bytes();
        chunks_.pop_front();
        first_ = 0;
    }
}

}  // namespace clew::reporter::internal
