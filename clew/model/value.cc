// SPDX-License-Identifier: Apache-2.0
#include "clew/model/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "clew/base/json_text.h"

namespace clew::model {

namespace {

void append_base64(std::string_view bytes, std::string& out) {
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out.push_back(k <= count ? kAlphabet[group >> (18 - 6 * k) & 0x3f] : '=');
        }
    }
}

template <typename Number>
void append_number(Number number, std::string& out) {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

}  // namespace

Value Value::of_int64(std::int64_t value) noexcept {
    Value result;
    result.type_ = Type::int64;
    result.bits_ = std::bit_cast<std::uint64_t>(value);
    return result;
}

Value Value::of_float64(double value) noexcept {
    Value result;
    result.type_ = Type::float64;
    result.bits_ = std::bit_cast<std::uint64_t>(value);
    return result;
}

Value Value::of_boolean(bool value) noexcept {
    Value result;
    result.type_ = Type::boolean;
    result.bits_ = value ? 1 : 0;
    return result;
}

Value Value::of_bytes(std::string_view bytes) noexcept {
    Value result(bytes);
    result.type_ = Type::bytes;
    return result;
}

Value Value::of_array(std::span<const Value> elements) noexcept {
    Value result;
    result.type_ = Type::array;
    result.pointer_ = elements.data();
    result.size_ = static_cast<std::uint32_t>(elements.size());
    return result;
}

Value Value::of_map(std::span<const Tag> entries) noexcept {
    Value result;
    result.type_ = Type::map;
    result.pointer_ = entries.data();
    result.size_ = static_cast<std::uint32_t>(entries.size());
    return result;
}

std::span<const Value> Value::array() const noexcept {
    return {static_cast<const Value*>(pointer_), size_};
}

std::span<const Tag> Value::map() const noexcept {
    return {static_cast<const Tag*>(pointer_), size_};
}

void Value::append_text(std::string& out) const {
    switch (type_) {
        case Type::text: out.append(text()); return;
        case Type::int64: append_number(int64(), out); return;
        case Type::float64: append_number(float64(), out); return;
        case Type::boolean: out.append(boolean() ? "true" : "false"); return;
        case Type::bytes: append_base64(bytes(), out); return;
        case Type::array:
        case Type::map: append_json(out); return;
    }
}

bool Value::is_no_json_number() const noexcept {
    return type_ == Type::float64 && !std::isfinite(float64());
}

void Value::append_json(std::string& out) const {
    if (type_ == Type::array) {
        out.push_back('[');
        for (const Value& element : array()) {
            if (out.back() != '[') out.push_back(',');
            element.append_json(out);
        }
        out.push_back(']');
    } else if (type_ == Type::map) {
        out.push_back('{');
        for (const Tag& entry : map()) {
            if (out.back() != '{') out.push_back(',');
            append_json_string(entry.key, out);
            out.push_back(':');
            entry.value.append_json(out);
        }
        out.push_back('}');
    } else if (is_text() || type_ == Type::bytes || is_no_json_number()) {
        std::string plain;
        append_text(plain);
        append_json_string(plain, out);
    } else {
        append_text(out);
    }
}

bool operator==(const Value& a, const Value& b) noexcept {
    if (a.type_ != b.type_) return false;
    switch (a.type_) {
        case Value::Type::text:
        case Value::Type::bytes: return a.text() == b.text();
        case Value::Type::array: return std::ranges::equal(a.array(), b.array());
        case Value::Type::map: return std::ranges::equal(a.map(), b.map());
        default: return a.bits_ == b.bits_;
    }
}

}  // namespace clew::model
