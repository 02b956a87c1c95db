// SPDX-License-Identifier: Apache-2.0
#pragma once

// The formats in which encoded spans travel. Each has one folder under codec/ with a decoder and an
// encoder of that name.
//
// Threads: plain values.

#include <cstdint>
#include <string_view>

namespace clew::codec {

enum class Encoding : std::uint8_t { json_v2, thrift_v1, proto3 };

// Zipkin's word for it, as it stands in error texts and configuration: "JSON_V2", "THRIFT",
// "PROTO3".
std::string_view encoding_name(Encoding encoding) noexcept;

// What an HTTP sender puts into Content-Type: "application/json", "application/x-thrift".
std::string_view content_type(Encoding encoding) noexcept;

}  // namespace clew::codec
