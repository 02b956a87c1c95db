// SPDX-License-Identifier: Apache-2.0
#pragma once

// A queue of byte records between exactly two threads, in memory of fixed size, without locks: the
// producer writes a record in place and publishes it, the consumer reads it in place and gives the
// room back. A record never wraps around the end of the memory; what is left there is skipped. When
// there is no room the producer is told at once.
//
// Threads: reserve(), publish(), used_bytes() by the producer; front(), pop() by the consumer.
// Either role may pass to another thread if the hand-over itself synchronises. Invariants:
//   1. read_ <= write_ <= read_ + capacity, modulo the width of Counter.
//   2. Bytes in [read_, write_) belong to the consumer, all others to the producer.
//   3. Every frame starts at a multiple of 8 and ends at or before the end of the memory.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clew {

// Counter: unsigned, and wide enough for twice the capacity. Narrow ones are for tests, which make
// it wrap around.
template <typename Counter = std::uint64_t>
class SpscRing {
public:
    // Requires: capacity is a power of two, at least 64; bytes are aligned to 8 and outlive the
    // ring.
    SpscRing(char* bytes, std::size_t capacity) noexcept
        : into_(bytes), into_capacity_(capacity), from_(bytes), from_capacity_(capacity) {
        static_assert(offsetof(SpscRing, write_) == kWriteAt);
        static_assert(offsetof(SpscRing, read_) == kReadAt);
    }
    SpscRing(const SpscRing&) = delete;
    SpscRing& operator=(const SpscRing&) = delete;

    // What lies in the memory, for who reads it when producer and consumer are gone: records, each
    // behind a frame. Positions count bytes since the beginning.
    struct Frame {
        std::uint32_t frame_bytes;   // this header included
        std::uint32_t record_bytes;  // or kSkipped
    };
    static constexpr std::uint32_t kSkipped = 0xffffffff;
    // Where in this object the positions are.
    static constexpr std::size_t kWriteAt = 0;
    static constexpr std::size_t kReadAt = 64;

    // The largest record that always fits into an empty ring.
    static constexpr std::size_t record_bytes_max(std::size_t capacity) noexcept {
        return capacity / 2 - sizeof(Frame);
    }

    // Room for a record of `size` bytes, aligned to 8, or null when the ring is too full.
    char* reserve(std::size_t size) noexcept {
        const std::size_t needed = frame_bytes(size);
        const Counter write = write_.load(std::memory_order_relaxed);  // the producer's own
        const std::size_t offset = write & (into_capacity_ - 1);
        const std::size_t until_end = into_capacity_ - offset;
        const std::size_t skipped = needed <= until_end ? 0 : until_end;
        if (!has_room(write, skipped + needed)) return nullptr;
        if (skipped != 0) put_frame(offset, {static_cast<std::uint32_t>(skipped), kSkipped});
        const std::size_t start = (offset + skipped) & (into_capacity_ - 1);
        put_frame(start, {static_cast<std::uint32_t>(needed), static_cast<std::uint32_t>(size)});
        reserved_ = static_cast<Counter>(skipped + needed);
        return into_ + start + sizeof(Frame);
    }

    // Requires: reserve() gave room, which is filled now.
    void publish() noexcept {
        const Counter write = write_.load(std::memory_order_relaxed);
        // Pairs with the acquire in front(): the record's bytes are there before it is seen.
        write_.store(static_cast<Counter>(write + reserved_), std::memory_order_release);
    }

    // As far as the producer knows; never less than what is really used.
    std::size_t used_bytes() const noexcept {
        return static_cast<Counter>(write_.load(std::memory_order_relaxed) - read_seen_);
    }
    // Looks at the consumer's progress; used_bytes() is exact afterwards. Returns its position.
    Counter refresh() noexcept {
        // Pairs with the release in pop(): the consumer is done with bytes before they are reused.
        read_seen_ = read_.load(std::memory_order_acquire);
        return read_seen_;
    }

    // The oldest record, with null data() when there is none.
    // Valid until: pop().
    std::string_view front() noexcept {
        for (;;) {
            const Counter read = read_.load(std::memory_order_relaxed);  // the consumer's own
            if (read == write_seen_) {
                // Pairs with the release in publish().
                write_seen_ = write_.load(std::memory_order_acquire);
                if (read == write_seen_) return {};
            }
            const std::size_t offset = read & (from_capacity_ - 1);
            const Frame frame = frame_at(offset);
            if (frame.record_bytes != kSkipped) {
                return {from_ + offset + sizeof(Frame), frame.record_bytes};
            }
            advance(frame.frame_bytes);
        }
    }

    // Requires: front() gave a record.
    void pop() noexcept {
        const std::size_t offset = read_.load(std::memory_order_relaxed) & (from_capacity_ - 1);
        advance(frame_at(offset).frame_bytes);
    }

    // Empties the ring. Requires: neither side is at work.
    void reset() noexcept {
        write_.store(0, std::memory_order_relaxed);
        read_.store(0, std::memory_order_relaxed);
        read_seen_ = 0;
        write_seen_ = 0;
    }

private:
    static std::size_t frame_bytes(std::size_t record) noexcept {
        return sizeof(Frame) + ((record + 7) & ~std::size_t{7});
    }
    void put_frame(std::size_t offset, Frame frame) noexcept {
        std::memcpy(into_ + offset, &frame, sizeof frame);
    }
    Frame frame_at(std::size_t offset) const noexcept {
        Frame frame;
        std::memcpy(&frame, from_ + offset, sizeof frame);
        return frame;
    }
    bool has_room(Counter write, std::size_t size) noexcept {
        if (size <= into_capacity_ - static_cast<Counter>(write - read_seen_)) return true;
        refresh();
        return size <= into_capacity_ - static_cast<Counter>(write - read_seen_);
    }
    void advance(std::size_t size) noexcept {
        const Counter read = read_.load(std::memory_order_relaxed);
        // Pairs with the acquire in refresh().
        read_.store(static_cast<Counter>(read + size), std::memory_order_release);
    }

    static constexpr std::size_t kCacheLine = 64;

    // The producer's line: it writes here all the time, so the consumer has its own copy of where
    // the memory is.
    alignas(kCacheLine) std::atomic<Counter> write_{0};
    Counter read_seen_ = 0;  // the producer's copy of read_
    Counter reserved_ = 0;   // between reserve() and publish()
    char* const into_;
    const std::size_t into_capacity_;

    // The consumer's line.
    alignas(kCacheLine) std::atomic<Counter> read_{0};
    Counter write_seen_ = 0;  // the consumer's copy of write_
    const char* const from_;
    const std::size_t from_capacity_;
};

}  // namespace clew
