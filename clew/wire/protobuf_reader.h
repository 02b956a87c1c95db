// SPDX-License-Identifier: Apache-2.0
#pragma once

// Walks the fields of one protobuf message: number, wire type, value. Sticky: after the first
// failure there are no more fields, and the caller asks once. Nothing is allocated, no length is
// believed before the bytes are there. Knows no schema; error texts are those of Zipkin's reader.
//
//     ProtobufReader fields(bytes);
//     while (fields.next()) switch (fields.number()) { case 1: id = fields.bytes(); ... }
//     if (fields.failed()) ...
//
// Lifetime: views into the bytes given. Threads: one at a time.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "clew/base/error.h"

namespace clew::wire {

class ProtobufReader {
public:
    enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

    // `offset`: where the bytes stand in the whole message, for error texts.
    explicit ProtobufReader(std::string_view bytes, std::size_t offset = 0)
        : bytes_(bytes), offset_(offset) {}

    // Steps to the next field, over the current one if its value was not read. False at the end
    // and after a failure.
    bool next();
    std::uint32_t number() const noexcept { return number_; }
    WireType type() const noexcept { return type_; }

    // The value of the current field. Of another wire type, or cut: zero or empty, and failed when
    // cut. Requires: asked once.
    std::uint64_t varint();
    std::uint64_t fixed64();
    std::string_view bytes();
    // 0 or 1; anything else fails.
    bool boolean();

    // The message inside the current field.
    ProtobufReader message();

    // True when there is nothing in the message, not even a field.
    bool is_empty() const noexcept { return bytes_.empty(); }

    // Where the current field's value begins, in the whole message.
    std::size_t position() const noexcept { return offset_ + at_; }

    bool failed() const noexcept { return failed_; }
    const Error& error() const noexcept { return error_; }
    void fail(Error error);

private:
    std::uint64_t raw_varint();
    std::string_view take(std::uint64_t size);
    void skip_value();

    std::string_view bytes_;
    std::size_t offset_;
    std::size_t at_ = 0;
    std::uint32_t number_ = 0;
    WireType type_ = WireType::varint;
    bool pending_ = false;  // the current field's value was not read yet
    bool failed_ = false;
    Error error_;
};

}  // namespace clew::wire
