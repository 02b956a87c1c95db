// SPDX-License-Identifier: Apache-2.0
#pragma once

// The value of a tag. Zipkin knows text only; the other types are there so that spans of richer
// formats come back exactly as they were sent. Sixteen bytes; text, bytes and arrays point into the
// arena of the batch.
//
// Threads: a plain value.

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace clew::model {

struct Tag;

class Value {
public:
    enum class Type : std::uint8_t { text, int64, float64, boolean, bytes, array, map };

    constexpr Value() noexcept : pointer_(nullptr) {}
    constexpr explicit Value(std::string_view text) noexcept
        : pointer_(text.data()), size_(static_cast<std::uint32_t>(text.size())) {}

    static Value of_int64(std::int64_t value) noexcept;
    static Value of_float64(double value) noexcept;
    static Value of_boolean(bool value) noexcept;
    static Value of_bytes(std::string_view bytes) noexcept;
    // Requires: the elements outlive the value (they lie in the same arena).
    static Value of_array(std::span<const Value> elements) noexcept;
    static Value of_map(std::span<const Tag> entries) noexcept;

    Type type() const noexcept { return type_; }
    bool is_text() const noexcept { return type_ == Type::text; }

    // Requires: the type asked for, which the caller has checked.
    std::string_view text() const noexcept { return {static_cast<const char*>(pointer_), size_}; }
    std::string_view bytes() const noexcept { return text(); }
    std::int64_t int64() const noexcept { return std::bit_cast<std::int64_t>(bits_); }
    double float64() const noexcept { return std::bit_cast<double>(bits_); }
    bool boolean() const noexcept { return bits_ != 0; }
    std::span<const Value> array() const noexcept;
    std::span<const Tag> map() const noexcept;

    // Appends the value as Zipkin's formats show it: text as it is, numbers in decimal, booleans as
    // true/false, bytes as base64, arrays and maps as JSON (OpenTelemetry's mapping to Zipkin).
    void append_text(std::string& out) const;

    friend bool operator==(const Value& a, const Value& b) noexcept;

private:
    void append_json(std::string& out) const;
    bool is_no_json_number() const noexcept;  // infinite, or not a number

    union {
        const void* pointer_;
        std::uint64_t bits_;
    };
    std::uint32_t size_ = 0;
    Type type_ = Type::text;
};

struct Tag {
    std::string_view key;
    Value value;

    friend bool operator==(const Tag&, const Tag&) noexcept = default;
};

}  // namespace clew::model
