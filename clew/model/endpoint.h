// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who took part in a span: a service, and where it listens. A span has a local endpoint (the
// service that recorded it) and, when known, a remote one (the other side of the call).
//
// Lifetime: service_name points into the arena of the batch that the endpoint belongs to.
// Threads: a plain value.

#include <cstdint>
#include <optional>
#include <string_view>

#include "clew/base/ip_address.h"

namespace clew::model {

struct Endpoint {
    std::string_view service_name;  // empty: absent
    std::optional<Ipv4Address> ipv4;
    std::optional<Ipv6Address> ipv6;
    std::uint16_t port = 0;  // 0: absent
    // Leading zeros of ipv4's text, as IpAddress::v4_zeros; 0 from formats that carry bytes.
    std::uint8_t ipv4_zeros = 0;

    // True when there is nothing in it, which in Zipkin's model means no endpoint at all.
    bool is_empty() const noexcept { return service_name.empty() && !ipv4 && !ipv6 && port == 0; }

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace clew::model
