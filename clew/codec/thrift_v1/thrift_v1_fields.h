// SPDX-License-Identifier: Apache-2.0
#pragma once

// Field numbers of Zipkin's thrift structs, as zipkin_core.thrift beside this file declares them.
// A field is what it is only with its type: the same number with another type is an unknown field,
// and skipped.
//
// Threads: constants.

#include <cstdint>

#include "clew/wire/thrift_reader.h"

namespace clew::codec::thrift_v1_fields {

inline constexpr wire::ThriftField kTraceId{wire::ThriftType::int64, 1};
inline constexpr wire::ThriftField kName{wire::ThriftType::text, 3};
inline constexpr wire::ThriftField kId{wire::ThriftType::int64, 4};
inline constexpr wire::ThriftField kParentId{wire::ThriftType::int64, 5};
inline constexpr wire::ThriftField kAnnotations{wire::ThriftType::list, 6};
inline constexpr wire::ThriftField kBinaryAnnotations{wire::ThriftType::list, 8};
inline constexpr wire::ThriftField kDebug{wire::ThriftType::boolean, 9};
inline constexpr wire::ThriftField kTimestamp{wire::ThriftType::int64, 10};
inline constexpr wire::ThriftField kDuration{wire::ThriftType::int64, 11};
inline constexpr wire::ThriftField kTraceIdHigh{wire::ThriftType::int64, 12};

inline constexpr wire::ThriftField kAnnotationTimestamp{wire::ThriftType::int64, 1};
inline constexpr wire::ThriftField kAnnotationValue{wire::ThriftType::text, 2};
inline constexpr wire::ThriftField kAnnotationHost{wire::ThriftType::structure, 3};

inline constexpr wire::ThriftField kBinaryKey{wire::ThriftType::text, 1};
inline constexpr wire::ThriftField kBinaryValue{wire::ThriftType::text, 2};
inline constexpr wire::ThriftField kBinaryType{wire::ThriftType::int32, 3};
inline constexpr wire::ThriftField kBinaryHost{wire::ThriftType::structure, 4};

inline constexpr wire::ThriftField kIpv4{wire::ThriftType::int32, 1};
inline constexpr wire::ThriftField kPort{wire::ThriftType::int16, 2};
inline constexpr wire::ThriftField kServiceName{wire::ThriftType::text, 3};
inline constexpr wire::ThriftField kIpv6{wire::ThriftType::text, 4};

// Values of kBinaryType; bytes are 1.
inline constexpr std::int32_t kTypeBool = 0;
inline constexpr std::int32_t kTypeInt16 = 2;
inline constexpr std::int32_t kTypeInt32 = 3;
inline constexpr std::int32_t kTypeInt64 = 4;
inline constexpr std::int32_t kTypeDouble = 5;
inline constexpr std::int32_t kTypeString = 6;

// For a switch over fields.
constexpr std::uint32_t key(const wire::ThriftField& field) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint16_t>(field.id)) << 8 |
           static_cast<std::uint32_t>(field.type);
}

}  // namespace clew::codec::thrift_v1_fields
