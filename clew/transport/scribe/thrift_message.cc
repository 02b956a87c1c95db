// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/thrift_message.h"

#include "clew/wire/thrift_writer.h"

namespace clew::transport {

namespace {

using wire::ThriftReader;
using wire::ThriftWriter;

constexpr std::uint32_t kVersion1 = 0x8001'0000;
constexpr std::uint32_t kVersionMask = 0xffff'0000;
constexpr std::uint32_t kTypeMask = 0x0000'00ff;

std::string_view without_service(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The name of an unversioned message, whose length was read already.
std::string_view read_name(ThriftReader& reader, std::uint32_t size) {
    if (size > kMethodBytesMax || size > reader.bytes_left()) return {};
    const std::string_view name(reader.position(), size);
    reader.skip_equal(name);
    return name;
}

void append_answer(
    const MessageHeader& call, MessageType type, std::string_view fields, std::string& out
) {
    const std::size_t begin = out.size();
    ThriftWriter writer(out);
    writer.write_int32(0);  // the frame's length, when it is known
    if (call.form == MessageForm::strict) {
        const std::uint32_t version = kVersion1 | static_cast<std::uint32_t>(type);
        writer.write_int32(static_cast<std::int32_t>(version));
        writer.write_text(call.method);
    } else {
        writer.write_text(call.method);
        writer.write_byte(static_cast<std::int8_t>(type));
    }
    writer.write_int32(call.sequence_id);
    out.append(fields);
    writer.stop();

    std::string length;
    ThriftWriter(length).write_int32(static_cast<std::int32_t>(out.size() - begin - 4));
    out.replace(begin, length.size(), length);
}

}  // namespace

Expected<MessageHeader> read_message_header(ThriftReader& reader) {
    MessageHeader header;
    const auto first = static_cast<std::uint32_t>(reader.read_int32());
    std::string_view name;
    if ((first & kVersionMask) == kVersion1) {
        header.form = MessageForm::strict;
        header.type = static_cast<MessageType>(first & kTypeMask);
        name = read_name(reader, static_cast<std::uint32_t>(reader.read_int32()));
    } else {
        name = read_name(reader, first);
        header.type = static_cast<MessageType>(reader.read_byte());
    }
    header.sequence_id = reader.read_int32();
    header.method = without_service(name);
    if (!reader.ok()) return reader.error();
    if (name.empty()) return Error{Code::malformed, "no method's name stands in the message"};
    return header;
}

void append_reply(const MessageHeader& call, std::string_view result, std::string& out) {
    append_answer(call, MessageType::reply, result, out);
}

void append_exception(
    const MessageHeader& call, ApplicationError error, std::string_view text, std::string& out
) {
    std::string fields;
    ThriftWriter writer(fields);
    writer.text_field(1, text);
    writer.int32_field(2, static_cast<std::int32_t>(error));
    append_answer(call, MessageType::exception, fields, out);
}

}  // namespace clew::transport
