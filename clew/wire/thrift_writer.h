// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes Apache Thrift's binary protocol (TBinary) at the end of a string: spans for scribe, calls
// and replies. The caller writes fields in order and ends each struct with stop(); nothing is
// checked, because what is written is ours.
//
// Threads: one at a time.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "clew/wire/thrift_reader.h"

namespace clew::wire {

class ThriftWriter {
public:
    // Requires: out outlives the writer.
    explicit ThriftWriter(std::string& out) noexcept : out_(out) {}

    void write_byte(std::int8_t value) { out_.push_back(static_cast<char>(value)); }
    void write_int16(std::int16_t value) { write_number(static_cast<std::uint16_t>(value)); }
    void write_int32(std::int32_t value) { write_number(static_cast<std::uint32_t>(value)); }
    void write_int64(std::int64_t value) { write_number(static_cast<std::uint64_t>(value)); }
    // Requires: text.size() < 2^31.
    void write_text(std::string_view text) {
        write_number(static_cast<std::uint32_t>(text.size()));
        out_.append(text);
    }

    void field(ThriftType type, std::int16_t id) {
        out_.push_back(static_cast<char>(type));
        write_int16(id);
    }
    void list(ThriftType type, std::uint32_t count) {
        out_.push_back(static_cast<char>(type));
        write_number(count);
    }
    void stop() { out_.push_back('\0'); }

    // Whole fields: head and value.
    void bool_field(std::int16_t id, bool value) {
        field(ThriftType::boolean, id);
        out_.push_back(value ? '\1' : '\0');
    }
    void int32_field(std::int16_t id, std::int32_t value) {
        field(ThriftType::int32, id);
        write_int32(value);
    }
    void int64_field(std::int16_t id, std::int64_t value) {
        field(ThriftType::int64, id);
        write_int64(value);
    }
    void text_field(std::int16_t id, std::string_view text) {
        field(ThriftType::text, id);
        write_text(text);
    }

private:
    template <typename Number>
    void write_number(Number number) {
        char bytes[sizeof(Number)];
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            bytes[i] = static_cast<char>(number >> (8 * (sizeof(Number) - 1 - i)));
        }
        out_.append(bytes, sizeof(Number));
    }

    std::string& out_;
};

}  // namespace clew::wire
