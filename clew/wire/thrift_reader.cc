// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/thrift_reader.h"

#include <string>

namespace clew::wire {

namespace {

// The fewest bytes that a value of the type takes; 0: no such type.
std::uint64_t bytes_min(ThriftType type) noexcept {
    switch (type) {
        case ThriftType::stop: return 0;
        case ThriftType::boolean:
        case ThriftType::byte: return 1;
        case ThriftType::int16: return 2;
        case ThriftType::int32: return 4;
        case ThriftType::float64:
        case ThriftType::int64: return 8;
        case ThriftType::text: return 4;
        case ThriftType::structure: return 1;
        case ThriftType::map: return 6;
        case ThriftType::set:
        case ThriftType::list: return 5;
    }
    return 0;
}

bool is_fixed_size(ThriftType type) noexcept {
    return type != ThriftType::text && type < ThriftType::structure;
}

}  // namespace

ThriftList ThriftReader::read_list() noexcept {
    ThriftList list;
    list.type = static_cast<ThriftType>(read_byte());
    // An empty list may name any type, stop included, as some writers do.
    const std::uint64_t element_bytes = bytes_min(list.type);
    list.count = read_count(element_bytes);
    if (element_bytes == 0 && list.count > 0) {
        fail(Failure::unknown_type, static_cast<std::uint8_t>(list.type));
        list.count = 0;
    }
    return list;
}

std::uint32_t ThriftReader::read_count(std::uint64_t element_bytes_min) noexcept {
    const std::int32_t count = read_int32();
    if (count < 0) {
        fail(Failure::negative_size, static_cast<std::uint32_t>(count));
        return 0;
    }
    const std::uint64_t bytes = static_cast<std::uint64_t>(count) * element_bytes_min;
    if (bytes > bytes_left()) {
        fail(Failure::truncated, bytes);
        return 0;
    }
    return static_cast<std::uint32_t>(count);
}

void ThriftReader::advance(std::uint64_t size) noexcept {
    if (size > bytes_left()) return fail(Failure::truncated, size);
    at_ += size;
}

void ThriftReader::skip(ThriftType type, int depth_left) noexcept {
    if (is_fixed_size(type)) {
        const std::uint64_t size = bytes_min(type);
        if (size == 0) return fail(Failure::unknown_type, static_cast<std::uint8_t>(type));
        return advance(size);
    }
    if (type == ThriftType::text) {
        read_text();
        return;
    }
    if (depth_left == 0) return fail(Failure::too_deep, 0);
    if (type == ThriftType::structure) {
        ThriftField field;
        while (next_field(field)) skip(field.type, depth_left - 1);
    } else if (type == ThriftType::map) {
        skip_map(depth_left);
    } else if (type == ThriftType::set || type == ThriftType::list) {
        const ThriftList list = read_list();
        skip_elements(list.type, list.count, depth_left);
    } else {
        fail(Failure::unknown_type, static_cast<std::uint8_t>(type));
    }
}

void ThriftReader::skip_elements(ThriftType type, std::uint32_t count, int depth_left) noexcept {
    if (is_fixed_size(type)) return advance(count * bytes_min(type));
    for (std::uint32_t i = 0; i < count && ok(); ++i) skip(type, depth_left - 1);
}

void ThriftReader::skip_map(int depth_left) noexcept {
    const auto key = static_cast<ThriftType>(read_byte());
    const auto value = static_cast<ThriftType>(read_byte());
    const bool known = bytes_min(key) > 0 && bytes_min(value) > 0;
    const std::uint32_t count = read_count(bytes_min(key) + bytes_min(value));
    if (count > 0 && !known) {
        return fail(
            Failure::unknown_type, static_cast<std::uint8_t>(bytes_min(key) > 0 ? value : key)
        );
    }
    for (std::uint32_t i = 0; i < count && ok(); ++i) {
        skip(key, depth_left - 1);
        skip(value, depth_left - 1);
    }
}

void ThriftReader::fail(Failure failure, std::uint64_t wanted) noexcept {
    if (!ok()) return;
    failure_ = failure;
    wanted_ = wanted;
    available_ = bytes_left();
    at_ = end_;
}

Error ThriftReader::error() const {
    switch (failure_) {
        case Failure::none: break;
        case Failure::truncated:
            return {
                Code::truncated,
                "Truncated: length " + std::to_string(wanted_) + " > bytes available " +
                    std::to_string(available_)};
        case Failure::negative_size: return {Code::malformed, "Malformed"};
        case Failure::unknown_type:
            return {Code::malformed, "Malformed: no thrift type " + std::to_string(wanted_)};
        case Failure::too_deep:
            return {
                Code::limit_exceeded,
                "thrift_skip_depth_max of " + std::to_string(kThriftSkipDepthMax) + " exceeded"};
    }
    return {Code::internal, "no failure"};
}

}  // namespace clew::wire
