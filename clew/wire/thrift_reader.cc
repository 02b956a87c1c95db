// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/thrift_reader.h"

#include <array>
#include <string>

namespace clew::wire {

namespace {

// The fewest bytes that a value of the type takes, by type code; 0: no such type.
constexpr std::array<std::uint8_t, 16> kBytesMin = {0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5};

constexpr std::uint64_t bytes_min(ThriftType type) noexcept {
    const auto code = static_cast<std::size_t>(type);
    return code < kBytesMin.size() ? kBytesMin[code] : 0;
}

// Every value of the type takes bytes_min(type).
constexpr bool is_fixed_size(ThriftType type) noexcept { return type < ThriftType::text; }

static_assert(bytes_min(ThriftType::boolean) == 1 && bytes_min(ThriftType::float64) == 8);
static_assert(bytes_min(ThriftType::map) == 6 && bytes_min(ThriftType::list) == 5);

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

// The last bytes: a whole head does not fit, but the struct's end may.
bool ThriftReader::next_field_at_end(ThriftField& field) noexcept {
    field.type = static_cast<ThriftType>(read_byte());
    if (field.type != ThriftType::stop) read_int16();  // fails
    return false;
}

inline void ThriftReader::advance(std::uint64_t size) noexcept {
    if (size > bytes_left()) return fail(Failure::truncated, size);
    at_ += size;
}

// Values that hold no other values. False when the type is another one.
inline bool ThriftReader::skip_flat(ThriftType type) noexcept {
    if (type == ThriftType::text) {
        read_text();
        return true;
    }
    const std::uint64_t size = bytes_min(type);
    if (!is_fixed_size(type) || size == 0) return false;
    advance(size);
    return true;
}

void ThriftReader::skip(ThriftType type, int depth_left) noexcept {
    if (skip_flat(type)) return;
    if (bytes_min(type) == 0) return fail(Failure::unknown_type, static_cast<std::uint8_t>(type));
    if (depth_left == 0) return fail(Failure::too_deep, 0);
    if (type == ThriftType::structure) {
        ThriftField field;
        while (next_field(field)) {
            if (!skip_flat(field.type)) skip(field.type, depth_left - 1);
        }
    } else if (type == ThriftType::map) {
        skip_map(depth_left);
    } else {
        const ThriftList list = read_list();
        skip_elements(list.type, list.count, depth_left);
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
