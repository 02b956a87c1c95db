// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/log_request.h"

#include <string>

namespace clew::transport {

namespace {

using wire::ThriftField;
using wire::ThriftList;
using wire::ThriftReader;
using wire::ThriftType;

constexpr ThriftField kMessages{ThriftType::list, 1};
constexpr ThriftField kCategory{ThriftType::text, 1};
constexpr ThriftField kMessage{ThriftType::text, 2};

LogEntry read_entry(ThriftReader& reader) {
    LogEntry entry;
    // As every client orders them; what stands elsewhere is found below.
    if (reader.take_field(kCategory)) entry.category = reader.read_text();
    if (reader.take_field(kMessage)) entry.message = reader.read_text();
    ThriftField field;
    while (reader.next_field(field)) {
        if (field == kCategory) {
            entry.category = reader.read_text();
        } else if (field == kMessage) {
            entry.message = reader.read_text();
        } else {
            reader.skip(field.type);
        }
    }
    return entry;
}

}  // namespace

Expected<void> read_log_arguments(
    ThriftReader& reader, const LogLimits& limits, LogRequest& request
) {
    request.entries.clear();
    request.entries_too_big = 0;
    ThriftField field;
    while (reader.next_field(field)) {
        if (field != kMessages) {
            reader.skip(field.type);
            continue;
        }
        const ThriftList list = reader.read_list();
        if (list.count > 0 && list.type != ThriftType::structure) {
            return Error{Code::malformed, "the messages are no list of structs"};
        }
        if (list.count > limits.entries_max - request.entries.size()) {
            return Error{
                Code::limit_exceeded,
                "entries_max of " + std::to_string(limits.entries_max) + " exceeded"};
        }
        for (std::uint32_t i = 0; i < list.count && reader.ok(); ++i) {
            const LogEntry entry = read_entry(reader);
            const bool fits = entry.category.size() <= limits.category_bytes_max &&
                              entry.message.size() <= limits.message_bytes_max;
            if (fits) {
                request.entries.push_back(entry);
            } else {
                ++request.entries_too_big;
            }
        }
    }
    if (!reader.ok()) return reader.error();
    return {};
}

}  // namespace clew::transport
