// SPDX-License-Identifier: Apache-2.0
#include "clew/model/trace_id.h"

#include "clew/base/hex.h"

namespace clew::model {

void TraceId::append_hex(std::string& out) const {
    char text[32];
    char* next = text;
    if (high != 0) {
        write_hex16(high, next);
        next += 16;
    }
    write_hex16(low, next);
    out.append(text, next + 16);
}

std::string TraceId::to_hex() const {
    std::string out;
    append_hex(out);
    return out;
}

Expected<TraceId> parse_trace_id(std::string_view text) {
    if (text.empty()) return Error{Code::invalid_argument, "traceId is empty"};
    if (text.size() > 32) return Error{Code::invalid_argument, "traceId.length > 32"};
    const std::size_t low_size = text.size() < 16 ? text.size() : 16;
    const std::string_view low_text = text.substr(text.size() - low_size);
    const std::string_view high_text = text.substr(0, text.size() - low_size);
    const auto low = parse_hex(low_text);
    const auto high = high_text.empty() ? std::optional<std::uint64_t>{0} : parse_hex(high_text);
    if (!low || !high) {
        return Error{
            Code::invalid_argument,
            std::string(text) + " should be lower-hex encoded with no prefix"};
    }
    const TraceId id{*high, *low};
    if (id.is_zero()) return Error{Code::invalid_argument, "traceId is all zeros"};
    return id;
}

}  // namespace clew::model
