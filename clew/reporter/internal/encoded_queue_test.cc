// SPDX-License-Identifier: Apache-2.0
// Goal: spans leave in the order they came, in messages within bounds, and memory is counted.
// Method: small chunks, a sender with small bounds.
#include "clew/reporter/internal/encoded_queue.h"

#include <gtest/gtest.h>

#include "clew/transport/testing/scripted_sender.h"

namespace clew::reporter::internal {
namespace {

EncodedChunk chunk(const std::vector<std::string>& spans) {
    EncodedChunk made;
    for (const std::string& span : spans) {
        made.bytes += span;
        made.ends.push_back(static_cast<std::uint32_t>(made.bytes.size()));
    }
    return made;
}

class EncodedQueueTest : public ::testing::Test {
protected:
    std::vector<std::string> oldest() {
        std::vector<std::string_view> message;
        queue_.oldest(sender_, message);
        return {message.begin(), message.end()};
    }

    transport::testing::ScriptedSender sender_;
    EncodedQueue queue_;
};

using Texts = std::vector<std::string>;

TEST_F(EncodedQueueTest, gives_spans_of_many_chunks_in_order) {
    queue_.push(chunk({"a", "bb"}));
    queue_.push(chunk({}));
    queue_.push(chunk({"ccc"}));
    EXPECT_EQ(oldest(), (Texts{"a", "bb", "ccc"}));
    EXPECT_EQ(queue_.spans(), 3U);
}

TEST_F(EncodedQueueTest, ends_a_message_at_the_senders_count) {
    sender_.set_bounds({1000, 2});
    queue_.push(chunk({"a", "b", "c"}));
    EXPECT_EQ(oldest(), (Texts{"a", "b"}));
    queue_.pop(2);
    EXPECT_EQ(oldest(), (Texts{"c"}));
}

TEST_F(EncodedQueueTest, ends_a_message_at_the_senders_bytes) {
    sender_.set_bounds({2 + 3 + 3, 100});  // an empty message and two payloads of two bytes
    queue_.push(chunk({"aa"}));
    queue_.push(chunk({"bb", "cc"}));
    EXPECT_EQ(oldest(), (Texts{"aa", "bb"}));
}

TEST_F(EncodedQueueTest, leaves_a_chunk_in_the_middle_and_comes_back) {
    queue_.push(chunk({"a", "b", "c"}));
    queue_.push(chunk({"d"}));
    queue_.pop(2);
    EXPECT_EQ(oldest(), (Texts{"c", "d"}));
    queue_.pop(2);
    EXPECT_TRUE(queue_.empty());
    EXPECT_EQ(oldest(), Texts{});
    EXPECT_EQ(queue_.popped_total(), 4U);
    EXPECT_EQ(queue_.pushed_total(), 4U);
}

TEST_F(EncodedQueueTest, counts_memory_until_a_chunks_last_span_has_left) {
    EXPECT_EQ(queue_.size_bytes(), 0U);
    queue_.push(chunk({std::string(1000, 'x'), std::string(1000, 'y')}));
    const std::size_t full = queue_.size_bytes();
    EXPECT_GE(full, 2000U);
    queue_.pop(1);
    EXPECT_EQ(queue_.size_bytes(), full);
    queue_.pop(1);
    EXPECT_EQ(queue_.size_bytes(), 0U);
}

TEST_F(EncodedQueueTest, gives_back_what_a_chunk_does_not_use) {
    EncodedChunk roomy = chunk({std::string(1000, 'x')});
    roomy.bytes.reserve(1U << 20U);
    queue_.push(std::move(roomy));
    EXPECT_LT(queue_.size_bytes(), 3000U);
    EXPECT_EQ(oldest(), (Texts{std::string(1000, 'x')}));
}

}  // namespace
}  // namespace clew::reporter::internal
