// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/protobuf_reader.h"

#include <bit>
#include <cstring>
#include <utility>

namespace clew::wire {

namespace {

constexpr std::uint64_t kFieldNumberMax = 536'870'911;  // 29 bits

std::string at_byte(std::size_t position) { return " at byte " + std::to_string(position); }

}  // namespace

void ProtobufReader::fail(Error error) {
    if (failed_) return;
    failed_ = true;
    pending_ = false;
    error_ = std::move(error);
}

bool ProtobufReader::next() {
    if (pending_) skip_value();
    if (failed_ || at_ == bytes_.size()) return false;
    const std::size_t begin = position();
    const std::uint64_t key = raw_varint();
    if (failed_) return false;
    const std::uint64_t number = key >> 3U;
    if (number == 0 || number > kFieldNumberMax) {
        const std::string what = number == 0 ? "fieldNumber was zero" : "fieldNumber is too large";
        fail({Code::malformed, "Malformed: " + what + at_byte(begin)});
        return false;
    }
    const auto type = static_cast<std::uint8_t>(key & 7U);
    if (type > 5 || type == 3 || type == 4) {
        const std::string what = "invalid wireType " + std::to_string(type);
        fail({Code::malformed, "Malformed: " + what + at_byte(begin)});
        return false;
    }
    number_ = static_cast<std::uint32_t>(number);
    type_ = static_cast<WireType>(type);
    pending_ = true;
    return true;
}

std::uint64_t ProtobufReader::raw_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        const std::string_view byte = take(1);
        if (failed_) return 0;
        const auto bits = static_cast<unsigned char>(byte.front());
        if (shift == 63 && bits > 1) break;
        value |= static_cast<std::uint64_t>(bits & 0x7fU) << shift;
        if (bits < 0x80) return value;
    }
    fail({Code::malformed, "Malformed: varint is longer than 64 bits" + at_byte(position())});
    return 0;
}

std::string_view ProtobufReader::take(std::uint64_t size) {
    const std::size_t available = bytes_.size() - at_;
    if (size > available) {
        fail(
            {Code::truncated,
             "Truncated: length " + std::to_string(size) + " > bytes available " +
                 std::to_string(available)}
        );
        return {};
    }
    const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += taken.size();
    return taken;
}

void ProtobufReader::skip_value() {
    pending_ = false;
    switch (type_) {
        case WireType::varint: raw_varint(); return;
        case WireType::fixed64: take(8); return;
        case WireType::fixed32: take(4); return;
        case WireType::length: {
            const std::uint64_t size = raw_varint();
            if (!failed_) take(size);
            return;
        }
    }
}

std::uint64_t ProtobufReader::varint() {
    if (!pending_ || type_ != WireType::varint) return 0;
    pending_ = false;
    return raw_varint();
}

std::uint64_t ProtobufReader::fixed64() {
    if (!pending_ || type_ != WireType::fixed64) return 0;
    pending_ = false;
    const std::string_view taken = take(8);
    if (failed_) return 0;
    static_assert(std::endian::native == std::endian::little, "protobuf's own order");
    std::uint64_t value = 0;
    std::memcpy(&value, taken.data(), sizeof(value));
    return value;
}

std::string_view ProtobufReader::bytes() {
    if (!pending_ || type_ != WireType::length) return {};
    pending_ = false;
    const std::uint64_t size = raw_varint();
    return failed_ ? std::string_view{} : take(size);
}

bool ProtobufReader::boolean() {
    const std::size_t begin = position();
    const std::uint64_t value = varint();
    if (value > 1) fail({Code::malformed, "Malformed: invalid boolean value" + at_byte(begin)});
    return value == 1;
}

ProtobufReader ProtobufReader::message() {
    const std::string_view inside = bytes();
    return ProtobufReader(inside, position() - inside.size());
}

}  // namespace clew::wire
