// SPDX-License-Identifier: Apache-2.0
#pragma once

// The envelope of a thrift call and of its answer, as scribe uses it: a frame (length first), the
// method's name, whether it is a call or an answer, and a number that ties the two together. There
// are two forms of it, an old one and a strict one with a version in front; clients of both are
// about, and each is answered in the form it used.
//
// Threads: pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/wire/thrift_reader.h"

namespace clew::transport {

enum class MessageForm : std::uint8_t { unversioned, strict };

enum class MessageType : std::int8_t { call = 1, reply = 2, exception = 3, oneway = 4 };

// Thrift's own numbers for what can be wrong with a call.
enum class ApplicationError : std::int32_t {
    unknown_method = 1,
    invalid_message_type = 2,
    internal_error = 6,
    protocol_error = 7,
};

struct MessageHeader {
    MessageForm form = MessageForm::unversioned;
    MessageType type = MessageType::call;
    std::string_view method;  // without the "Service:" that multiplexing clients put before it
    std::int32_t sequence_id = 0;
};

// Names longer than this are no method of anybody's.
inline constexpr std::size_t kMethodBytesMax = 255;

// Reads the header at the front of a frame's content. Errors: malformed, truncated,
// limit_exceeded; a stream that holds such a frame cannot be trusted any further.
Expected<MessageHeader> read_message_header(wire::ThriftReader& reader);

// Appends a whole frame that answers the call: `result` is the fields of the result struct, without
// their stop byte.
void append_reply(const MessageHeader& call, std::string_view result, std::string& out);

// Appends a whole frame that says what was wrong with the call.
void append_exception(
    const MessageHeader& call, ApplicationError error, std::string_view text, std::string& out
);

}  // namespace clew::transport
