// SPDX-License-Identifier: Apache-2.0
#include "clew/model/span_id.h"

#include "clew/base/hex.h"

namespace clew::model {

void SpanId::append_hex(std::string& out) const {
    char text[16];
    write_hex16(value, text);
    out.append(text, sizeof(text));
}

std::string SpanId::to_hex() const {
    std::string out;
    append_hex(out);
    return out;
}

Expected<SpanId> parse_span_id(std::string_view text, std::string_view field) {
    if (text.empty()) return Error{Code::invalid_argument, std::string(field) + " is empty"};
    if (text.size() > 16) return Error{Code::invalid_argument, std::string(field) + ".length > 16"};
    const auto value = parse_hex(text);
    if (!value) {
        return Error{
            Code::invalid_argument,
            std::string(text) + " should be lower-hex encoded with no prefix"};
    }
    return SpanId{*value};
}

}  // namespace clew::model
