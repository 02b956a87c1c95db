// SPDX-License-Identifier: Apache-2.0
#pragma once

// What scribe's one method is called with: Log(list<LogEntry>). A transport's view of it, texts
// under categories; what they mean is the handler's affair. An entry beyond its limits is left out
// and counted, so that its neighbours get through.
//
// Lifetime: texts point into the frame they were read from. Threads: plain values.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "clew/base/expected.h"
#include "clew/wire/thrift_reader.h"

namespace clew::transport {

struct LogEntry {
    std::string_view category;
    std::string_view message;
};

struct LogLimits {
    // Of one call; beyond: the call is refused as undecodable.
    std::uint32_t entries_max = 100'000;
    // Of one entry; beyond: the entry is left out.
    std::size_t category_bytes_max = 255;
    std::size_t message_bytes_max = 1'048'576;
};

struct LogRequest {
    std::vector<LogEntry> entries;
    std::size_t entries_too_big = 0;  // left out
    std::size_t frame_bytes = 0;      // as received, without the length in front
};

// Reads the arguments behind a message header; `request` keeps its memory. Errors: malformed,
// truncated, limit_exceeded.
Expected<void> read_log_arguments(
    wire::ThriftReader& reader, const LogLimits& limits, LogRequest& request
);

}  // namespace clew::transport
