// SPDX-License-Identifier: Apache-2.0
// Goal: records come out whole, once and in order, or are refused. Method: every size around the
// ends of the memory, counters narrow enough to wrap around, and two threads at full speed.
#include "clew/base/concurrent/spsc_ring.h"

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace clew {

namespace {

template <typename Counter>
struct Queue {
    explicit Queue(std::size_t capacity) : memory(capacity / 8), ring(bytes(), capacity) {}
    char* bytes() { return reinterpret_cast<char*>(memory.data()); }

    bool push(std::string_view record) {
        char* const place = ring.reserve(record.size());
        if (place == nullptr) return false;
        std::memcpy(place, record.data(), record.size());
        ring.publish();
        return true;
    }
    std::optional<std::string> pop() {
        const std::string_view record = ring.front();
        if (record.data() == nullptr) return std::nullopt;
        std::string copy(record);
        ring.pop();
        return copy;
    }

    std::vector<std::uint64_t> memory;
    SpscRing<Counter> ring;
};

std::string numbered(std::size_t number, std::size_t size) {
    std::string record(size, static_cast<char>('a' + number % 26));
    const std::string digits = std::to_string(number);
    record.replace(0, std::min(size, digits.size()), digits, 0, size);
    return record;
}

}  // namespace

TEST(SpscRing, gives_back_what_was_written_in_order) {
    Queue<std::uint64_t> queue(256);
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_TRUE(queue.push("one"));
    EXPECT_TRUE(queue.push(""));
    EXPECT_TRUE(queue.push("three"));
    EXPECT_EQ(queue.pop(), "one");
    EXPECT_EQ(queue.pop(), "");
    EXPECT_EQ(queue.pop(), "three");
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(SpscRing, refuses_when_full_and_takes_again_once_room_was_given_back) {
    Queue<std::uint64_t> queue(128);
    std::size_t taken = 0;
    while (queue.push(numbered(taken, 24))) ++taken;
    EXPECT_EQ(taken, 4U);  // four frames of 32 bytes
    EXPECT_FALSE(queue.push(""));
    EXPECT_EQ(queue.pop(), numbered(0, 24));
    EXPECT_TRUE(queue.push(numbered(4, 24)));
    for (std::size_t i = 1; i <= 4; ++i) {
        EXPECT_EQ(queue.pop(), numbered(i, 24));
    }
}

TEST(SpscRing, takes_the_largest_record_wherever_it_stands_when_empty) {
    constexpr std::size_t capacity = 256;
    const std::string large(SpscRing<>::record_bytes_max(capacity), 'x');
    for (std::size_t offset = 0; offset < capacity; offset += 8) {
        Queue<std::uint64_t> queue(capacity);
        for (std::size_t i = 0; i < offset / 8; ++i) {
            ASSERT_TRUE(queue.push(""));
            ASSERT_EQ(queue.pop(), "");
        }
        ASSERT_TRUE(queue.push(large)) << "at offset " << offset;
        ASSERT_EQ(queue.pop(), large);
    }
}

TEST(SpscRing, refuses_a_record_larger_than_its_memory) {
    Queue<std::uint64_t> queue(128);
    EXPECT_FALSE(queue.push(std::string(121, 'x')));
    EXPECT_TRUE(queue.push(std::string(120, 'x')));
    EXPECT_EQ(queue.pop(), std::string(120, 'x'));
}

TEST(SpscRing, keeps_order_across_wrap_around_of_a_narrow_counter) {
    Queue<std::uint8_t> queue(64);
    std::size_t written = 0;
    std::size_t read = 0;
    for (std::size_t round = 0; round < 10'000; ++round) {
        while (queue.push(numbered(written, written % 23))) ++written;
        ASSERT_LE(queue.ring.used_bytes(), 64U);
        ASSERT_EQ(queue.pop(), numbered(read, read % 23));
        ++read;
    }
    EXPECT_GT(written, 9'999U);
}

TEST(SpscRing, says_how_much_is_used) {
    Queue<std::uint64_t> queue(256);
    queue.push("12345678");
    queue.push("12345678");
    EXPECT_EQ(queue.ring.used_bytes(), 32U);
    queue.pop();
    EXPECT_EQ(queue.ring.used_bytes(), 32U);  // until the producer looks again
    queue.ring.refresh();
    EXPECT_EQ(queue.ring.used_bytes(), 16U);
    queue.ring.reset();
    EXPECT_EQ(queue.ring.used_bytes(), 0U);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

template <typename Counter>
void exchange_between_threads(std::size_t capacity, std::size_t records) {
    Queue<Counter> queue(capacity);
    std::thread producer([&] {
        for (std::size_t i = 0; i < records;) {
            if (queue.push(numbered(i, i * 7 % 53))) {
                ++i;
            } else {
                std::this_thread::yield();
            }
        }
    });
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < records;) {
        const std::optional<std::string> record = queue.pop();
        if (!record) {
            std::this_thread::yield();
            continue;
        }
        if (*record != numbered(i, i * 7 % 53)) ++wrong;
        ++i;
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(SpscRing, loses_and_changes_nothing_between_two_threads) {
    exchange_between_threads<std::uint64_t>(1024, 200'000);
}

TEST(SpscRing, loses_and_changes_nothing_while_a_narrow_counter_wraps) {
    exchange_between_threads<std::uint8_t>(128, 50'000);
    exchange_between_threads<std::uint16_t>(1024, 100'000);
}

}  // namespace clew
