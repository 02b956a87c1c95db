// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/encoding.h"

namespace clew::codec {

std::string_view encoding_name(Encoding encoding) noexcept {
    switch (encoding) {
        case Encoding::json_v2: return "JSON_V2";
        case Encoding::thrift_v1: return "THRIFT";
        case Encoding::proto3: return "PROTO3";
    }
    return {};
}

std::string_view content_type(Encoding encoding) noexcept {
    switch (encoding) {
        case Encoding::json_v2: return "application/json";
        case Encoding::thrift_v1: return "application/x-thrift";
        case Encoding::proto3: return "application/x-protobuf";
    }
    return {};
}

}  // namespace clew::codec
