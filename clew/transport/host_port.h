// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a peer listens, as people write it: "zipkin:9411", "10.0.0.7:9410", "[::1]:9411". Read from
// configuration, resolved only when a connection is made.
//
// Threads: a plain value.

#include <cstdint>
#include <string>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::transport {

struct HostPort {
    std::string host;  // a name or an address; IPv6 without brackets
    std::uint16_t port = 0;

    // As it is written; IPv6 in brackets.
    std::string to_text() const;

    friend bool operator==(const HostPort&, const HostPort&) = default;
};

// `default_port` stands in for a missing one. Errors: invalid_argument, with a sentence that quotes
// the text.
Expected<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

}  // namespace clew::transport
