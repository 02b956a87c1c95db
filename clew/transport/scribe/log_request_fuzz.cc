// SPDX-License-Identifier: Apache-2.0
// Property: whatever a frame holds, it is read within its limits or refused.
#include "clew/transport/scribe/log_request.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "clew/transport/scribe/fb303_status.h"
#include "clew/transport/scribe/thrift_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace transport = clew::transport;
    clew::wire::ThriftReader reader({reinterpret_cast<const char*>(bytes), size});
    const auto header = transport::read_message_header(reader);
    if (!header) return 0;
    if (header->method.size() > transport::kMethodBytesMax) std::abort();
    if (header->method != "Log") {
        std::string reply;
        transport::answer_fb303(*header, reader, {"clew", "", false, 1, {{"calls", 1}}}, reply);
        return 0;
    }
    const transport::LogLimits limits{.entries_max = 100, .category_bytes_max = 8};
    transport::LogRequest request;
    if (!transport::read_log_arguments(reader, limits, request)) return 0;
    if (request.entries.size() > limits.entries_max) std::abort();
    for (const transport::LogEntry& entry : request.entries) {
        if (entry.category.size() > limits.category_bytes_max) std::abort();
        if (entry.message.size() > size) std::abort();
    }
    return 0;
}
