// SPDX-License-Identifier: Apache-2.0
#pragma once

// Walks bytes in Apache Thrift's binary protocol (TBinary): the language of scribe and of Zipkin's
// oldest spans. Every read is checked against the bytes that are there; a declared length or count
// is never believed, nothing is allocated for it. The first failure sticks: from then on numbers
// are zero, texts empty, lists empty and structs at their end, so callers loop plainly and ask
// once.
//
// Lifetime: texts point into the bytes given. Threads: one at a time.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "clew/base/error.h"

namespace clew::wire {

enum class ThriftType : std::uint8_t {
    stop = 0,
    boolean = 2,
    byte = 3,
    float64 = 4,
    int16 = 6,
    int32 = 8,
    int64 = 10,
    text = 11,
    structure = 12,
    map = 13,
    set = 14,
    list = 15,
};

struct ThriftField {
    ThriftType type = ThriftType::stop;
    std::int16_t id = 0;

    friend bool operator==(const ThriftField&, const ThriftField&) = default;
};

struct ThriftList {
    ThriftType type = ThriftType::stop;
    std::uint32_t count = 0;
};

// How deep unknown structs and lists may nest before skip() gives up.
inline constexpr int kThriftSkipDepthMax = 64;

class ThriftReader {
public:
    explicit ThriftReader(std::string_view bytes) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::int8_t read_byte() noexcept {
        return static_cast<std::int8_t>(read_number<std::uint8_t>());
    }
    std::int16_t read_int16() noexcept {
        return static_cast<std::int16_t>(read_number<std::uint16_t>());
    }
    std::int32_t read_int32() noexcept {
        return static_cast<std::int32_t>(read_number<std::uint32_t>());
    }
    std::int64_t read_int64() noexcept {
        return static_cast<std::int64_t>(read_number<std::uint64_t>());
    }
    double read_float64() noexcept { return std::bit_cast<double>(read_number<std::uint64_t>()); }

    // A length and that many bytes; text or binary, TBinary makes no difference.
    std::string_view read_text() noexcept;

    // The next field of the struct being read. False at its end, and after a failure.
    bool next_field(ThriftField& field) noexcept;

    // Steps over the field's head if exactly that field comes next. Writers keep to one order of
    // fields, so a reader that asks for them in that order and then takes what is left with
    // next_field() is fast and still reads any order.
    bool take_field(const ThriftField& field) noexcept;

    // The head of a list or set. A count that cannot fit into the bytes left is a failure, so a
    // loop over it is bounded by the size of the message.
    ThriftList read_list() noexcept;

    // Steps over a value of that type. Nesting beyond kThriftSkipDepthMax is a failure.
    void skip(ThriftType type) noexcept { skip(type, kThriftSkipDepthMax); }

    // Steps over `bytes` if exactly they come next, e.g. a struct that was read before and is
    // repeated: TBinary structs are prefix-free, so equal bytes are an equal struct.
    bool skip_equal(std::string_view bytes) noexcept;

    bool ok() const noexcept { return failure_ == Failure::none; }
    // Requires: !ok(). truncated: "Truncated: length 8 > bytes available 3"; malformed; or
    // limit_exceeded: "thrift_skip_depth_max ...".
    Error error() const;

    const char* position() const noexcept { return at_; }
    std::size_t bytes_left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

private:
    enum class Failure : std::uint8_t { none, truncated, negative_size, unknown_type, too_deep };

    static constexpr std::size_t kFieldHeadBytes = 3;

    template <typename Number>
    Number read_number() noexcept {
        if (bytes_left() < sizeof(Number)) [[unlikely]] {
            fail(Failure::truncated, sizeof(Number));
            return 0;
        }
        const Number number = load<Number>(at_);
        at_ += sizeof(Number);
        return number;
    }

    template <typename Number>
    static Number load(const char* at) noexcept {
        Number number = 0;
        std::memcpy(&number, at, sizeof(Number));
        if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) {
            return number;
        } else if constexpr (sizeof(Number) == 2) {
            return __builtin_bswap16(number);
        } else if constexpr (sizeof(Number) == 4) {
            return __builtin_bswap32(number);
        } else {
            return __builtin_bswap64(number);
        }
    }

    bool next_field_at_end(ThriftField& field) noexcept;
    void advance(std::uint64_t size) noexcept;
    bool skip_flat(ThriftType type) noexcept;
    void skip(ThriftType type, int depth_left) noexcept;
    void skip_elements(ThriftType type, std::uint32_t count, int depth_left) noexcept;
    void skip_map(int depth_left) noexcept;
    std::uint32_t read_count(std::uint64_t element_bytes_min) noexcept;
    void fail(Failure failure, std::uint64_t wanted) noexcept;

    const char* at_;
    const char* end_;
    Failure failure_ = Failure::none;
    std::uint64_t wanted_ = 0;     // what the failed read asked for: bytes, or a type code
    std::uint64_t available_ = 0;  // and what was left
};

inline std::string_view ThriftReader::read_text() noexcept {
    const std::int32_t size = read_int32();
    if (static_cast<std::uint32_t>(size) > bytes_left()) [[unlikely]] {
        fail(
            size < 0 ? Failure::negative_size : Failure::truncated, static_cast<std::uint32_t>(size)
        );
        return {};
    }
    const std::string_view text(at_, static_cast<std::size_t>(size));
    at_ += size;
    return text;
}

inline bool ThriftReader::next_field(ThriftField& field) noexcept {
    if (bytes_left() < kFieldHeadBytes) [[unlikely]]
        return next_field_at_end(field);
    field.type = static_cast<ThriftType>(*at_);
    if (field.type == ThriftType::stop) {
        ++at_;
        return false;
    }
    field.id = static_cast<std::int16_t>(load<std::uint16_t>(at_ + 1));
    at_ += kFieldHeadBytes;
    return true;
}

inline bool ThriftReader::take_field(const ThriftField& field) noexcept {
    if (bytes_left() < kFieldHeadBytes) return false;
    if (static_cast<ThriftType>(*at_) != field.type) return false;
    if (static_cast<std::int16_t>(load<std::uint16_t>(at_ + 1)) != field.id) return false;
    at_ += kFieldHeadBytes;
    return true;
}

inline bool ThriftReader::skip_equal(std::string_view bytes) noexcept {
    if (bytes_left() < bytes.size() || std::memcmp(at_, bytes.data(), bytes.size()) != 0) {
        return false;
    }
    at_ += bytes.size();
    return true;
}

}  // namespace clew::wire
