// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where an application sends its spans, as people configure it in one text:
//     scribe://host:port                  (port 9410 when left out)
//     http://host:port/api/v2/spans       (9411, and that path when there is none, or only "/")
//     https://host:port/api/v2/spans      (443, and that path; where the build has TLS)
// Schemes in any case.
//
// Threads: a plain value.

#include <cstdint>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/transport/host_port.h"

namespace clew::tracing {

struct CollectorAddress {
    enum class Protocol : std::uint8_t { scribe, http };

    Protocol protocol = Protocol::http;
    transport::HostPort peer;
    std::string path;  // http only
    bool is_tls = false;

    // As it is written, for people: without the query, which may hold a key.
    std::string to_text() const;
};

// Errors: invalid_argument, with a sentence that quotes the text.
Expected<CollectorAddress> parse_collector_address(std::string_view text);

}  // namespace clew::tracing
