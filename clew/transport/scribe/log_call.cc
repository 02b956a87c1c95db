// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/log_call.h"

#include "clew/wire/base64.h"
#include "clew/wire/thrift_reader.h"
#include "clew/wire/thrift_writer.h"

namespace clew::transport {
namespace {

using wire::ThriftField;
using wire::ThriftReader;
using wire::ThriftType;
using wire::ThriftWriter;

constexpr std::string_view kMethod = "Log";
constexpr std::int8_t kTypeCall = 1;
constexpr std::int8_t kTypeReply = 2;
constexpr std::int8_t kTypeException = 3;
constexpr std::uint32_t kVersion1 = 0x8001'0000U;
constexpr std::uint32_t kVersionMask = 0xffff'0000U;
constexpr std::int32_t kResultOk = 0;
constexpr std::int32_t kResultTryLater = 1;

constexpr std::size_t kFieldBytes = 3;  // type and id
constexpr std::size_t kListBytes = 5;   // element type and count
constexpr std::size_t kStopBytes = 1;
constexpr std::size_t kLengthBytes = 4;

std::size_t base64_bytes(std::size_t size) { return (size + 2) / 3 * 4; }

struct Header {
    std::string_view method;
    std::int8_t type = 0;
    std::int32_t sequence_id = 0;
};

Header read_header(ThriftReader& reader, std::string_view bytes) {
    Header header;
    const auto first = static_cast<std::uint32_t>(ThriftReader(bytes).read_int32());
    if ((first & kVersionMask) == kVersion1) {
        header.type = static_cast<std::int8_t>(reader.read_int32() & 0xff);
        header.method = reader.read_text();
    } else {
        header.method = reader.read_text();
        header.type = reader.read_byte();
    }
    header.sequence_id = reader.read_int32();
    return header;
}

Expected<LogReply> read_result(ThriftReader& reader) {
    bool has_code = false;
    std::int32_t code = 0;
    for (ThriftField field; reader.next_field(field);) {
        if (field == ThriftField{ThriftType::int32, 0}) {
            code = reader.read_int32();
            has_code = true;
        } else {
            reader.skip(field.type);
        }
    }
    if (!reader.ok()) return reader.error();
    if (has_code && code == kResultOk) return LogReply{LogAnswer::ok, {}};
    if (has_code && code == kResultTryLater) return LogReply{LogAnswer::try_later, {}};
    return Error{Code::malformed, "the reply is neither OK nor TRY_LATER"};
}

Expected<LogReply> read_exception(ThriftReader& reader) {
    LogReply reply{LogAnswer::exception, {}};
    for (ThriftField field; reader.next_field(field);) {
        if (field == ThriftField{ThriftType::text, 1}) {
            reply.message = reader.read_text();
        } else {
            reader.skip(field.type);
        }
    }
    if (!reader.ok()) return reader.error();
    return reply;
}

void append_header(const LogCall& call, ThriftWriter& writer) {
    if (call.strict) {
        writer.write_int32(static_cast<std::int32_t>(kVersion1 | kTypeCall));
        writer.write_text(kMethod);
    } else {
        writer.write_text(kMethod);
        writer.write_byte(kTypeCall);
    }
    writer.write_int32(call.sequence_id);
}

}  // namespace

std::size_t empty_log_call_bytes(bool strict) noexcept {
    const std::size_t version_or_type = strict ? 4 : 1;
    const std::size_t header = version_or_type + kLengthBytes + kMethod.size() + 4;
    return kLengthBytes + header + kFieldBytes + kListBytes + kStopBytes;
}

std::size_t log_entry_bytes(std::size_t category_bytes, std::size_t payload_bytes) noexcept {
    return 2 * (kFieldBytes + kLengthBytes) + category_bytes + base64_bytes(payload_bytes) +
           kStopBytes;
}

void append_log_call(const LogCall& call, std::string& out) {
    std::size_t size = empty_log_call_bytes(call.strict);
    for (const std::string_view payload : call.payloads) {
        size += log_entry_bytes(call.category.size(), payload.size());
    }
    out.reserve(out.size() + size);
    ThriftWriter writer(out);
    writer.write_int32(static_cast<std::int32_t>(size - kLengthBytes));
    append_header(call, writer);
    writer.field(ThriftType::list, 1);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(call.payloads.size()));
    for (const std::string_view payload : call.payloads) {
        writer.text_field(1, call.category);
        writer.field(ThriftType::text, 2);
        writer.write_int32(static_cast<std::int32_t>(base64_bytes(payload.size())));
        wire::append_base64(payload, out);
        writer.stop();
    }
    writer.stop();
}

Expected<LogReply> parse_log_reply(std::string_view bytes, std::int32_t sequence_id) {
    ThriftReader reader(bytes);
    const Header header = read_header(reader, bytes);
    if (!reader.ok()) return reader.error();
    if (header.method != kMethod || header.sequence_id != sequence_id) {
        return Error{Code::malformed, "the reply answers another call"};
    }
    if (header.type == kTypeReply) return read_result(reader);
    if (header.type == kTypeException) return read_exception(reader);
    return Error{Code::malformed, "the message is no reply"};
}

}  // namespace clew::transport
