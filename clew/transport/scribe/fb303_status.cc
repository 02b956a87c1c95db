// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/fb303_status.h"

#include <algorithm>
#include <array>

#include "clew/wire/thrift_writer.h"

namespace clew::transport {

namespace {

using wire::ThriftField;
using wire::ThriftReader;
using wire::ThriftType;
using wire::ThriftWriter;

constexpr std::array<std::string_view, 4> kOrders = {
    "shutdown", "reinitialize", "setOption", "getCpuProfile"};

// fb303's numbers for the state of a service.
constexpr std::int32_t kAlive = 2;
constexpr std::int32_t kStopping = 3;

// Results are field 0 of the result struct.
constexpr std::int16_t kSuccess = 0;

// The one argument of getCounter and getOption.
std::string_view read_key(ThriftReader& arguments) {
    std::string_view key;
    ThriftField field;
    while (arguments.next_field(field)) {
        if (field == ThriftField{ThriftType::text, 1}) {
            key = arguments.read_text();
        } else {
            arguments.skip(field.type);
        }
    }
    return key;
}

std::int64_t counter(const Fb303Status& status, std::string_view key) {
    const auto found =
        std::ranges::find(status.counters, key, [](const auto& c) { return c.first; });
    return found == status.counters.end() ? 0 : found->second;
}

void write_map_head(ThriftType value, std::size_t count, ThriftWriter& writer) {
    writer.field(ThriftType::map, kSuccess);
    writer.write_byte(static_cast<std::int8_t>(ThriftType::text));
    writer.write_byte(static_cast<std::int8_t>(value));
    writer.write_int32(static_cast<std::int32_t>(count));
}

void write_counters(const Fb303Status& status, ThriftWriter& writer) {
    write_map_head(ThriftType::int64, status.counters.size(), writer);
    for (const auto& [name, value] : status.counters) {
        writer.write_text(name);
        writer.write_int64(value);
    }
}

// False when fb303 has no such question.
bool write_result(
    std::string_view method, std::string_view key, const Fb303Status& status, ThriftWriter& writer
) {
    if (method == "getName") {
        writer.text_field(kSuccess, status.name);
    } else if (method == "getVersion") {
        writer.text_field(kSuccess, status.version);
    } else if (method == "getStatus") {
        writer.int32_field(kSuccess, status.is_stopping ? kStopping : kAlive);
    } else if (method == "getStatusDetails") {
        writer.text_field(kSuccess, status.is_stopping ? "stopping" : "");
    } else if (method == "aliveSince") {
        writer.int64_field(kSuccess, status.alive_since_seconds);
    } else if (method == "getCounters") {
        write_counters(status, writer);
    } else if (method == "getCounter") {
        writer.int64_field(kSuccess, counter(status, key));
    } else if (method == "getOptions") {
        write_map_head(ThriftType::text, 0, writer);  // none that a peer may know or set
    } else if (method == "getOption") {
        writer.text_field(kSuccess, "");
    } else {
        return false;
    }
    return true;
}

}  // namespace

Fb303Outcome answer_fb303(
    const MessageHeader& call, ThriftReader& arguments, const Fb303Status& status, std::string& out
) {
    if (std::ranges::find(kOrders, call.method) != kOrders.end()) return Fb303Outcome::refused;
    const std::string_view key = read_key(arguments);
    std::string result;
    ThriftWriter writer(result);
    if (!write_result(call.method, key, status, writer)) return Fb303Outcome::unknown;
    if (!arguments.ok()) return Fb303Outcome::malformed;
    append_reply(call, result, out);
    return Fb303Outcome::answered;
}

}  // namespace clew::transport
