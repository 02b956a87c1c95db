// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a scribe client says and hears: the framed call Log(list<LogEntry>) in Thrift's binary
// protocol, and the reply to it. The message header has two forms: the old one without a version,
// which scribe's own clients write, and the strict one; a reply is understood in both.
//
// Threads: pure functions.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::transport {

struct LogCall {
    std::string_view category;
    std::span<const std::string_view> payloads;  // each goes out as base64 text
    std::int32_t sequence_id = 0;
    bool strict = false;  // the header with a version
};

// Appends the call with its frame length.
// Requires: the frame stays below 2^31 bytes.
void append_log_call(const LogCall& call, std::string& out);

// Exact size of what append_log_call() appends.
std::size_t empty_log_call_bytes(bool strict) noexcept;
std::size_t log_entry_bytes(std::size_t category_bytes, std::size_t payload_bytes) noexcept;

enum class LogAnswer : std::uint8_t {
    ok,         // stored, or forwarded
    try_later,  // nothing of the call was taken
    exception,  // the peer could not make sense of the call, or failed
};

struct LogReply {
    LogAnswer answer = LogAnswer::exception;
    std::string message;  // of an exception
};

// Reads a reply without its frame length. Errors: malformed or truncated, also when it answers
// another call than `sequence_id`.
Expected<LogReply> parse_log_reply(std::string_view bytes, std::int32_t sequence_id);

}  // namespace clew::transport
